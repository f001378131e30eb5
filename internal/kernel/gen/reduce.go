package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels whose results are not slices of the length of their arrays.
func reduceKernels() []kernel {
	return []kernel{
		{name: "rowSums", write: (*machine).rowSums},
		{name: "sum", viaFloat64: true, write: func(m *machine, a arguments) {
			m.sum(a, func(x value) value { return x })
		}},
		{name: "sumSquares", viaFloat64: true, write: func(m *machine, a arguments) {
			m.sum(a, func(x value) value { return m.mul(x, x) })
		}},
		{name: "notFinite", write: (*machine).notFinite},
	}
}

// rowSums adds to the n elements of the first slice the m columns of n elements
// of the second, one after the other.
func (m *machine) rowSums(a arguments) {
	rows, i, next, to, from := m.GP64(), m.GP64(), m.GP64(), m.GP64(), m.GP64()
	m.MOVQ(a.n(), rows)
	m.MOVQ(a.pointer(0), to)
	m.MOVQ(a.pointer(1), from)
	stride := m.GP64()
	m.MOVQ(rows, stride)
	m.IMUL3Q(operand.U8(m.elem), stride, stride)
	m.XORQ(i, i)

	// columns goes down the columns of some vectors of rows.
	columns := func(label string, sums []value, load func(k int, from operand.Mem, to value)) {
		column, left := m.GP64(), m.GP64()
		m.LEAQ(operand.Mem{Base: from, Index: i, Scale: uint8(m.elem)}, column)
		m.MOVQ(a.m(), left)
		for k := range sums {
			sums[k] = m.register(m.elem)
			load(k, operand.Mem{Base: to, Index: i, Scale: uint8(m.elem)}, sums[k])
		}
		m.Label(label + "Column")
		m.DECQ(left)
		m.JL(operand.LabelRef(label + "Sums"))
		for k := range sums {
			x := m.register(m.elem)
			load(k, operand.Mem{Base: column}, x)
			m.addTo(sums[k], x)
		}
		m.ADDQ(stride, column)
		m.JMP(operand.LabelRef(label + "Column"))
		m.Label(label + "Sums")
	}
	shifted := func(k int, at operand.Mem) operand.Mem { return at.Offset(k * m.lanes * m.elem) }

	m.Label("many")
	many := make([]value, 8)
	m.LEAQ(operand.Mem{Base: i, Disp: len(many) * m.lanes}, next)
	m.CMPQ(next, rows)
	m.JG(operand.LabelRef("few"))
	columns("many", many, func(k int, from operand.Mem, to value) { m.load(shifted(k, from), to) })
	for k := range many {
		m.store(many[k], shifted(k, operand.Mem{Base: to, Index: i, Scale: uint8(m.elem)}))
	}
	m.MOVQ(next, i)
	m.JMP(operand.LabelRef("many"))

	m.Label("few")
	m.CMPQ(i, rows)
	m.JGE(operand.LabelRef("done"))
	left := m.GP64()
	m.MOVQ(rows, left)
	m.SUBQ(i, left)
	mask := m.maskOf(m.atMostLanes(left))
	one := make([]value, 1)
	columns("few", one, func(k int, from operand.Mem, to value) { m.loadMasked(from, mask, to) })
	m.storeMasked(one[0], mask, operand.Mem{Base: to, Index: i, Scale: uint8(m.elem)})
	m.ADDQ(operand.U8(m.lanes), i)
	m.JMP(operand.LabelRef("few"))
	m.Label("done")
}

// sum adds f of the elements to the sixteen lanes of float64 that the first
// slice has, element i to lane i mod 16. What is masked adds +0, which changes
// no lane: none is -0.
func (m *machine) sum(a arguments, f func(value) value) {
	n, i, next, lanes, from := m.GP64(), m.GP64(), m.GP64(), m.GP64(), m.GP64()
	m.MOVQ(a.n(), n)
	m.MOVQ(a.pointer(0), lanes)
	m.MOVQ(a.pointer(1), from)
	sums := make([]value, 16/m.lanes)
	for k := range sums {
		sums[k] = m.register(8)
		m.load(operand.Mem{Base: lanes, Disp: 8 * k * m.lanes}, sums[k])
	}
	at := func(k int) operand.Mem {
		return operand.Mem{Base: from, Index: i, Scale: uint8(m.elem), Disp: k * m.lanes * m.elem}
	}
	m.XORQ(i, i)
	m.Label("loop")
	m.LEAQ(operand.Mem{Base: i, Disp: 16}, next)
	m.CMPQ(next, n)
	m.JG(operand.LabelRef("rest"))
	for k := range sums {
		x := m.register(m.elem)
		m.load(at(k), x)
		m.addTo(sums[k], f(m.widen(x)))
	}
	m.MOVQ(next, i)
	m.JMP(operand.LabelRef("loop"))

	m.Label("rest")
	left := m.GP64()
	m.MOVQ(n, left)
	m.SUBQ(i, left)
	for k := range sums {
		m.CMPQ(left, operand.U8(0))
		m.JLE(operand.LabelRef("done"))
		x := m.register(m.elem)
		m.loadMasked(at(k), m.maskOf(m.atMostLanes(left)), x)
		m.addTo(sums[k], f(m.widen(x)))
		m.SUBQ(operand.U8(m.lanes), left)
	}
	m.Label("done")
	for k := range sums {
		m.store(sums[k], operand.Mem{Base: lanes, Disp: 8 * k * m.lanes})
	}
}

// notFinite sets args.s to something else than +0 if an element of the first
// slice is NaN or infinite: then x - x is NaN.
func (m *machine) notFinite(a arguments) {
	n, i, next, from := m.GP64(), m.GP64(), m.GP64(), m.GP64()
	m.MOVQ(a.n(), n)
	m.MOVQ(a.pointer(0), from)
	zero := m.copyOf(m.c(0))
	sums := []value{m.copyOf(zero), m.copyOf(zero), m.copyOf(zero), m.copyOf(zero)}
	at := func(k int) operand.Mem {
		return operand.Mem{Base: from, Index: i, Scale: uint8(m.elem), Disp: k * m.lanes * m.elem}
	}
	m.XORQ(i, i)
	for _, step := range []int{4, 1} {
		label := fmt.Sprint("by", step)
		m.Label(label)
		m.LEAQ(operand.Mem{Base: i, Disp: step * m.lanes}, next)
		m.CMPQ(next, n)
		m.JG(operand.LabelRef(label + "Done"))
		for k := range step {
			x := m.register(m.elem)
			m.load(at(k), x)
			m.addTo(sums[k], m.sub(x, x))
		}
		m.MOVQ(next, i)
		m.JMP(operand.LabelRef(label))
		m.Label(label + "Done")
	}
	m.CMPQ(i, n)
	m.JE(operand.LabelRef("done"))
	x := m.register(m.elem)
	m.loadMasked(at(0), m.mask(i, n), x)
	m.addTo(sums[0], m.sub(x, x))
	m.Label("done")
	m.store(m.add(m.add(sums[0], sums[1]), m.add(sums[2], sums[3])), a.scalar(0))
}

// addTo adds x to sum, in its register.
func (m *machine) addTo(sum, x value) {
	if sum.size == 8 {
		m.VADDPD(x.op, sum.op, sum.op)
	} else {
		m.VADDPS(x.op, sum.op, sum.op)
	}
}

// atMostLanes returns the smaller of n and the number of lanes.
func (m *machine) atMostLanes(n reg.GPVirtual) reg.GPVirtual {
	count, lanes := m.GP64(), m.GP64()
	m.MOVQ(n, count)
	m.MOVQ(operand.U32(m.lanes), lanes)
	m.CMPQ(count, lanes)
	m.CMOVQGT(lanes, count)
	return count
}
