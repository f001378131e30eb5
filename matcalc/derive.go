package matcalc

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
	if !ok || !e.internal {
		return d, err
	}
	plain := func(_ *Pool, e *Expr, _ []*Expr) *Expr { return e }
	if d, again := derive(p, o, plain); again == nil {
		d.mistake = e
		return d, nil
	}
	return nil, err
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
	}
}

// derivation returns the derivation if it passes the checks.
func (dr *deriver) derivation(p *Problem, o Options) (d *Derivation, err error) {
	defer Catch(&err)
	s := dr.Scope
	s.work = 0
	read := dr.run()
	d = &Derivation{
		Problem: p, Scope: s, Objective: s.F, Wrt: read[0].By, Steps: dr.steps,
		Gradient: read[0].Gradient, others: read[1:], unsimplified: dr.unsimplified,
	}
	if o.Hessian {
		dr.cautions.walk(d.Gradient)
		d.Hessian = dr.simplify(s.Pool, dr.hessianOf(d.Gradient), s.Wheres)
	}
	s.work = 0 // the printers build expressions, too
	if err := d.check(o.Seed); err != nil {
		return nil, err
	}
	d.warnOfBodies(o.Seed)
	d.Warnings = append(dr.warnings, d.Warnings...)
	d.warnOfDims()
	return d, nil
}
