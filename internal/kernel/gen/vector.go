package main

import (
	"bytes"
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// kernel is a formula that is applied to every element of its arrays.
type kernel struct {
	name       string // of its constant, "exp" of opExp
	in, out    []int  // the arrays that it reads and writes: places in args.p
	wide       []int  // those of in that are float64 in every variant; then so are the scalars
	scalars    int    // how many of args.s it reads
	viaFloat64 bool   // float32 is computed in float64, so half as many elements at a time
	watched    int    // so many of what it writes, the first: args.bad is set to 1 if an element of these is NaN or infinite
	f          func(m *machine, x, s []value) []value
	write      func(m *machine, a arguments) // in place of f: a loop of its own
}

// size returns the bytes of an element of the array at the place p.
func (k kernel) size(m *machine, p int) int {
	if slices.Contains(k.wide, p) {
		return 8
	}
	return m.elem
}

// arguments is where the fields of args (vector.go in package kernel) are.
type arguments struct{ base reg.Register }

func (a arguments) n() operand.Mem            { return operand.Mem{Base: a.base} }
func (a arguments) m() operand.Mem            { return operand.Mem{Base: a.base, Disp: 8} }
func (a arguments) stride() operand.Mem       { return operand.Mem{Base: a.base, Disp: 16} }
func (a arguments) pointer(k int) operand.Mem { return operand.Mem{Base: a.base, Disp: 24 + 8*k} }
func (a arguments) scalar(k int) operand.Mem  { return operand.Mem{Base: a.base, Disp: 72 + 8*k} }
func (a arguments) bad() operand.Mem          { return operand.Mem{Base: a.base, Disp: 144} }

// variant is a tier and a type that every kernel is written for.
type variant struct {
	name   string
	avx512 bool
	elem   int
}

var variants = []variant{
	{"F32AVX2", false, 4},
	{"F64AVX2", false, 8},
	{"F32AVX512", true, 4},
	{"F64AVX512", true, 8},
}

// signature is func(a *args).
var signature = func() *gotypes.Signature {
	pkg := types.NewPackage("kernel", "kernel")
	args := types.NewNamed(types.NewTypeName(token.NoPos, pkg, "args", nil), types.NewStruct(nil, nil), nil)
	a := types.NewVar(token.NoPos, pkg, "a", types.NewPointer(args))
	return gotypes.NewSignature(pkg, types.NewSignatureType(nil, nil, nil, types.NewTuple(a), nil, false))
}()

// write writes kernels in all variants.
func write(c *build.Context, name string, kernels []kernel) {
	data := newConstants(c, name)
	for _, k := range kernels {
		for _, v := range variants {
			vectors := 1
			if k.viaFloat64 {
				vectors = mostVectors(k, v)
			}
			k.variant(c, data, v, vectors)
		}
	}
}

// variant writes a kernel in one variant.
func (k kernel) variant(c *build.Context, data *constants, v variant, vectors int) {
	m := &machine{Context: c, avx512: v.avx512, elem: v.elem, vectors: vectors, data: data}
	bytes := 32
	if v.avx512 {
		bytes = 64
	}
	m.lanes = bytes / v.elem
	if k.viaFloat64 {
		m.lanes = bytes / 8
	}
	c.Function(k.name + v.name)
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.Signature(signature)
	base := c.GP64()
	c.Load(c.Param("a"), base)
	if k.write != nil {
		k.write(m, arguments{base})
	} else {
		m.elementwise(k, arguments{base})
	}
	c.VZEROUPPER()
	c.RET()
}

// mostVectors returns how many vectors at a time there are registers for, of
// those that are worth it.
func mostVectors(k kernel, v variant) int {
	for n := 4; n > 1; n-- {
		c := build.NewContext()
		k.variant(c, newConstants(c, k.name), v, n)
		file, err := c.Result()
		if err == nil {
			err = pass.Compile.Execute(file)
		}
		if err == nil && checkTiers(file) == nil {
			return n
		}
	}
	return 1
}

// elementwise writes the loop over the elements. Its body, the formula, stands
// once: what comes before and after it has a way for a whole vector and one for
// the elements left over, behind a mask.
func (m *machine) elementwise(k kernel, a arguments) {
	n, i, next := m.GP64(), m.GP64(), m.GP64()
	m.MOVQ(a.n(), n)
	pointers := map[int]reg.Register{}
	for _, p := range append(append([]int(nil), k.in...), k.out...) {
		if pointers[p] == nil {
			pointers[p] = m.GP64()
			m.MOVQ(a.pointer(p), pointers[p])
		}
	}
	scalars := make([]value, k.scalars)
	for j := range scalars {
		if len(k.wide) > 0 {
			scalars[j] = m.float64s().scalar(a.scalar(j))
		} else {
			scalars[j] = m.scalar(a.scalar(j))
		}
	}
	at := func(p int) operand.Mem {
		return operand.Mem{Base: pointers[p], Index: i, Scale: uint8(k.size(m, p))}
	}
	x := make([]value, len(k.in))
	for j, p := range k.in {
		x[j] = m.register(k.size(m, p))
	}
	var notFinite value
	if k.watched > 0 {
		notFinite = m.copyOf(m.c(0))
	}

	m.XORQ(i, i)
	if m.vectors > 1 {
		m.manyVectors(k, at, scalars, i, next, n)
	}
	m.Label("loop")
	m.LEAQ(operand.Mem{Base: i, Disp: m.lanes}, next)
	m.CMPQ(next, n)
	m.JG(operand.LabelRef("loadRest"))
	for j, p := range k.in {
		m.load(at(p), x[j])
	}
	m.Label("body")
	y := k.f(m, x, scalars)
	m.CMPQ(next, n)
	m.JG(operand.LabelRef("storeRest"))
	for j, p := range k.out {
		m.store(y[j], at(p))
	}
	m.watch(notFinite, y[:k.watched], nil)
	m.MOVQ(next, i)
	m.JMP(operand.LabelRef("loop"))

	m.Label("loadRest")
	m.CMPQ(i, n)
	m.JE(operand.LabelRef("done"))
	mask := m.mask(i, n)
	wideMask := mask
	if len(k.wide) > 0 && !m.avx512 && m.elem == 4 {
		wideMask = m.float64s().mask(i, n)
	}
	for j, p := range k.in {
		if k.size(m, p) == m.elem {
			m.loadMasked(at(p), mask, x[j])
		} else {
			m.loadMasked(at(p), wideMask, x[j])
		}
	}
	m.JMP(operand.LabelRef("body"))

	m.Label("storeRest")
	mask = m.mask(i, n)
	for j, p := range k.out {
		m.storeMasked(y[j], mask, at(p))
	}
	m.watch(notFinite, y[:k.watched], mask)
	m.Label("done")
	if k.watched > 0 {
		m.ifNotZero(notFinite, func() { m.MOVQ(operand.U32(1), a.bad()) })
	}
}

// watch sets bits in notFinite where an element of y is NaN or infinite, of those
// that the mask has: there y - y is NaN, and +0 elsewhere.
func (m *machine) watch(notFinite value, y []value, mask operand.Op) {
	for _, x := range y {
		d := m.sub(x, x)
		switch {
		case mask == nil:
			m.VORPD(d.op, notFinite.op, notFinite.op)
		case m.avx512 && m.elem == 8:
			m.VORPD(d.op, notFinite.op, mask, notFinite.op)
		case m.avx512:
			m.VORPS(d.op, notFinite.op, mask, notFinite.op)
		default:
			m.VANDPD(mask, d.op, d.op)
			m.VORPD(d.op, notFinite.op, notFinite.op)
		}
	}
}

// ifNotZero writes what is done where x has a bit that is set.
func (m *machine) ifNotZero(x value, do func()) {
	if m.avx512 {
		k := m.K()
		m.VPTESTMQ(x.op, x.op, k)
		m.KORTESTB(k, k)
	} else {
		m.VPTEST(x.op, x.op)
	}
	m.JZ(operand.LabelRef("finite"))
	do()
	m.Label("finite")
}

// manyVectors writes the loop over several vectors at a time. An elementary
// function is a long chain of instructions, each waiting for the one before: the
// processor sees work for its other units only where several chains are side by
// side.
func (m *machine) manyVectors(k kernel, at func(p int) operand.Mem, scalars []value, i, next, n reg.GPVirtual) {
	m.Label("many")
	m.LEAQ(operand.Mem{Base: i, Disp: m.vectors * m.lanes}, next)
	m.CMPQ(next, n)
	m.JG(operand.LabelRef("loop"))
	m.interleave(m.vectors, func(v int) {
		x := make([]value, len(k.in))
		for j, p := range k.in {
			x[j] = m.register(k.size(m, p))
			m.load(at(p).Offset(v*m.lanes*x[j].size), x[j])
		}
		y := k.f(m, x, scalars)
		for j, p := range k.out {
			m.store(y[j], at(p).Offset(v*m.lanes*m.elem))
		}
	})
	m.MOVQ(next, i)
	m.JMP(operand.LabelRef("many"))
}

// interleave writes a body several times, the instructions in turns: first that of
// one, then that of the next. The bodies must not depend on each other.
func (m *machine) interleave(times int, body func(k int)) {
	f := m.function()
	start := len(f.Nodes)
	bodies := make([][]ir.Node, times)
	for k := range bodies {
		from := len(f.Nodes)
		body(k)
		bodies[k] = slices.Clone(f.Nodes[from:])
	}
	f.Nodes = f.Nodes[:start]
	for i := range bodies[0] {
		for k := range bodies {
			f.Nodes = append(f.Nodes, bodies[k][i])
		}
	}
}

// scalar returns a vector of a float64 in memory, in the type of the arrays,
// of which it is a number.
func (m *machine) scalar(at operand.Mem) value {
	d := m.register(m.elem)
	if m.elem == 8 {
		m.VBROADCASTSD(at, d.op)
		return d
	}
	x := m.XMM()
	m.VMOVSD(at, x)
	m.VCVTSD2SS(x, x, x)
	m.VBROADCASTSS(x, d.op)
	return d
}

func (m *machine) load(from operand.Mem, to value) {
	if to.size == 8 {
		m.VMOVUPD(from, to.op)
	} else {
		m.VMOVUPS(from, to.op)
	}
}

func (m *machine) store(x value, to operand.Mem) {
	if x.size == 8 {
		m.VMOVUPD(x.op, to)
	} else {
		m.VMOVUPS(x.op, to)
	}
}

// mask returns a mask of the elements from i up to n, fewer than the lanes.
func (m *machine) mask(i, n reg.Register) operand.Op {
	left := m.GP64()
	m.MOVQ(n, left)
	m.SUBQ(i, left)
	return m.maskOf(left)
}

// maskOf returns a mask of the first n elements, of the type of the arrays; n is
// no more than the lanes, and changed.
func (m *machine) maskOf(n reg.GPVirtual) operand.Op {
	if m.avx512 {
		bits, k := m.GP64(), m.K()
		m.MOVQ(n, reg.RCX)
		m.MOVQ(operand.U32(1), bits)
		m.SHLQ(reg.CL, bits)
		m.DECQ(bits)
		m.KMOVW(bits.As32(), k)
		return k
	}
	table, d := m.GP64(), m.register(m.elem)
	m.LEAQ(m.data.masks, table)
	m.NEGQ(n)
	m.load(operand.Mem{Base: table, Disp: 32, Index: n, Scale: uint8(m.elem)}, d)
	return d.op
}

func (m *machine) loadMasked(from operand.Mem, mask operand.Op, to value) {
	switch {
	case m.avx512 && to.size == 8:
		m.VMOVUPD_Z(from, mask, to.op)
	case m.avx512:
		m.VMOVUPS_Z(from, mask, to.op)
	case to.size == 8:
		m.VMASKMOVPD(from, mask, to.op)
	default:
		m.VMASKMOVPS(from, mask, to.op)
	}
}

func (m *machine) storeMasked(x value, mask operand.Op, to operand.Mem) {
	switch {
	case m.avx512 && x.size == 8:
		m.VMOVUPD(x.op, mask, to)
	case m.avx512:
		m.VMOVUPS(x.op, mask, to)
	case x.size == 8:
		m.VMASKMOVPD(x.op, mask, to)
	default:
		m.VMASKMOVPS(x.op, mask, to)
	}
}

// vectorKernels returns all kernels.
func vectorKernels() []kernel {
	return slices.Concat(elementaryKernels(), activationKernels(), updateKernels(), lossKernels(), reduceKernels())
}

// calls returns the Go function that runs a kernel by its number.
func calls(kernels []kernel) []byte {
	var s bytes.Buffer
	s.WriteString("// Code generated by command: go generate. DO NOT EDIT.\n\n//go:build !noasm\n\npackage kernel\n\n")
	s.WriteString("// call runs the assembly of an operation in a variant.\nfunc call(o op, v variant, a *args) {\n\tswitch uint(o)*4 + uint(v) {\n")
	for _, k := range kernels {
		for i, v := range variants {
			fmt.Fprintf(&s, "\tcase uint(op%s)*4 + %d:\n\t\t%s%s(a)\n", strings.ToUpper(k.name[:1])+k.name[1:], i, k.name, v.name)
		}
	}
	s.WriteString("\t}\n}\n")
	return s.Bytes()
}

// checkTiers returns an error if a function of the tier AVX2 needs more: the
// assembler would take such an instruction silently, also where a register
// above 15 is all that asks for AVX-512.
func checkTiers(file *ir.File) error {
	for _, f := range file.Functions() {
		if !strings.HasSuffix(f.Name, "AVX2") {
			continue
		}
		for _, i := range f.Instructions() {
			for _, isa := range i.ISA {
				if strings.HasPrefix(isa, "AVX512") {
					return fmt.Errorf("%s: %s needs %s", f.Name, i.Opcode, isa)
				}
			}
			for _, r := range i.Registers() {
				if r.Kind() == reg.KindVector && r.ID().Index() > 15 {
					return fmt.Errorf("%s: %s with %s", f.Name, i.Opcode, r.Asm())
				}
			}
		}
	}
	return nil
}
