package main

import "github.com/mmcloughlin/avo/reg"

// The losses of package losses: their values, a column an example, and their
// derivatives, element by element where they are.
func lossKernels() []kernel {
	return []kernel{
		summedLoss("squaredError", true, func(g *columns, s []value, yhat, y value) value {
			e := g.sub(yhat, y)
			return g.mul(e, e)
		}),
		summedLoss("absoluteError", true, func(g *columns, s []value, yhat, y value) value {
			return g.abs(g.sub(yhat, y))
		}),
		summedLoss("huber", true, func(g *columns, s []value, yhat, y value) value {
			delta := s[1]
			e := g.abs(g.sub(yhat, y))
			linear := g.mul(delta, g.sub(e, g.mul(delta, g.f(0.5))))
			return g.choose(g.compare(e, greater, delta), linear, g.mul(g.mul(e, e), g.f(0.5)))
		}),
		summedLoss("binaryCrossEntropyLogits", false, func(g *columns, s []value, z, y value) value {
			first := g.sub(g.max(z, g.f(0)), g.mul(z, y))
			return g.add(first, g.log1pPositive(g.expNegative(g.minusAbs(z))))
		}),
		summedLoss("binaryCrossEntropy", false, func(g *columns, s []value, p, y value) value {
			l := g.unless(y, 0, g.sub(g.f(0), g.mul(y, g.log(p))), g.f(0))
			other := g.mul(g.sub(g.f(1), y), g.log1p(g.sub(g.f(0), p)))
			return g.unless(y, 1, g.sub(l, other), l)
		}),
		summedLoss("categoricalCrossEntropy", false, func(g *columns, s []value, yhat, y value) value {
			return g.unless(y, 0, g.sub(g.f(0), g.mul(y, g.log(yhat))), g.f(0))
		}),
		exampleLoss("softmaxCrossEntropyLogits", func(g *columns, s []value) value {
			top, row := g.largest(1)
			logSum := g.log1pPositive(g.expSumBut(row, top, 1))
			return g.sumOver(func(z, y value) value {
				return g.unless(y, 0, g.mul(y, g.add(g.sub(top, z), logSum)), g.f(0))
			})
		}),

		arithmetic("squaredErrorPrime", 2, 1, func(m *machine, x, s []value) value {
			yhat, y, n := x[0], x[1], s[0]
			return m.div(m.mul(m.sub(yhat, y), m.c(2)), n)
		}),
		arithmetic("absoluteErrorPrime", 2, 1, func(m *machine, x, s []value) value {
			yhat, y, n := x[0], x[1], s[0]
			e := m.sub(yhat, y)
			sign := m.choose(m.compare(e, greater, m.c(0)), m.c(1), e)
			return m.div(m.choose(m.compare(e, less, m.c(0)), m.c(-1), sign), n)
		}),
		arithmetic("huberPrime", 2, 3, func(m *machine, x, s []value) value {
			yhat, y, low, high, n := x[0], x[1], s[0], s[1], s[2]
			return m.div(m.max(low, m.min(high, m.sub(yhat, y))), n)
		}),
		arithmetic("binaryCrossEntropyPrime", 2, 1, func(m *machine, x, s []value) value {
			p, y, n := x[0], x[1], s[0]
			d := m.unless(y, 0, m.sub(m.c(0), m.div(y, p)), m.c(0))
			other := m.div(m.sub(m.c(1), y), m.sub(m.c(1), p))
			return m.div(m.unless(y, 1, m.add(d, other), d), n)
		}),
		mixed("binaryCrossEntropyLogitsPrime", 2, 1, func(m *machine, x, s []value) value {
			z, y, n := x[0], x[1], s[0]
			right, wrong := m.sigmoids(z)
			return m.div(m.sub(m.mul(m.sub(m.c(1), y), right), m.mul(y, wrong)), n)
		}),
		arithmetic("categoricalCrossEntropyPrime", 2, 1, func(m *machine, x, s []value) value {
			yhat, y, n := x[0], x[1], s[0]
			return m.unless(y, 0, m.div(m.div(m.sub(m.c(0), y), yhat), n), m.c(0))
		}),
		columnsKernel("softmax", []int{0, 1}, nil, func(g *columns, s []value) {
			top, _ := g.largest(1)
			sum := g.expSum(top, 1, 0)
			g.rows(func(at []reg.GPVirtual) { g.write(at[0], g.div(g.read(at[0]), sum)) }, 0)
		}),
		columnsKernel("softmaxBackward", []int{0, 1, 2}, nil, func(g *columns, s []value) {
			dot := g.sumOver(func(da, a value) value { return g.mul(a, da) })
			g.rows(func(at []reg.GPVirtual) {
				da, a := g.read(at[1]), g.read(at[2])
				g.write(at[0], g.mul(a, g.sub(da, dot)))
			}, 0, 1, 2)
		}),
		columnsKernel("softmaxCrossEntropyLogitsPrime", []int{0, 1, 2}, nil, func(g *columns, s []value) {
			m := s[0]
			top, row := g.largest(1)
			others := g.expSumBut(row, top, 1, 0)
			total := g.mul(m, g.add(others, g.f(1)))
			g.rows(func(at []reg.GPVirtual) {
				e, y := g.read(at[0]), g.read(at[1])
				g.write(at[0], g.div(g.sub(g.sub(e, y), g.mul(y, others)), total))
			}, 0, 2)
		}),
	}
}

// unless returns x where y is not the constant c, and otherwise elsewhere.
func (m *machine) unless(y value, c float64, x, otherwise value) value {
	return m.choose(m.compare(y, equal, m.float(y.size, c)), otherwise, x)
}

// sigmoids returns σ(z) and σ(-z) in the type of the arrays.
func (m *machine) sigmoids(z value) (value, value) {
	x := m.widen(z)
	positive, negative := m.compare(x, greater, m.f(0)), m.compare(x, less, m.f(0))
	if m.elem == 4 {
		e := m.exp32(m.minusAbs(x))
		d := m.add(e, m.f(1))
		of := func(c condition) value { return m.narrow(m.div(m.choose(c, m.f(1), e), d)) }
		return of(positive), of(negative)
	}
	e, q := m.sigmoidParts(x)
	return m.sigmoidWhere(positive, e, q), m.sigmoidWhere(negative, e, q)
}
