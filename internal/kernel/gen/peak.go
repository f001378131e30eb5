package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peak writes loops of fused multiply-adds on registers alone, which nothing but
// the multipliers can hold up: what a product is measured against.
func peak(c *build.Context) {
	type vector = reg.VecPhysical
	avx2 := []vector{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12}
	avx512 := []vector{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12}
	peakLoop(c, "peakAVX2F32", "float32", avx2, c.VBROADCASTSS, c.VFMADD231PS)
	peakLoop(c, "peakAVX2F64", "float64", avx2, c.VBROADCASTSD, c.VFMADD231PD)
	peakLoop(c, "peakAVX512F32", "float32", avx512, c.VBROADCASTSS, c.VFMADD231PS)
	peakLoop(c, "peakAVX512F64", "float64", avx512, c.VBROADCASTSD, c.VFMADD231PD)
}

// peakLoop writes one of them. Its twelve sums hide a latency of six cycles
// where two vectors are multiplied in each.
func peakLoop(c *build.Context, name, element string, vectors []reg.VecPhysical, broadcast func(ops ...operand.Op), fma func(ops ...operand.Op)) {
	x, sums := vectors[0], vectors[1:]
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr(fmt.Sprintf("func(n int, x %s)", element))
	c.Doc(fmt.Sprintf("%s adds x² to each element of %d vectors n times, n > 0.", name, len(sums)))
	n := c.Load(c.Param("n"), c.GP64())
	from, err := c.Param("x").Resolve()
	if err != nil {
		panic(err)
	}
	for _, v := range vectors {
		broadcast(from.Addr, v)
	}
	c.Label("loop")
	for _, s := range sums {
		fma(x, x, s)
	}
	c.DECQ(n)
	c.JNZ(operand.LabelRef("loop"))
	c.VZEROUPPER()
	c.RET()
}
