package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func pack(c *build.Context) {
	packCopy(c, gemmAVX512)
	packCopy(c, gemmAVX2)
	packTranspose(c, 4)
	packTranspose(c, 8)
}

// packCopy writes a function that copies n runs of words of 4 bytes, the last
// vector of each with a mask.
func packCopy(c *build.Context, isa gemmISA) {
	c.Function("packCopy" + isa.name)
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.SignatureExpr("func(dst, src *byte, dstStep, srcStep, vectors, mask, n uintptr)")
	c.Doc("It copies n runs of so many whole vectors and a masked one.")
	dst := c.Load(c.Param("dst"), c.GP64()).(reg.GPVirtual)
	src := c.Load(c.Param("src"), c.GP64()).(reg.GPVirtual)
	dstStep := c.Load(c.Param("dstStep"), c.GP64())
	srcStep := c.Load(c.Param("srcStep"), c.GP64())
	vectors := c.Load(c.Param("vectors"), c.GP64())
	mask := c.Load(c.Param("mask"), c.GP64()).(reg.GPVirtual)
	n := c.Load(c.Param("n"), c.GP64())
	if isa.bytes == 64 {
		c.KMOVW(mask.As32(), reg.K1)
	} else {
		c.VMOVDQU(operand.Mem{Base: mask}, reg.Y1)
	}
	v := c.GP64()
	offset := c.GP64()
	ahead := c.GP64() // some runs on, which are prefetched
	c.MOVQ(srcStep, ahead)
	c.SHLQ(operand.Imm(4), ahead)
	c.ADDQ(src, ahead)
	c.TESTQ(n, n)
	c.JZ(operand.LabelRef("end"))
	c.Label("run")
	c.XORQ(offset, offset)
	c.MOVQ(vectors, v)
	c.TESTQ(v, v)
	c.JZ(operand.LabelRef("last"))
	c.Label("vector")
	c.PREFETCHT0(operand.Mem{Base: ahead, Index: offset, Scale: 1})
	from, to := operand.Mem{Base: src, Index: offset, Scale: 1}, operand.Mem{Base: dst, Index: offset, Scale: 1}
	if isa.bytes == 64 {
		c.VMOVUPS(from, reg.Z0)
		c.VMOVUPS(reg.Z0, to)
	} else {
		c.VMOVUPS(from, reg.Y0)
		c.VMOVUPS(reg.Y0, to)
	}
	c.ADDQ(operand.Imm(uint64(isa.bytes)), offset)
	c.DECQ(v)
	c.JNZ(operand.LabelRef("vector"))
	c.Label("last")
	c.PREFETCHT0(operand.Mem{Base: ahead, Index: offset, Scale: 1})
	if isa.bytes == 64 {
		c.VMOVUPS_Z(from, reg.K1, reg.Z0)
		c.VMOVUPS(reg.Z0, reg.K1, to)
	} else {
		c.VMASKMOVPS(from, reg.Y1, reg.Y0)
		c.VMASKMOVPS(reg.Y0, reg.Y1, to)
	}
	c.ADDQ(srcStep, src)
	c.ADDQ(srcStep, ahead)
	c.ADDQ(dstStep, dst)
	c.DECQ(n)
	c.JNZ(operand.LabelRef("run"))
	c.Label("end")
	c.VZEROUPPER()
	c.RET()
}

// packTranspose writes a function that transposes one block of 8×8 numbers of 4
// bytes, or 4×4 of 8, after the other along p. Half of the exchange between
// the halves of a register is done by loading into them.
func packTranspose(c *build.Context, size int) {
	rows := 32 / size
	c.Function(fmt.Sprintf("packTranspose%d", 8*size))
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.SignatureExpr("func(dst, src *byte, dstStep, srcStep, n uintptr)")
	c.Doc(fmt.Sprintf("It sets dst[p][i] = src[i][p] for p below n, a multiple of %d, and i below %d.", rows, rows))
	dst := c.Load(c.Param("dst"), c.GP64()).(reg.GPVirtual)
	ds := c.Load(c.Param("dstStep"), c.GP64())
	ss := c.Load(c.Param("srcStep"), c.GP64())
	n := c.Load(c.Param("n"), c.GP64())
	src := []reg.GPVirtual{c.Load(c.Param("src"), c.GP64()).(reg.GPVirtual)}
	for len(src)*3 < rows {
		src = append(src, c.GP64())
		c.LEAQ(operand.Mem{Base: src[len(src)-2], Index: ss, Scale: 2}, src[len(src)-1])
		c.ADDQ(ss, src[len(src)-1])
	}
	at := func(i, disp int) operand.Mem {
		m := operand.Mem{Base: src[i/3], Disp: disp}
		if i%3 > 0 {
			m.Index, m.Scale = ss, uint8(i%3)
		}
		return m
	}
	c.TESTQ(n, n)
	c.JZ(operand.LabelRef("end"))
	c.Label("block")
	r := ymm
	half := rows / 2
	for i := range half { // r[i]: the first halves of rows i and i+half; r[i+half]: the second ones
		c.VMOVUPS(at(i, 0), xmm[i])
		c.VMOVUPS(at(i, 16), xmm[i+half])
		c.VINSERTF128(operand.Imm(1), at(i+half, 0), r[i], r[i])
		c.VINSERTF128(operand.Imm(1), at(i+half, 16), r[i+half], r[i+half])
	}
	for _, s := range src {
		c.ADDQ(operand.Imm(32), s)
	}
	out := make([]reg.VecPhysical, rows) // of each p
	if size == 8 {
		for h := range 2 {
			a, b := r[2*h], r[2*h+1]
			c.VUNPCKLPD(b, a, r[8+2*h])
			c.VUNPCKHPD(b, a, r[9+2*h])
			out[2*h], out[2*h+1] = r[8+2*h], r[9+2*h]
		}
	} else {
		for h := range 2 {
			x := r[4*h:]
			t := r[8:12]
			c.VUNPCKLPS(x[1], x[0], t[0]) // 00 10 01 11
			c.VUNPCKHPS(x[1], x[0], t[1]) // 02 12 03 13
			c.VUNPCKLPS(x[3], x[2], t[2])
			c.VUNPCKHPS(x[3], x[2], t[3])
			c.VUNPCKLPD(t[2], t[0], x[0])
			c.VUNPCKHPD(t[2], t[0], x[1])
			c.VUNPCKLPD(t[3], t[1], x[2])
			c.VUNPCKHPD(t[3], t[1], x[3])
			copy(out[4*h:], x[:4])
		}
	}
	for _, o := range out {
		c.VMOVUPS(o, operand.Mem{Base: dst})
		c.ADDQ(ds, dst)
	}
	c.SUBQ(operand.Imm(uint64(rows)), n)
	c.JNZ(operand.LabelRef("block"))
	c.Label("end")
	c.VZEROUPPER()
	c.RET()
}

var xmm = []reg.VecPhysical{reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7}
