package matcalc

import (
	"slices"
	"strings"
)

// maxLine and maxLines are how many nodes a line may have that is shown, and all
// lines together.
const (
	maxLine  = 3000
	maxLines = 50_000
)

// maxSimplified is how many nodes the gradient by a name may have that is
// simplified before the name's definition is put in.
const maxSimplified = 40

// maxReadable is how many nodes the gradient may have that is simplified.
const maxReadable = 20_000

// readOff reads the gradient by a name off, if the state is a functional of it
// alone.
func (d *deriver) readOff() {
	if len(d.state) != 1 || d.isVariable(d.state[0].of) {
		return
	}
	d.shorten(maxSimplified, d.Wheres)
	d.state[0].traced = !d.state[0].ctx.shape.IsColumn()
	d.gradientStep()
}

// conclude returns the gradients by the variables, of which the free ones are
// the contexts of the state.
func (d *deriver) conclude() []Reading {
	var final []functional
	for i, v := range d.wrt {
		f := functional{ctx: d.Zeros(v.shape), of: v, traced: !v.shape.IsColumn()}
		if k := slices.IndexFunc(d.state, func(g functional) bool { return g.of == v }); k >= 0 {
			f.ctx, f.traced = d.state[k].ctx, f.traced || d.isTotal() && d.state[k].traced
		}
		if g := d.project(f.ctx, v); g != f.ctx {
			f.ctx = g
			d.note([]Rule{RuleProjection}, nil)
		}
		if i == 0 {
			d.unsimplified = f.ctx
		}
		final = append(final, f)
	}
	d.state = final
	d.shorten(maxReadable, d.Wheres)
	return d.gradientStep()
}

// shorten brings contexts of at most this many nodes into the shortest form, in
// which they are read off. What is known of the sums of columns makes a line of
// its own.
func (d *deriver) shorten(limit int, names []*Expr) {
	d.rewrite(RuleAlgebra, func(e *Expr) *Expr {
		if e.size > limit {
			return e
		}
		return d.simplify(d.Pool, e, names)
	})
	if !d.stochastic {
		return
	}
	d.rewrite(RuleStochastic, func(e *Expr) *Expr {
		if summed := d.columnsSummed(e); summed != e {
			d.line()
			return d.simplify(d.Pool, summed, names)
		}
		return e
	})
}

// rewrite rewrites the contexts by a rule.
func (d *deriver) rewrite(r Rule, by func(e *Expr) *Expr) {
	for i, f := range d.state {
		if e := by(f.ctx); e != f.ctx {
			d.state[i].ctx = e
			d.note([]Rule{r}, nil)
		}
	}
}

// project returns the gradient by v, of which g is the free one: its part among
// the matrices that v can be.
func (d *deriver) project(g, v *Expr) *Expr {
	switch {
	case v.IsScalar():
	case v.Is(Diagonal):
		return d.Had(g, d.Eye(v.shape.Rows))
	case v.Is(Symmetric):
		return d.Times(ratHalf, d.Add(g, d.T(g)))
	}
	return g
}

// gradientStep ends the last line, or makes a line, off which the gradients in
// the state are read.
func (d *deriver) gradientStep() (read []Reading) {
	d.note([]Rule{CR}, nil)
	d.enter(d.whole())
	for _, f := range d.state {
		read = append(read, Reading{f.of, f.ctx})
	}
	d.steps[len(d.steps)-1].Read = read
	return read
}

// note keeps what the next line is to name.
func (d *deriver) note(rules []Rule, notes []string) {
	for _, r := range rules {
		if !slices.Contains(d.rules, r) {
			d.rules = append(d.rules, r)
		}
	}
	for _, n := range notes {
		if !slices.Contains(d.notes, n) {
			d.notes = append(d.notes, n)
		}
	}
}

// minor records a small step, if it is not too long.
func (d *deriver) minor(rules []Rule) {
	if d.verbose && d.isShown() {
		d.steps = append(d.steps, Step{Rules: rules, DF: d.whole(), Minor: true})
	}
}

// line records the state as a line of the derivation, if it is not too long:
// then its rules are named by the next line.
func (d *deriver) line() {
	if d.isShown() {
		d.enter(d.whole())
	} else if !d.tooLong {
		d.tooLong = true
		d.warn(TooLarge, "lines with more than %d symbols are not shown, nor those after %d symbols in all", maxLine, maxLines)
	}
}

// isShown reports whether the state is short enough for a line, beside the lines
// that there are.
func (d *deriver) isShown() bool {
	long := 1
	for _, f := range d.state {
		long += f.ctx.size
		for _, o := range f.chain {
			for _, e := range []*Expr{o.a, o.b} {
				if e != nil {
					long += e.size
				}
			}
		}
	}
	if long > maxLine || d.shown > maxLines {
		return false
	}
	d.shown += long
	return true
}

// whole returns the state as an expression.
func (d *deriver) whole() *Expr {
	terms := []*Expr{d.Int(0)}
	for _, f := range d.state {
		terms = append(terms, d.text(f))
	}
	return d.Add(terms...)
}

// enter records a line with the rules noted since the last one. A line that
// looks like the last one adds its rules to that.
func (d *deriver) enter(df *Expr) {
	last := -1
	for i, s := range d.steps {
		if !s.Minor {
			last = i
		}
	}
	if last >= 0 && d.steps[last].DF == df && d.steps[last].Read == nil {
		for _, r := range d.rules {
			if !slices.Contains(d.steps[last].Rules, r) {
				d.steps[last].Rules = append(d.steps[last].Rules, r)
			}
		}
	} else {
		d.steps = append(d.steps, Step{Rules: d.rules, DF: df, Note: strings.Join(d.notes, ", ")})
	}
	d.rules, d.notes = nil, nil
}
