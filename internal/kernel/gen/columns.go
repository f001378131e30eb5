package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// columns writes kernels of matrices of one shape, args.n×args.m, that go down
// their columns. They do as many columns at a time as a vector has lanes of
// float64: a value holds an element of each, from one row, so that a sum down a
// column is an ordinary sum of values. Where fewer columns are left, the last
// ones stand in several lanes.
type columns struct {
	*machine
	args   arguments
	offset [3]reg.GPVirtual // of the columns 1, 2 and 3 from the first, in bytes
	upper  reg.GPVirtual    // and of the upper four
	lane   reg.GPVirtual    // of the sum of losses that comes next, in bytes
	loops  int
}

// columnsKernel is a kernel of the matrices in args.p at the places. first, if
// there is one, comes before the loop; it may have columns done.
func columnsKernel(name string, places []int, first, f func(g *columns, s []value)) kernel {
	return kernel{name: name, viaFloat64: true, write: func(m *machine, a arguments) {
		wide := m.float64s()
		g := &columns{machine: m, args: a, upper: m.GP64(), lane: m.GP64()}
		for c := range g.offset {
			g.offset[c] = m.GP64()
		}
		s := []value{wide.scalar(a.scalar(0)), wide.scalar(a.scalar(1))}
		m.XORQ(g.lane, g.lane)
		if first != nil {
			first(g, s)
		}
		m.Label("columns")
		g.place()
		f(g, s)
		left, step := m.GP64(), m.GP64()
		m.MOVQ(a.m(), left)
		m.SUBQ(operand.U8(m.lanes), left)
		m.JLE(operand.LabelRef("done"))
		m.MOVQ(left, a.m())
		m.IMUL3Q(operand.U32(m.elem*m.lanes), a.n(), step)
		for _, k := range places {
			m.ADDQ(step, a.pointer(k))
		}
		m.JMP(operand.LabelRef("columns"))
		m.Label("done")
	}}
}

// place sets offset and upper for the columns that are left.
func (g *columns) place() {
	size, last := g.GP64(), g.GP64()
	g.IMUL3Q(operand.U8(g.elem), g.args.n(), size)
	g.MOVQ(operand.U32(g.lanes), last)
	g.CMPQ(g.args.m(), last)
	g.CMOVQLT(g.args.m(), last)
	g.DECQ(last) // the last column
	for c := range g.offset {
		g.MOVQ(operand.U32(c+1), g.offset[c])
		g.CMPQ(last, g.offset[c])
		g.CMOVQLT(last, g.offset[c])
		g.IMULQ(size, g.offset[c])
	}
	if g.avx512 {
		g.upperFrom(last)
		g.IMULQ(size, g.upper)
	}
}

// upperFrom sets upper to the number of the first column in the upper four lanes.
func (g *columns) upperFrom(last reg.GPVirtual) {
	zero := g.GP64()
	g.XORQ(zero, zero)
	g.MOVQ(last, g.upper)
	g.SUBQ(operand.U8(3), g.upper)
	g.CMOVQLT(zero, g.upper)
}

// rows writes a loop over the rows of the matrices at the places. The body gets
// where the row begins in each.
func (g *columns) rows(body func(row []reg.GPVirtual), places ...int) {
	label := fmt.Sprint("row", g.loops)
	g.loops++
	row := make([]reg.GPVirtual, len(places))
	for j, k := range places {
		row[j] = g.GP64()
		g.MOVQ(g.args.pointer(k), row[j])
	}
	left := g.GP64()
	g.MOVQ(g.args.n(), left)
	g.Label(label)
	body(row)
	for _, p := range row {
		g.ADDQ(operand.U8(g.elem), p)
	}
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label))
}

// fours returns where the elements of a row begin, four by four.
func (g *columns) fours(row reg.GPVirtual) []reg.GPVirtual {
	if !g.avx512 {
		return []reg.GPVirtual{row}
	}
	upper := g.GP64()
	g.LEAQ(operand.Mem{Base: row, Index: g.upper, Scale: 1}, upper)
	return []reg.GPVirtual{row, upper}
}

// at returns where the element of column c of four is.
func (g *columns) at(four reg.GPVirtual, c int) operand.Mem {
	if c == 0 {
		return operand.Mem{Base: four}
	}
	return operand.Mem{Base: four, Index: g.offset[c-1], Scale: 1}
}

// read returns a row, in float64.
func (g *columns) read(row reg.GPVirtual) value {
	var quarters []reg.Register // of 16 bytes each
	for _, four := range g.fours(row) {
		for c := 0; c < 4; c += 16 / g.elem {
			x := g.XMM()
			if g.elem == 4 {
				g.VMOVSS(g.at(four, 0), x)
				for k := 1; k < 4; k++ {
					g.VINSERTPS(operand.U8(16*k), g.at(four, k), x, x)
				}
			} else {
				g.VMOVSD(g.at(four, c), x)
				g.VMOVHPD(g.at(four, c+1), x, x)
			}
			quarters = append(quarters, x)
		}
	}
	x := quarters[0]
	if len(quarters) > 1 {
		x = g.join(quarters[0], quarters[1])
	}
	d := g.register(8)
	switch {
	case g.elem == 4:
		g.VCVTPS2PD(x, d.op)
	case g.avx512:
		g.VINSERTF64X4(operand.U8(1), g.join(quarters[2], quarters[3]), x.(reg.Vec).AsZ(), d.op)
	default:
		return value{op: x, size: 8}
	}
	return d
}

// join returns 32 bytes of two halves.
func (g *columns) join(low, high reg.Register) reg.Register {
	y := g.YMM()
	if g.avx512 {
		g.VINSERTF64X2(operand.U8(1), high, low.(reg.Vec).AsY(), y)
	} else {
		g.VINSERTF128(operand.U8(1), high, low.(reg.Vec).AsY(), y)
	}
	return y
}

// write sets a row to x, rounded.
func (g *columns) write(row reg.GPVirtual, x value) {
	whole := g.narrow(x).op.(reg.Register)
	for i, four := range g.fours(row) {
		for c := 0; c < 4; c += 16 / g.elem {
			quarter := whole.(reg.Vec).AsX()
			if k := (4*i + c) * g.elem / 16; k > 0 {
				quarter = g.XMM()
				if g.avx512 {
					g.VEXTRACTF64X2(operand.U8(k), whole, quarter)
				} else {
					g.VEXTRACTF128(operand.U8(k), whole, quarter)
				}
			}
			if g.elem == 8 {
				g.VMOVSD(quarter, g.at(four, c))
				g.VMOVHPD(quarter, g.at(four, c+1))
				continue
			}
			g.VMOVSS(quarter, g.at(four, 0))
			for k := 1; k < 4; k++ {
				g.VEXTRACTPS(operand.U8(k), quarter, g.at(four, k))
			}
		}
	}
}

// set sets d, a register, to x.
func (g *columns) set(d, x value) { g.VMOVAPD(x.op, d.op) }

// addLosses adds x, the losses of the columns, to the sixteen sums at args.p[3],
// that of example j to sum j mod 16. It overwrites args.s.
func (g *columns) addLosses(x value) {
	sums, count := g.GP64(), g.GP64()
	g.MOVQ(g.args.m(), count)
	g.CMPQ(count, operand.U8(g.lanes))
	g.JGE(operand.LabelRef("add"))
	some := g.args.scalar(0)
	if g.avx512 {
		high := g.YMM()
		g.VMOVUPD(x.op.(reg.Vec).AsY(), some)
		g.VEXTRACTF64X4(operand.U8(1), x.op, high)
		last := g.GP64()
		g.LEAQ(operand.Mem{Base: count, Disp: -1}, last)
		g.upperFrom(last)
		g.VMOVUPD(high, operand.Mem{Base: some.Base, Disp: some.Disp, Index: g.upper, Scale: 8})
	} else {
		g.store(x, some)
	}
	g.loadMasked(some, g.float64s().maskOf(count), x)
	g.Label("add")
	g.MOVQ(g.args.pointer(3), sums)
	at := operand.Mem{Base: sums, Index: g.lane, Scale: 1}
	sum := g.register(8)
	g.load(at, sum)
	g.addTo(sum, x)
	g.store(sum, at)
	g.ADDQ(operand.U8(8*g.lanes), g.lane)
	g.ANDQ(operand.U8(127), g.lane)
}

// exampleLoss is a kernel of the losses of the examples: f returns those of some
// columns of yhat and y, which are at the places 1 and 2.
func exampleLoss(name string, f func(g *columns, s []value) value) kernel {
	return columnsKernel(name, []int{1, 2}, nil, func(g *columns, s []value) { g.addLosses(f(g, s)) })
}

// summedLoss is a kernel of losses that are the sum of a term of every output. A
// mean is the sum divided by the first scalar.
func summedLoss(name string, mean bool, term func(g *columns, s []value, yhat, y value) value) kernel {
	return columnsKernel(name, []int{1, 2}, func(g *columns, s []value) {
		g.single(func(yhat, y value) value { return term(g, s, yhat, y) })
	}, func(g *columns, s []value) {
		sum := g.sumOver(func(yhat, y value) value { return term(g, s, yhat, y) })
		if mean {
			sum = g.div(sum, s[0])
		}
		g.addLosses(sum)
	})
}

// single adds the losses of single outputs, which need not be gathered from their
// columns, sixteen or more at a time; fewer are left for the loop over columns.
func (g *columns) single(term func(yhat, y value) value) {
	yhat, y, sums, left := g.GP64(), g.GP64(), g.GP64(), g.GP64()
	g.CMPQ(g.args.n(), operand.U8(1))
	g.JNE(operand.LabelRef("columns"))
	g.MOVQ(g.args.pointer(1), yhat)
	g.MOVQ(g.args.pointer(2), y)
	g.MOVQ(g.args.pointer(3), sums)
	g.MOVQ(g.args.m(), left)
	vectors := []int{1, 1, 2, 2, 4}[g.vectors] // so that they make sixteen
	atOnce := max(vectors*g.lanes, 16)
	g.Label("single")
	g.CMPQ(left, operand.U8(atOnce))
	g.JL(operand.LabelRef("fewer"))
	for first := 0; first < atOnce; first += vectors * g.lanes {
		x := make([]value, vectors)
		g.interleave(vectors, func(v int) {
			read := func(from reg.Register) value {
				x := g.register(g.elem)
				g.load(operand.Mem{Base: from, Disp: (first + v*g.lanes) * g.elem}, x)
				return g.widen(x)
			}
			x[v] = term(read(yhat), read(y))
		})
		for v := range x {
			at := operand.Mem{Base: sums, Disp: 8 * ((first + v*g.lanes) % 16)}
			sum := g.register(8)
			g.load(at, sum)
			g.addTo(sum, x[v])
			g.store(sum, at)
		}
	}
	g.ADDQ(operand.U32(atOnce*g.elem), yhat)
	g.ADDQ(operand.U32(atOnce*g.elem), y)
	g.SUBQ(operand.U8(atOnce), left)
	g.JMP(operand.LabelRef("single"))
	g.Label("fewer")
	g.CMPQ(left, operand.U8(0))
	g.JEQ(operand.LabelRef("done"))
	g.MOVQ(yhat, g.args.pointer(1))
	g.MOVQ(y, g.args.pointer(2))
	g.MOVQ(left, g.args.m())
}

// sumOver returns the sum of a term of every row of yhat and y.
func (g *columns) sumOver(term func(yhat, y value) value) value {
	sum := g.copyOf(g.f(0))
	g.rows(func(row []reg.GPVirtual) {
		g.addTo(sum, term(g.read(row[0]), g.read(row[1])))
	}, 1, 2)
	return sum
}

// largest returns the largest element of every column of the matrix at the place,
// and its row, the first of equal ones. Where there is a NaN it does not matter.
func (g *columns) largest(place int) (top, row value) {
	top, row = g.copyOf(g.f(math.Inf(-1))), g.copyOf(g.f(0))
	i := g.copyOf(g.f(0))
	g.rows(func(at []reg.GPVirtual) {
		x := g.read(at[0])
		larger := g.compare(x, greater, top)
		g.set(row, g.choose(larger, i, row))
		g.set(top, g.choose(larger, x, top))
		g.set(i, g.add(i, g.f(1)))
	}, place)
	return top, row
}

// expSum returns Σ e^(z-top) down the columns; z is at the first place, and
// e^(z-top) is stored at the second.
func (g *columns) expSum(top value, places ...int) value {
	sum := g.copyOf(g.f(0))
	g.rows(func(at []reg.GPVirtual) { g.addTo(sum, g.expOfRow(top, at)) }, places...)
	return sum
}

// expSumBut is expSum without the row but, which is one of each column.
func (g *columns) expSumBut(but, top value, places ...int) value {
	sum, i := g.copyOf(g.f(0)), g.copyOf(g.f(0))
	g.rows(func(at []reg.GPVirtual) {
		e := g.expOfRow(top, at)
		g.addTo(sum, g.choose(g.compare(i, equal, but), g.f(0), e))
		g.set(i, g.add(i, g.f(1)))
	}, places...)
	return sum
}

func (g *columns) expOfRow(top value, at []reg.GPVirtual) value {
	e := g.expNegative(g.sub(g.read(at[0]), top))
	if len(at) > 1 {
		g.write(at[1], e)
	}
	return e
}
