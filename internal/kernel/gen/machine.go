package main

import (
	"log"
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// machine writes vector instructions of one tier, so that a formula is written
// once for both. Its values are registers of lanes elements each; values of
// float32 and float64 may stand side by side, and then the float32 registers
// are half as wide.
type machine struct {
	*build.Context
	avx512  bool
	elem    int // bytes of an element of the arrays: 4 or 8
	lanes   int
	vectors int // that are worked on at a time
	data    *constants
}

// float64s returns the machine for arrays of float64, with as many lanes.
func (m *machine) float64s() *machine {
	wide := *m
	wide.elem = 8
	return &wide
}

// value is a vector, or a constant, which is in memory.
type value struct {
	op       operand.Op
	size     int // bytes of an element: 4 or 8
	constant bool
}

// constants is the read-only data of a file: every constant fills 32 bytes.
type constants struct {
	c      *build.Context
	base   operand.Mem
	offset map[[2]uint64]int
	masks  operand.Mem // 32 bytes of ones and 32 of zeros
}

func newConstants(c *build.Context, name string) *constants {
	d := &constants{c: c, offset: map[[2]uint64]int{}}
	d.masks = c.StaticGlobal(name + "Masks")
	c.DataAttributes(8 | 16) // RODATA, NOPTR
	for i := range 8 {
		bits := uint64(math.MaxUint64)
		if i >= 4 {
			bits = 0
		}
		c.AddDatum(8*i, operand.U64(bits))
	}
	d.base = c.StaticGlobal(name + "Constants")
	c.DataAttributes(8 | 16)
	return d
}

// at returns the constant whose 64 bits repeat.
func (d *constants) at(size int, bits uint64) value {
	key := [2]uint64{uint64(size), bits}
	off, ok := d.offset[key]
	if !ok {
		off = 32 * len(d.offset)
		d.offset[key] = off
		for i := range 4 {
			d.c.AddDatum(off+8*i, operand.U64(bits))
		}
	}
	return value{op: d.base.Offset(off), size: size, constant: true}
}

// float returns a constant of elements of the size.
func (m *machine) float(size int, x float64) value {
	if size == 4 {
		bits := uint64(math.Float32bits(float32(x)))
		return m.data.at(4, bits<<32|bits)
	}
	return m.data.at(8, math.Float64bits(x))
}

// f returns a constant in float64, c one in the type of the arrays.
func (m *machine) f(x float64) value { return m.float(8, x) }
func (m *machine) c(x float64) value { return m.float(m.elem, x) }

// bits returns a constant in float64 by its bits.
func (m *machine) bits(b uint64) value { return m.data.at(8, b) }

// register returns a new register for elements of the size.
func (m *machine) register(size int) value {
	var r reg.Register
	switch m.lanes * size {
	case 16:
		r = m.XMM()
	case 32:
		r = m.YMM()
	default:
		r = m.ZMM()
	}
	return value{op: r, size: size}
}

// reg returns v in a register.
func (m *machine) reg(v value) value {
	if !v.constant {
		return v
	}
	d := m.register(v.size)
	switch {
	case v.size == 8:
		m.VBROADCASTSD(v.op, d.op)
	default:
		m.VBROADCASTSS(v.op, d.op)
	}
	return d
}

// copyOf returns v in a register of its own, for an instruction to overwrite.
func (m *machine) copyOf(v value) value {
	if v.constant {
		return m.reg(v)
	}
	d := m.register(v.size)
	if v.size == 8 {
		m.VMOVAPD(v.op, d.op)
	} else {
		m.VMOVAPS(v.op, d.op)
	}
	return d
}

type instruction = func(c *build.Context, ops ...operand.Op)

// operation is an instruction for both types, and with a constant from memory
// for each lane, which AVX2 has only as a whole vector.
type operation struct{ pd, pdBcst, ps, psBcst instruction }

// emit writes an operation whose first operand, in Go's order, is last; it may
// be a constant, rest not.
func (m *machine) emit(o operation, last value, rest ...operand.Op) {
	plain, bcst := o.pd, o.pdBcst
	if last.size == 4 {
		plain, bcst = o.ps, o.psBcst
	}
	if last.constant && m.avx512 {
		plain = bcst
	}
	plain(m.Context, append([]operand.Op{last.op}, rest...)...)
}

func (m *machine) binary(o operation, x, y value) value {
	d := m.register(y.size)
	m.emit(o, y, m.reg(x).op, d.op)
	return d
}

// commutative lets a constant be the second operand.
func (m *machine) commutative(o operation, x, y value) value {
	if x.constant {
		x, y = y, x
	}
	return m.binary(o, x, y)
}

type ctx = build.Context

func (m *machine) add(x, y value) value {
	return m.commutative(operation{(*ctx).VADDPD, (*ctx).VADDPD_BCST, (*ctx).VADDPS, (*ctx).VADDPS_BCST}, x, y)
}

func (m *machine) sub(x, y value) value {
	return m.binary(operation{(*ctx).VSUBPD, (*ctx).VSUBPD_BCST, (*ctx).VSUBPS, (*ctx).VSUBPS_BCST}, x, y)
}

func (m *machine) mul(x, y value) value {
	return m.commutative(operation{(*ctx).VMULPD, (*ctx).VMULPD_BCST, (*ctx).VMULPS, (*ctx).VMULPS_BCST}, x, y)
}

func (m *machine) div(x, y value) value {
	return m.binary(operation{(*ctx).VDIVPD, (*ctx).VDIVPD_BCST, (*ctx).VDIVPS, (*ctx).VDIVPS_BCST}, x, y)
}

// min returns x where x < y and y elsewhere, also where one is NaN.
func (m *machine) min(x, y value) value {
	return m.binary(operation{(*ctx).VMINPD, (*ctx).VMINPD_BCST, (*ctx).VMINPS, (*ctx).VMINPS_BCST}, x, y)
}

// max returns x where x > y and y elsewhere, also where one is NaN.
func (m *machine) max(x, y value) value {
	return m.binary(operation{(*ctx).VMAXPD, (*ctx).VMAXPD_BCST, (*ctx).VMAXPS, (*ctx).VMAXPS_BCST}, x, y)
}

func (m *machine) sqrt(x value) value {
	d := m.register(x.size)
	m.emit(operation{(*ctx).VSQRTPD, (*ctx).VSQRTPD_BCST, (*ctx).VSQRTPS, (*ctx).VSQRTPS_BCST}, x, d.op)
	return d
}

// fma returns x·y + z, rounded once, fnma -x·y + z; in float64 alone.
func (m *machine) fma(x, y, z value) value {
	return m.fused((*ctx).VFMADD213PD, (*ctx).VFMADD213PD_BCST, (*ctx).VFMADD231PD, (*ctx).VFMADD231PD_BCST, x, y, z)
}

func (m *machine) fnma(x, y, z value) value {
	return m.fused((*ctx).VFNMADD213PD, (*ctx).VFNMADD213PD_BCST, (*ctx).VFNMADD231PD, (*ctx).VFNMADD231PD_BCST, x, y, z)
}

func (m *machine) fused(d213, d213Bcst, d231, d231Bcst instruction, x, y, z value) value {
	if z.constant { // d = y·d + z
		d := m.copyOf(x)
		m.emit(operation{pd: d213, pdBcst: d213Bcst}, z, m.reg(y).op, d.op)
		return d
	}
	d := m.copyOf(z) // d = x·y + d
	m.emit(operation{pd: d231, pdBcst: d231Bcst}, y, m.reg(x).op, d.op)
	return d
}

// horner returns the polynomial in x with the coefficients, the highest first.
func (m *machine) horner(x value, coefficients ...float64) value {
	p := m.reg(m.f(coefficients[0]))
	for _, c := range coefficients[1:] { // p = x·p + c
		m.emit(operation{pd: (*ctx).VFMADD213PD, pdBcst: (*ctx).VFMADD213PD_BCST}, m.f(c), x.op, p.op)
	}
	return p
}

// scale returns x·2ⁿ, rounded once, for integers n; AVX2 has no such thing.
func (m *machine) scale(x, n value) value {
	d := m.register(8)
	m.VSCALEFPD(n.op, x.op, d.op)
	return d
}

// and, or and xor are those of the bits, in float64 alone, as are the integer
// operations after them.
func (m *machine) and(x, y value) value {
	return m.commutative(operation{pd: (*ctx).VANDPD, pdBcst: (*ctx).VANDPD_BCST}, x, y)
}

func (m *machine) or(x, y value) value {
	return m.commutative(operation{pd: (*ctx).VORPD, pdBcst: (*ctx).VORPD_BCST}, x, y)
}

func (m *machine) addInt(x, y value) value {
	return m.commutative(operation{pd: (*ctx).VPADDQ, pdBcst: (*ctx).VPADDQ_BCST}, x, y)
}

func (m *machine) subInt(x, y value) value {
	return m.binary(operation{pd: (*ctx).VPSUBQ, pdBcst: (*ctx).VPSUBQ_BCST}, x, y)
}

func (m *machine) shiftLeft(x value, n uint8) value {
	d := m.register(8)
	m.VPSLLQ(operand.U8(n), x.op, d.op)
	return d
}

func (m *machine) shiftRight(x value, n uint8) value {
	d := m.register(8)
	m.VPSRLQ(operand.U8(n), x.op, d.op)
	return d
}

const signBit = 1 << 63

func (m *machine) abs(x value) value { return m.and(x, m.bits(signBit-1)) }

// minusAbs returns -|x|.
func (m *machine) minusAbs(x value) value { return m.or(x, m.bits(signBit)) }

func (m *machine) copysign(x, sign value) value {
	return m.or(m.abs(x), m.and(sign, m.bits(signBit)))
}

// comparison is how two numbers compare; it is false where one is NaN.
type comparison operand.U8

const (
	equal     comparison = 0x00
	less      comparison = 0x11
	lessEqual comparison = 0x12
	greater   comparison = 0x1e
)

// condition is true or false for each lane: a mask register, or with AVX2 a
// vector whose elements are all ones or all zeros.
type condition struct{ op operand.Op }

func (m *machine) compare(x value, how comparison, y value) condition {
	cmp := operation{(*ctx).VCMPPD, (*ctx).VCMPPD_BCST, (*ctx).VCMPPS, (*ctx).VCMPPS_BCST}
	plain, bcst := cmp.pd, cmp.pdBcst
	if x.size == 4 {
		plain, bcst = cmp.ps, cmp.psBcst
	}
	var d operand.Op
	if m.avx512 {
		d = m.K()
		if y.constant {
			plain = bcst
		}
	} else {
		d = m.register(x.size).op
	}
	plain(m.Context, operand.U8(how), y.op, m.reg(x).op, d)
	return condition{d}
}

// choose returns yes where the condition is true and no elsewhere.
func (m *machine) choose(c condition, yes, no value) value {
	d := m.register(yes.size)
	no = m.reg(no)
	switch {
	case m.avx512:
		m.emit(operation{(*ctx).VBLENDMPD, (*ctx).VBLENDMPD_BCST, (*ctx).VBLENDMPS, (*ctx).VBLENDMPS_BCST}, yes, no.op, c.op, d.op)
		// avo takes d for an input, as where a mask merges: it would keep d
		// from the beginning of the function.
		blend := m.last()
		blend.Inputs = blend.Inputs[:3]
	case yes.size == 8:
		m.VBLENDVPD(c.op, yes.op, no.op, d.op)
	default:
		m.VBLENDVPS(c.op, yes.op, no.op, d.op)
	}
	return d
}

// function returns the function that is being written.
func (m *machine) function() *ir.Function {
	file, err := m.Result()
	if err != nil {
		log.Fatal(err)
	}
	functions := file.Functions()
	return functions[len(functions)-1]
}

// last returns the last instruction.
func (m *machine) last() *ir.Instruction {
	nodes := m.function().Nodes
	return nodes[len(nodes)-1].(*ir.Instruction)
}

// widen returns x in float64, exactly.
func (m *machine) widen(x value) value {
	if x.size == 8 {
		return x
	}
	d := m.register(8)
	m.VCVTPS2PD(x.op, d.op)
	return d
}

// narrow returns a float64 x rounded to the type of the arrays.
func (m *machine) narrow(x value) value {
	if m.elem == 8 {
		return x
	}
	d := m.register(4)
	if m.avx512 {
		m.VCVTPD2PS(x.op, d.op)
	} else {
		m.VCVTPD2PSY(x.op, d.op)
	}
	return d
}
