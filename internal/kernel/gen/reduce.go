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
		{name: "rowTotals", viaFloat64: true, write: func(m *machine, a arguments) {
			m.rowTotals(a, 1, false, func(x []value, center value) value { return x[0] })
		}},
		{name: "rowSquares", viaFloat64: true, write: func(m *machine, a arguments) {
			m.rowTotals(a, 1, true, func(x []value, center value) value {
				d := m.sub(x[0], center)
				return m.mul(d, d)
			})
		}},
		{name: "rowProducts", viaFloat64: true, write: func(m *machine, a arguments) {
			m.rowTotals(a, 2, false, func(x []value, center value) value { return m.mul(x[0], x[1]) })
		}},
	}
}

// rowTotals sets float64 i of args.p[0] to the sum of a term of every element of
// row i, in sixteen lanes. The matrices, of args.n rows and args.m columns, are in
// args.p[1] and args.p[2], the centers of the rows in args.p[3].
func (m *machine) rowTotals(a arguments, matrices int, centered bool, term func(x []value, center value) value) {
	rows := m.GP64()
	m.MOVQ(a.n(), rows)
	m.Label("rows")
	mask := m.maskOf(m.atMostLanes(rows))
	wideMask := mask
	if !m.avx512 && m.elem == 4 {
		wideMask = m.float64s().maskOf(m.atMostLanes(rows))
	}
	center := m.register(8)
	if centered {
		from := m.GP64()
		m.MOVQ(a.pointer(3), from)
		m.loadMasked(operand.Mem{Base: from}, wideMask, center)
	}
	total := m.totals(a, matrices, mask, func(x []value) value { return term(x, center) })
	to := m.GP64()
	m.MOVQ(a.pointer(0), to)
	m.storeMasked(total, wideMask, operand.Mem{Base: to})
	m.SUBQ(operand.U8(m.lanes), rows)
	m.JLE(operand.LabelRef("done"))
	for k, size := range []int{8, m.elem, m.elem, 8} {
		if k == 0 || k <= matrices || k == 3 && centered {
			m.ADDQ(operand.U32(size*m.lanes), a.pointer(k))
		}
	}
	m.JMP(operand.LabelRef("rows"))
	m.Label("done")
}

// totals returns the sums of the rows of a vector. A pass over the columns sums up
// as many of the sixteen lanes as there are registers for: with lane l those 4, 8
// and 12 after it, to which it is added.
func (m *machine) totals(a arguments, matrices int, mask operand.Op, term func(x []value) value) value {
	fours := 1 // that a pass sums up
	if m.avx512 {
		fours = 4
	}
	stride, left := m.GP64(), m.GP64()
	m.IMUL3Q(operand.U8(m.elem), a.stride(), stride)
	var sums []value
	for first := 0; first < 4; first += fours {
		var lanes [16]value
		columns := make([]reg.GPVirtual, matrices)
		for k := range columns {
			columns[k] = m.GP64()
			m.MOVQ(a.pointer(1+k), columns[k])
		}
		for l := range lanes {
			if l%4 >= first && l%4 < first+fours {
				lanes[l] = m.copyOf(m.f(0))
			}
		}
		next, end := fmt.Sprint("next", first), fmt.Sprint("end", first)
		m.MOVQ(a.m(), left)
		m.Label(next)
		for l := range lanes {
			m.DECQ(left)
			m.JL(operand.LabelRef(end))
			if lanes[l].op != nil {
				m.addTo(lanes[l], term(m.readMasked(columns, mask)))
			}
			for _, column := range columns {
				m.ADDQ(stride, column)
			}
		}
		m.JMP(operand.LabelRef(next))
		m.Label(end)
		for l := first; l < first+fours; l++ {
			m.addTo(lanes[l], lanes[l+8])
			m.addTo(lanes[l+4], lanes[l+12])
			m.addTo(lanes[l], lanes[l+4])
			sums = append(sums, lanes[l])
		}
	}
	m.addTo(sums[0], sums[2])
	m.addTo(sums[1], sums[3])
	m.addTo(sums[0], sums[1])
	return sums[0]
}

// readMasked returns vectors of float64.
func (m *machine) readMasked(from []reg.GPVirtual, mask operand.Op) []value {
	x := make([]value, len(from))
	for k := range x {
		y := m.register(m.elem)
		m.loadMasked(operand.Mem{Base: from[k]}, mask, y)
		x[k] = m.widen(y)
	}
	return x
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
