package matcalc

import (
	"maps"
	"slices"
	"strings"
)

// Step is a line of a derivation.
type Step struct {
	Rules []Rule
	DF    *Expr  // df, linear in the differentials of Wrt and of where names
	Of    *Expr  // nil: DF is the differential of the objective
	Minor bool   // only for --verbose
	Note  string // "M' = M"

	// Read is the gradients that are read off the line: the last of Rules is CR.
	// Only a total differential has several.
	Read []Reading
}

// Reading is a gradient that is read off a line, where d(By) stands in the one
// term tr(Gradient'·d(By)). By is a variable or a where name.
type Reading struct{ By, Gradient *Expr }

// Derivation is a gradient and how it is found.
type Derivation struct {
	Problem   *Problem
	Scope     *Scope
	Objective *Expr
	Wrt       *Expr
	Steps     []Step
	Gradient  *Expr
	Hessian   *Expr // nil unless asked for
	Warnings  []Warning
	Checks    []Check

	others       []Reading // of a total differential: by the variables that move besides Wrt
	unsimplified *Expr     // the gradient
	mistake      *Error    // of the simplifier, without which the answer is then
}

// Mistake returns the error by which the checks stopped a first, shorter form of
// the answer, nil if there was none. It is a bug of the engine, to be reported;
// the answer itself has passed the checks.
func (d *Derivation) Mistake() error {
	if d.mistake == nil {
		return nil
	}
	return d.mistake
}

// Options say what is to be derived.
type Options struct {
	Hessian bool
	Verbose bool   // keep the small steps, marked Minor
	Seed    uint64 // of the random points where the lines are checked
}

// Derive differentiates the objective of p. Errors are of type *Error.
func Derive(p *Problem, o Options) (*Derivation, error) {
	return deriveWith(p, o, (*Pool).Simplify)
}

// deriveWith is Derive with a simplifier. Where that is to blame for an error,
// the answer is only longer without it.
func deriveWith(p *Problem, o Options, simplify shortener) (d *Derivation, err error) {
	d, err = derive(p, o, simplify)
	e, ok := err.(*Error)
	if !ok || !e.internal && e.Kind != TooLarge {
		return d, err
	}
	plain := func(_ *Pool, e *Expr, _ []*Expr) *Expr { return e }
	d, again := derive(p, o, plain)
	switch {
	case again != nil:
		return nil, err
	case e.internal:
		d.mistake = e
	default:
		d.warn(TooLarge, "the answer is not simplified: %v", e)
	}
	return d, nil
}

// shortener brings an answer into the shortest form, see Pool.Simplify.
type shortener func(p *Pool, e *Expr, names []*Expr) *Expr

func derive(p *Problem, o Options, simplify shortener) (*Derivation, error) {
	s, err := p.Compile()
	if err != nil {
		return nil, err
	}
	return newDeriver(s, o, simplify).derivation(p, o)
}

func newDeriver(s *Scope, o Options, simplify shortener) *deriver {
	d := newDifferential(s, []*Expr{s.Wrt})
	return &deriver{
		differential: d,
		start:        functional{ctx: s.one, of: s.F},
		cautions:     newCautioner(d),
		simplify:     simplify,
		verbose:      o.Verbose,
		counts:       map[*Expr]int{},
		sizes:        map[*Expr]int{},
	}
}

// derivation returns the derivation if it passes the checks.
func (dr *deriver) derivation(p *Problem, o Options) (d *Derivation, err error) {
	defer Catch(&err)
	s := dr.Scope
	read := dr.run()
	d = &Derivation{
		Problem: p, Scope: s, Objective: s.F, Wrt: read[0].By, Steps: dr.steps,
		Gradient: read[0].Gradient, others: read[1:], unsimplified: dr.unsimplified,
	}
	if o.Hessian {
		dr.cautions.walk(d.Gradient)
		d.Hessian = dr.simplify(s.Pool, dr.hessianOf(d.Gradient), s.Wheres)
	}
	if err := d.check(o.Seed); err != nil {
		return nil, err
	}
	d.warnOfBodies(o.Seed)
	d.Warnings = append(dr.warnings, d.Warnings...)
	return d, nil
}

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
	sizes    map[*Expr]int // nodes in writing
	rules    []Rule        // of the moves since the last line
	notes    []string      // of the same
	tooLong  bool

	unsimplified *Expr // the gradient
}

// maxTerms is how many terms of a differential are written out; with more,
// contexts are added up wherever an expression occurs twice.
const maxTerms = 12

// maxLine is how many nodes a line may have that is shown.
const maxLine = 3000

// maxSimplified is how many nodes the gradient by a name may have that is
// simplified before the name's definition is put in.
const maxSimplified = 40

// maxReadable is how many nodes the gradient may have that is simplified.
const maxReadable = 20_000

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
		if d.terms(d.state[i].of, true) > maxTerms+d.nodes(d.state[i].of)/8 {
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
	return d.isVariable(e) || e.def != nil && d.HasDifferential(e)
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
	todo := []functional{d.state[i]}
	before, after := d.state[:i], d.state[i+1:]
	for first := true; len(todo) > 0; first = false {
		f := todo[0]
		todo = todo[1:]
		if d.isLeaf(f.of) && !first {
			done = append(done, f)
			continue
		}
		x := d.of(f.of)
		d.note(x.rules, x.notes)
		split = split || len(x.parts) > 1 && (f.traced || slices.ContainsFunc(f.chain, func(o operator) bool { return o.kind == opTr }))
		parts := make([]functional, len(x.parts))
		for k, t := range x.parts {
			chain := append(slices.Clone(f.chain), t.chain...)
			parts[k] = functional{f.ctx, f.traced, chain, t.of}
		}
		todo = append(parts, todo...)
		d.state = slices.Concat(before, done, todo, after)
		d.minor(x.rules)
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
	for d.moving() >= 0 {
		d.traceAll()
		i := d.moving()
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
	for _, f := range d.state {
		if i, ok := at[f.of]; ok {
			merged[i].ctx = d.Add(merged[i].ctx, f.ctx)
			continue
		}
		at[f.of] = len(merged)
		merged = append(merged, f)
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
		if d.nodes(e) > limit {
			return e
		}
		return d.simplify(d.Pool, e, names)
	})
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

// minor records a small step.
func (d *deriver) minor(rules []Rule) {
	if d.verbose {
		d.steps = append(d.steps, Step{Rules: rules, DF: d.whole(), Minor: true})
	}
}

// line records the state as a line of the derivation, if it is not too long:
// then its rules are named by the next line.
func (d *deriver) line() {
	long := 0
	for _, f := range d.state {
		long += d.nodes(f.ctx)
		for _, o := range f.chain {
			for _, e := range []*Expr{o.a, o.b} {
				if e != nil {
					long += d.nodes(e)
				}
			}
		}
	}
	if long <= maxLine {
		d.enter(d.whole())
	} else if !d.tooLong {
		d.tooLong = true
		d.warn(TooLarge, "lines with more than %d symbols are not shown", maxLine)
	}
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

// nodes is about how many nodes e has in writing.
func (d *deriver) nodes(e *Expr) int {
	if n, ok := d.sizes[e]; ok {
		return n
	}
	n := 1
	for _, a := range e.args {
		n = min(n+d.nodes(a), 1<<30)
	}
	d.sizes[e] = n
	return n
}
