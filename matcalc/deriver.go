package matcalc

import (
	"maps"
	"slices"
)

// deriver derives as the article does: the differential of the objective, of
// which the state is a sum of functionals, is expanded by the rules down to
// the variable or to names with a definition; tricks move everything into the
// contexts; the gradients by names are read off and their definitions put in.
type deriver struct {
	*differential
	start    functional // the differential of the objective
	cautions *cautioner
	simplify shortener
	state    []functional
	steps    []Step
	verbose  bool
	counts   map[*Expr]int // terms of differentials
	rules    []Rule        // of the moves since the last line
	notes    []string      // of the same
	shown    int           // nodes of all lines
	tooLong  bool

	unsimplified *Expr // the gradient
}

// maxTerms is how many terms of a differential are written out; with more,
// contexts are added up wherever an expression occurs twice.
const maxTerms = 12

// run derives the gradients by the variables.
func (d *deriver) run() []Reading {
	d.state = []functional{d.start}
	if d.start.of.def != nil {
		d.note([]Rule{CR}, nil)
		d.line()
	}
	if !d.depends(d.start.of) {
		d.warn(AbsentVariable, "the objective does not depend on %s: the gradient is zero", d.wrtNames())
		d.state = nil
		d.note([]Rule{RuleConstant}, nil)
	}
	d.cautions.walk(d.start.of)
	for {
		i := d.next()
		if i < 0 {
			break
		}
		if d.terms(d.state[i].of, true) > maxTerms+d.state[i].of.size/8 {
			d.accumulate(i)
		} else {
			d.expand(i)
			d.trace()
			d.moveAll()
		}
		d.merge()
		if len(d.state) > 1 && len(d.Wheres) > 0 && d.next() >= 0 {
			d.shorten(maxSimplified, d.Wheres)
			d.line()
		}
		d.readOff()
	}
	return d.conclude()
}

// next returns the index of the functional to expand next: the one that may
// contain what the others are functionals of. It is −1 if none is left.
func (d *deriver) next() int {
	best := -1
	for i, f := range d.state {
		if !d.isVariable(f.of) && (best < 0 || f.of.id > d.state[best].of.id) {
			best = i
		}
	}
	return best
}

// isLeaf reports whether the differential of e is not expanded within a line: e
// is the variable, or a name whose differential can be written.
func (d *deriver) isLeaf(e *Expr) bool {
	return d.isVariable(e) || e.def != nil && d.hasDifferential(e)
}

// terms returns how many terms the differential of e has when it is expanded;
// at the top it is even if e is a name.
func (d *deriver) terms(e *Expr, top bool) int {
	if d.isLeaf(e) && !top {
		return 1
	}
	if n, ok := d.counts[e]; ok {
		return n
	}
	n := 0
	for _, t := range d.of(e).parts {
		n = min(n+d.terms(t.of, false), 1<<20)
	}
	d.counts[e] = n
	return n
}

// expand applies the rules of the differential to the functional i, until only
// differentials of leaves are left.
func (d *deriver) expand(i int) {
	var done []functional
	traced := d.state[i].traced
	split := false
	todo := []functional{d.state[i]} // the next one last
	before, after := d.state[:i], d.state[i+1:]
	for first := true; len(todo) > 0; first = false {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if d.isLeaf(f.of) && !first {
			done = append(done, f)
			continue
		}
		x := d.of(f.of)
		d.note(x.rules, x.notes)
		split = split || len(x.parts) > 1 && (f.traced || slices.ContainsFunc(f.chain, func(o operator) bool { return o.kind == opTr }))
		for _, t := range slices.Backward(x.parts) {
			chain := append(slices.Clone(f.chain), t.chain...)
			todo = append(todo, functional{f.ctx, f.traced, chain, t.of})
		}
		if d.verbose {
			rest := slices.Clone(todo)
			slices.Reverse(rest)
			d.state = slices.Concat(before, done, rest, after)
			d.minor(x.rules)
		}
	}
	if split || traced && len(done) > 1 {
		d.note([]Rule{T3}, nil)
	}
	d.state = slices.Concat(before, done, after)
	d.line()
}

// trace writes scalars as their traces where a trick will need that (T1).
func (d *deriver) trace() {
	if d.traceAll() {
		d.line()
	}
}

func (d *deriver) traceAll() (any bool) {
	needed := slices.ContainsFunc(d.state, d.needsTrace)
	for i, f := range d.state {
		if !f.traced && (d.needsTrace(f) || needed && d.isTotal()) {
			d.state[i].traced = true
			any = true
		}
	}
	if any {
		d.note([]Rule{T1}, nil)
		d.minor([]Rule{T1})
	}
	return any
}

// moveAll moves all operators into the contexts. A single term has a line for
// each change between trick 5 and trick 4, several have one line together.
func (d *deriver) moveAll() {
	last := "" // the kind of trick of the moves since the last line
	lines := 0
	for i := d.moving(); i >= 0; i = d.moving() {
		if d.needsTrace(d.state[i]) {
			d.traceAll()
		}
		for len(d.state[i].chain) > 0 {
			g, rules, blocked := d.move(d.state[i])
			if blocked {
				break
			}
			if len(rules) > 0 && len(d.state) == 1 {
				if kind := trickKind(rules); kind != last && last != "" && lines < 2 {
					d.line()
					lines++
				}
				last = trickKind(rules)
			}
			d.symmetryNote(d.state[i].chain[0], rules)
			d.state[i] = g
			d.note(rules, nil)
			d.minor(rules)
		}
	}
	for i, f := range d.state {
		if f.traced && f.ctx.shape.IsColumn() && !d.isTotal() {
			d.state[i].traced = false // the trace of a scalar
			d.note([]Rule{T1}, nil)
		}
	}
	d.line()
}

func trickKind(rules []Rule) string {
	if rules[0] == T2 {
		return T4.ID
	}
	return rules[0].ID
}

// moving returns the index of a functional with operators left, −1 if there is none.
func (d *deriver) moving() int {
	return slices.IndexFunc(d.state, func(f functional) bool { return len(f.chain) > 0 })
}

// symmetryNote notes that a symmetric factor is its own transpose where that is used.
func (d *deriver) symmetryNote(o operator, rules []Rule) {
	if !slices.Contains(rules, T2) && !slices.Contains(rules, T4) {
		return
	}
	for _, e := range []*Expr{o.a, o.b} {
		if e == nil {
			continue
		}
		factors := []*Expr{e}
		if e.op == OpProd {
			factors = e.args
		}
		for _, f := range factors {
			if f.op == OpVar && f.Is(Symmetric) && !f.IsScalar() {
				d.note(nil, []string{f.name + "' = " + f.name})
			}
		}
	}
}

// merge adds up the contexts of the same differential (T3) and leaves out what is 0.
func (d *deriver) merge() {
	at := map[*Expr]int{}
	var merged []functional
	var contexts [][]*Expr
	for _, f := range d.state {
		i, ok := at[f.of]
		if !ok {
			i = len(merged)
			at[f.of] = i
			merged, contexts = append(merged, f), append(contexts, nil)
		}
		contexts[i] = append(contexts[i], f.ctx)
	}
	for i, c := range contexts {
		merged[i].ctx = d.Add(c...)
	}
	several := len(merged) < len(d.state)
	d.state = slices.DeleteFunc(merged, func(f functional) bool { return f.ctx.IsZero() })
	if several {
		d.note([]Rule{T3}, nil)
		d.line()
	}
}

// accumulate replaces the functional i by functionals of leaves: the contexts
// of every expression in it are added up before it is expanded, so that each is
// expanded once.
func (d *deriver) accumulate(i int) {
	root := d.state[i]
	contexts := map[*Expr]functional{root.of: root}
	var leaves []functional
	for _, e := range d.order(root.of) {
		f, ok := contexts[e]
		if !ok {
			continue
		}
		if d.isLeaf(e) && e != root.of {
			leaves = append(leaves, f)
			continue
		}
		x := d.of(e)
		d.note(x.rules, x.notes)
		for _, t := range x.parts {
			g := d.absorbAll(functional{f.ctx, f.traced, t.chain, t.of})
			if old, ok := contexts[t.of]; ok {
				g.ctx = d.Add(old.ctx, g.ctx)
			}
			contexts[t.of] = g
		}
	}
	d.state = slices.Concat(d.state[:i], leaves, d.state[i+1:])
	d.line()
}

// absorbAll moves all operators of f into its context.
func (d *deriver) absorbAll(f functional) functional {
	for len(f.chain) > 0 {
		if d.needsTrace(f) {
			f.traced = true
			d.note([]Rule{T1}, nil)
		}
		g, rules, _ := d.move(f)
		d.note(rules, nil)
		f = g
	}
	f.traced = f.traced && !f.ctx.shape.IsColumn()
	return f
}

// order returns what root is made of and depends on the variable, each after
// whatever it occurs in, down to leaves.
func (d *deriver) order(root *Expr) []*Expr {
	found := map[*Expr]bool{}
	var find func(e *Expr)
	find = func(e *Expr) {
		if found[e] || !d.depends(e) {
			return
		}
		found[e] = true
		for _, a := range e.args {
			find(a)
		}
		if e.def != nil && (e == root || !d.isLeaf(e)) {
			find(e.def)
		}
	}
	find(root)
	return slices.SortedFunc(maps.Keys(found), func(a, b *Expr) int { return b.id - a.id })
}
