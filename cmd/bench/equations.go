package main

import (
	"fmt"
	"time"

	"gradlab/internal/cli"
	"gradlab/layers"
	"gradlab/matrix"
)

// equation is an equation of a training step: the call that Dense, the loss or
// the optimizer makes for it, on the network's own matrices.
type equation struct {
	text string
	cost
	run func()
}

// equations returns the equations of a step in order. All of them one after the
// other are a step.
func (n *network[T]) equations() []equation {
	var all []equation
	for l, d := range n.dense {
		all = append(all, n.forward(l+1, d)...)
	}
	last := len(n.dense)
	a, y := n.dense[last-1].A, n.y
	all = append(all,
		equation{text: fmt.Sprintf("L = Loss(a%d, y)", last), cost: moved(a, y), run: func() { n.loss.Value(a, y) }},
		equation{text: fmt.Sprintf("da%d = Loss′(a%[1]d, y)", last), cost: moved(n.dyhat, a, y), run: func() { n.loss.Prime(n.dyhat, a, y) }},
	)
	da := n.dyhat
	for l := last; l > 0; l-- {
		d := n.dense[l-1]
		all = append(all, n.backward(l, d, da)...)
		da = d.DAPrev
	}
	params := n.net.Params()
	update := equation{text: "W ← W − α dW", run: func() { n.steps++; n.opt.Step(n.steps, learningRate, params) }}
	for _, p := range params {
		update.bytes += bytesOf(p.Value, p.Grad, p.Value)
	}
	return append(all, update)
}

// forward returns the equations of Dense.Forward for layer l.
func (n *network[T]) forward(l int, d *layers.Dense[T]) []equation {
	apply := equation{text: fmt.Sprintf("a%d = g(z%[1]d)", l), cost: moved(d.A, d.Z), run: func() { d.G.Apply(d.A, d.Z) }}
	if l == len(n.dense) {
		apply.text = fmt.Sprintf("a%d = z%[1]d", l)
	}
	return []equation{
		{
			text: fmt.Sprintf("z%d = W%[1]d·%s + b%[1]d", l, input(l)),
			cost: n.product(l, d.Z, d.W, d.APrev, d.B),
			run:  func() { matrix.Affine(d.Z, d.W, d.APrev, d.B) },
		},
		apply,
	}
}

// backward returns the equations of Dense.Backward for layer l.
func (n *network[T]) backward(l int, d *layers.Dense[T], da *matrix.Matrix[T]) []equation {
	dz := equation{text: fmt.Sprintf("dz%d = da%[1]d ⊙ g′(z%[1]d)", l), cost: moved(d.DZ, da, d.Z), run: func() { d.G.Backward(d.DZ, da, d.Z, d.A) }}
	if l == len(n.dense) {
		dz.text, dz.cost = fmt.Sprintf("dz%d = da%[1]d", l), moved(d.DZ, da)
	}
	all := []equation{
		dz,
		{
			text: fmt.Sprintf("dW%d = dz%[1]d·%sᵀ", l, input(l)),
			cost: n.product(l, d.DW, d.DZ, d.APrev),
			run:  func() { matrix.MulNT(d.DW, d.DZ, d.APrev) },
		},
		{text: fmt.Sprintf("db%d = Σⱼ dz%[1]d", l), cost: moved(d.DB, d.DZ), run: func() { matrix.RowSums(d.DB, d.DZ) }},
	}
	if l == 1 {
		return all // nobody wants the gradient of the data
	}
	return append(all, equation{
		text: fmt.Sprintf("da%d = W%dᵀ·dz%[2]d", l-1, l),
		cost: n.product(l, d.DAPrev, d.W, d.DZ),
		run:  func() { matrix.MulTN(d.DAPrev, d.W, d.DZ) },
	})
}

// input names what goes into layer l.
func input(l int) string {
	if l == 1 {
		return "x"
	}
	return fmt.Sprintf("a%d", l-1)
}

// product returns the cost of a product of layer l.
func (n *network[T]) product(l int, all ...*matrix.Matrix[T]) cost {
	return cost{productFlops(n.sizes, l, n.x.Cols), bytesOf(all...)}
}

// moved returns the cost of what only goes over matrices.
func moved[T matrix.Float](all ...*matrix.Matrix[T]) cost { return cost{bytes: bytesOf(all...)} }

// productFlops returns the operations of each product of layer l: one multiply
// and one add for each weight and example.
func productFlops(sizes cli.Sizes, l, batch int) float64 {
	return 2 * float64(sizes[l]) * float64(sizes[l-1]) * float64(batch)
}

// stepFlops returns the operations of the products of a step: three a layer, but
// two for the first.
func stepFlops(sizes cli.Sizes, batch int) float64 {
	sum := -productFlops(sizes, 1, batch)
	for l := 1; l < len(sizes); l++ {
		sum += 3 * productFlops(sizes, l, batch)
	}
	return sum
}

// timeEquations returns the mean time of each equation, in steps with a clock
// between the equations. What the clock itself takes is measured the same way
// and taken off.
func timeEquations(equations []equation, steps int) []float64 {
	sums := make([]time.Duration, len(equations))
	var clock time.Duration
	base := time.Now()
	for range steps {
		before := time.Since(base)
		after := time.Since(base)
		clock += after - before
		before = after
		for i := range equations {
			equations[i].run()
			after = time.Since(base)
			sums[i] += after - before
			before = after
		}
	}
	seconds := make([]float64, len(equations))
	for i, t := range sums {
		seconds[i] = max((t-clock).Seconds()/float64(steps), 0)
	}
	return seconds
}
