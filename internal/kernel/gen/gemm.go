package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A tile of C is some units of rows, of 32 bytes, by some columns. It stays in
// registers while p runs over the inner index: for each p come the vectors of a
// column of A, and one number of B, broadcast, for each column of the tile. With
// registers of 64 bytes a tile of an odd number of units ends in half a one: on
// processors that work on 32 bytes at a time that is half the work.
//
// A function computes some columns of tiles, each from the top of C to the
// bottom: tiles of its first height, then of its second, and so on, as often as
// its argument says. The last vector of the last tile is masked.
type gemmKernel struct {
	*build.Context
	isa     gemmISA
	size    int // of an element, in bytes
	cols    int // of a tile
	heights []int
	// byRow: the numbers of B for one p are adjacent: those of a row, or
	// packed. Otherwise those for one column are.
	byRow bool

	args *reg.GPVirtual  // *tiles
	a    reg.GPVirtual   // A, the tile's rows, at p
	aP   reg.GPVirtual   // bytes from p to p+1
	b    []reg.GPVirtual // B at p: of column 0, and of columns 3 and 6 where they are apart
	bP   reg.GPVirtual   // bytes from p to p+1, or from column to column
}

// gemmISA is what differs between the two sets of vector instructions.
type gemmISA struct {
	name    string
	bytes   int // of a vector
	regs    int
	columns []int // that a tile may have
	heights []int // in units
	tall    []int // for a single column
}

var (
	gemmAVX512 = gemmISA{"AVX512", 64, 32, []int{8, 4, 2, 1}, []int{6, 5, 4, 3, 2, 1}, []int{16, 8, 4, 2, 1}}
	gemmAVX2   = gemmISA{"AVX2", 32, 16, []int{6, 4, 2, 1}, []int{2, 1}, []int{4, 2, 1}}
)

const unit = 32 // bytes

// The fields of type tiles, 8 bytes each.
const (
	argA = 8 * iota
	argAP
	argB
	argBP
	argBNext
	argC
	argCCol
	argCNext
	argStart
	argStartCol
	argStartUnit
	argStartNext
	argK
	argMask
	argColumns
	argTiles
	argANow
	argCNow
	argStartNow
	argLeft
	argCounts
	argANext = argCounts + 6*8
)

func gemm(c *build.Context) {
	for _, isa := range []gemmISA{gemmAVX512, gemmAVX2} {
		for _, size := range []int{4, 8} {
			for _, cols := range isa.columns {
				for _, byRow := range []bool{true, false} {
					k := gemmKernel{Context: c, isa: isa, size: size, cols: cols, heights: isa.heights, byRow: byRow}
					layout := "Cols"
					if byRow {
						layout = "Rows"
					}
					k.function(fmt.Sprintf("gemm%d%s%s%d", 8*size, isa.name, layout, cols))
				}
			}
			k := gemmKernel{Context: c, isa: isa, size: size, cols: 1, heights: isa.tall}
			k.function(fmt.Sprintf("gemm%d%sTall", 8*size, isa.name))
		}
	}
}

func (k *gemmKernel) function(name string) {
	k.Function(name)
	k.Attributes(attr.NOSPLIT)
	k.Pragma("noescape")
	k.SignatureExpr("func(t *byte)")
	args := k.Load(k.Param("t"), k.GP64()).(reg.GPVirtual)
	k.args = &args
	k.a, k.aP, k.bP = k.GP64(), k.GP64(), k.GP64()
	k.b = []reg.GPVirtual{k.GP64()}
	if !k.byRow {
		for j := 3; j < k.cols; j += 3 {
			k.b = append(k.b, k.GP64())
		}
	}
	k.MOVQ(k.arg(argAP), k.aP)
	k.MOVQ(k.arg(argBP), k.bP)
	k.Label("column")
	if k.isa.bytes == 64 {
		k.KXNORW(reg.K1, reg.K1, reg.K1)
	}
	k.move(argA, argANow)
	k.move(argC, argCNow)
	k.move(argStart, argStartNow)
	k.move(argTiles, argLeft)
	for i, units := range k.heights {
		k.tiles(i, units)
	}
	k.advance(argB, argBNext)
	k.advance(argC, argCNext)
	k.advance(argStart, argStartNext)
	k.DECQ(k.arg(argColumns))
	k.JNZ(operand.LabelRef("column"))
	k.VZEROUPPER()
	k.RET()
}

// move copies a field.
func (k *gemmKernel) move(from, to int) {
	r := k.GP64()
	k.MOVQ(k.arg(from), r)
	k.MOVQ(r, k.arg(to))
}

// advance adds a field to another.
func (k *gemmKernel) advance(to, step int) {
	r := k.GP64()
	k.MOVQ(k.arg(step), r)
	k.ADDQ(r, k.arg(to))
}

func (k *gemmKernel) arg(offset int) operand.Mem { return operand.Mem{Base: *k.args, Disp: offset} }

// tiles computes as many tiles as counts[i] says.
func (k *gemmKernel) tiles(i, units int) {
	loop, end := fmt.Sprintf("height%d", units), fmt.Sprintf("end%d", units)
	count := k.GP64()
	k.MOVQ(k.arg(argCounts+8*i), count)
	k.TESTQ(count, count)
	k.JE(operand.LabelRef(end))
	k.Label(loop)

	// The mask of the last tile's last vector.
	full := fmt.Sprintf("full%d", units)
	k.DECQ(k.arg(argLeft))
	k.JNZ(operand.LabelRef(full))
	mask := k.GP64()
	k.MOVQ(k.arg(argMask), mask)
	if k.isa.bytes == 64 {
		k.KMOVW(mask.As32(), reg.K1)
		k.Label(full)
		k.tile(units, true)
	} else {
		done := fmt.Sprintf("done%d", units)
		k.VMOVDQU(operand.Mem{Base: mask}, reg.Y15)
		k.tile(units, true)
		k.JMP(operand.LabelRef(done))
		k.Label(full)
		k.tile(units, false)
		k.Label(done)
	}

	// On to the rows below.
	k.advance(argANow, argANext+8*i)
	step := k.GP64()
	k.IMUL3Q(operand.I8(units), k.arg(argStartUnit), step)
	k.ADDQ(step, k.arg(argStartNow))
	k.ADDQ(operand.I32(units*unit), k.arg(argCNow))
	k.DECQ(count)
	k.JNZ(operand.LabelRef(loop))
	k.Label(end)
}

// tile is the code of a tile of some height: the vectors of a column and the
// columns, each vector with the register that holds its chains.
type tile struct {
	vectors int
	half    bool // the last vector is half a one
	masked  bool // the last vector has a mask
}

func (t tile) last(v int) bool { return v == t.vectors-1 }

// tile computes one tile.
func (k *gemmKernel) tile(units int, masked bool) {
	each := k.isa.bytes / unit
	t := tile{vectors: (units + each - 1) / each, half: units%each > 0, masked: masked}
	suffix := fmt.Sprintf("%d%v", units, masked)

	// The chains start from C, or the bias, or 0.
	at, col := k.GP64(), k.GP64()
	k.MOVQ(k.arg(argStartNow), at)
	k.MOVQ(k.arg(argStartCol), col)
	for j := range k.cols {
		for v := range t.vectors {
			k.load(t, v, at, k.chain(t, v, j))
		}
		if j < k.cols-1 {
			k.ADDQ(col, at)
		}
	}

	k.MOVQ(k.arg(argANow), k.a)
	for i, b := range k.b {
		if i == 0 {
			k.MOVQ(k.arg(argB), b)
		} else {
			k.LEAQ(operand.Mem{Base: k.b[i-1], Index: k.bP, Scale: 2}, b)
			k.ADDQ(k.bP, b)
		}
	}
	n := k.GP64()
	k.MOVQ(k.arg(argK), n)
	const unroll = 4
	loop, rest, one, end := "loop"+suffix, "rest"+suffix, "one"+suffix, "end"+suffix
	k.SUBQ(operand.Imm(unroll), n)
	k.JL(operand.LabelRef(rest))
	k.Label(loop)
	k.steps(t, unroll)
	k.SUBQ(operand.Imm(unroll), n)
	k.JGE(operand.LabelRef(loop))
	k.Label(rest)
	k.ADDQ(operand.Imm(unroll), n)
	k.JZ(operand.LabelRef(end))
	k.Label(one)
	k.steps(t, 1)
	k.DECQ(n)
	k.JNZ(operand.LabelRef(one))
	k.Label(end)

	k.MOVQ(k.arg(argCNow), at)
	k.MOVQ(k.arg(argCCol), col)
	for j := range k.cols {
		for v := range t.vectors {
			k.store(t, v, k.chain(t, v, j), at)
		}
		if j < k.cols-1 {
			k.ADDQ(col, at)
		}
	}
}

// chain is the register of the chains of vector v of column j.
func (k *gemmKernel) chain(t tile, v, j int) reg.VecPhysical { return k.reg(t, v, j*t.vectors+v) }

// steps takes the next n of p.
func (k *gemmKernel) steps(t tile, n int) {
	first := t.vectors * k.cols // the registers that are left
	free := k.isa.regs - first - t.vectors
	if k.isa.bytes == 32 {
		free-- // the mask
	}
	free = min(free, 5)
	for u := range n {
		for v := range t.vectors {
			k.load(t, v, k.a, k.reg(t, v, first+v))
		}
		k.ADDQ(k.aP, k.a)
		for j := range k.cols {
			b := first + t.vectors + (u*k.cols+j)%free
			if !k.broadcasts(t) {
				k.broadcast(k.number(j, u), k.reg(t, 0, b))
			}
			for v := range t.vectors {
				k.fma(t, v, k.number(j, u), b, k.reg(t, v, first+v), k.chain(t, v, j))
			}
		}
		if k.byRow {
			k.ADDQ(k.bP, k.b[0])
		}
	}
	if !k.byRow {
		for _, b := range k.b {
			k.ADDQ(operand.Imm(uint64(n*k.size)), b)
		}
	}
}

// number is where B's number for column j stands, u numbers on.
func (k *gemmKernel) number(j, u int) operand.Mem {
	if k.byRow {
		return operand.Mem{Base: k.b[0], Disp: j * k.size}
	}
	m := operand.Mem{Base: k.b[j/3], Disp: u * k.size}
	if j%3 > 0 {
		m.Index, m.Scale = k.bP, uint8(j%3)
	}
	return m
}

// reg is register i, as wide as vector v of the tile.
func (k *gemmKernel) reg(t tile, v, i int) reg.VecPhysical {
	switch {
	case k.isa.bytes == 64 && t.half && t.last(v):
		return ymmX[i]
	case k.isa.bytes == 64:
		return zmm[i]
	}
	return ymm[i]
}

// broadcasts reports whether the multiplication itself broadcasts the number of
// B: where it is used once. Then a register less has to be written.
func (k *gemmKernel) broadcasts(t tile) bool {
	return k.isa.bytes == 64 && (t.vectors == 1 || t.vectors == 2 && t.half)
}

func (k *gemmKernel) load(t tile, v int, base reg.Register, r reg.VecPhysical) {
	m := operand.Mem{Base: base, Disp: v * k.isa.bytes}
	switch {
	case !t.masked || !t.last(v):
		k.VMOVUPS(m, r)
	case k.isa.bytes == 64 && k.size == 4:
		k.VMOVUPS_Z(m, reg.K1, r)
	case k.isa.bytes == 64:
		k.VMOVUPD_Z(m, reg.K1, r)
	case k.size == 4:
		k.VMASKMOVPS(m, reg.Y15, r)
	default:
		k.VMASKMOVPD(m, reg.Y15, r)
	}
}

func (k *gemmKernel) store(t tile, v int, r reg.VecPhysical, base reg.Register) {
	m := operand.Mem{Base: base, Disp: v * k.isa.bytes}
	switch {
	case !t.masked || !t.last(v):
		k.VMOVUPS(r, m)
	case k.isa.bytes == 64 && k.size == 4:
		k.VMOVUPS(r, reg.K1, m)
	case k.isa.bytes == 64:
		k.VMOVUPD(r, reg.K1, m)
	case k.size == 4:
		k.VMASKMOVPS(r, reg.Y15, m)
	default:
		k.VMASKMOVPD(r, reg.Y15, m)
	}
}

func (k *gemmKernel) broadcast(m operand.Mem, r reg.VecPhysical) {
	if k.size == 4 {
		k.VBROADCASTSS(m, r)
	} else {
		k.VBROADCASTSD(m, r)
	}
}

// fma adds A's vector v times the number of B, which register b or m holds.
func (k *gemmKernel) fma(t tile, v int, m operand.Mem, b int, a, chain reg.VecPhysical) {
	switch number := k.reg(t, v, b); {
	case k.broadcasts(t) && k.size == 4:
		k.VFMADD231PS_BCST(m, a, chain)
	case k.broadcasts(t):
		k.VFMADD231PD_BCST(m, a, chain)
	case k.size == 4:
		k.VFMADD231PS(a, number, chain)
	default:
		k.VFMADD231PD(a, number, chain)
	}
}

var zmm = []reg.VecPhysical{
	reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
	reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
	reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
}

var ymm = []reg.VecPhysical{
	reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
	reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
}

// ymmX are the halves of all registers, the ones above 15 only with AVX-512.
var ymmX = append(ymm[:16:16],
	reg.Y16, reg.Y17, reg.Y18, reg.Y19, reg.Y20, reg.Y21, reg.Y22, reg.Y23,
	reg.Y24, reg.Y25, reg.Y26, reg.Y27, reg.Y28, reg.Y29, reg.Y30, reg.Y31,
)
