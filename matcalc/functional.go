package matcalc

// functional is a term of a differential: the scalar ⟨ctx, chain(d(of))⟩, a
// linear functional of the differential of of. It is written as
// tr(ctx'·chain(d(of))) if traced. Else the chain makes a scalar and ctx is
// one, or the chain makes a column and ctx is one: ctx'·chain(d(of)).
type functional struct {
	ctx    *Expr
	traced bool
	chain  []operator // the outermost first
	of     *Expr
}

// text returns the functional as an expression.
func (p *Pool) text(f functional) *Expr {
	u := p.Diff(f.of)
	for i := len(f.chain) - 1; i >= 0; i-- {
		u = p.apply(f.chain[i], u)
	}
	switch {
	case f.traced:
		return p.Tr(p.Mul(p.T(f.ctx), u))
	case f.ctx.IsScalar():
		return p.Mul(f.ctx, u)
	}
	return p.Mul(p.T(f.ctx), u)
}

// isTransposition reports whether the chain is a·U'·b, a scalar.
func (f functional) isTransposition() bool {
	return len(f.chain) > 1 && !f.traced && f.chain[0].kind == opMul && f.chain[1].kind == opT && f.chain[0].result().IsScalar()
}

// move takes the outermost operator into the context and returns the tricks
// that it takes. It is blocked if that needs a trace around a scalar first.
func (p *Pool) move(f functional) (g functional, rules []Rule, blocked bool) {
	o := f.chain[0]
	g = f
	g.chain = f.chain[1:]
	if f.isTransposition() { // a scalar is its own transpose
		turned := operator{kind: opMul, shape: f.chain[1].shape}
		if o.b != nil {
			turned.a = p.T(o.b)
		}
		if o.a != nil {
			turned.b = p.T(o.a)
		}
		g.chain = append([]operator{turned}, f.chain[2:]...)
		return g, []Rule{T1, T2}, false
	}
	if !f.traced && (o.kind == opT || o.kind == opMul && o.b != nil) {
		return f, nil, true
	}
	if o.kind == opSum && len(g.chain) > 0 && g.chain[0].kind == opHad {
		g.ctx = p.Mul(f.ctx, g.chain[0].a)
		g.chain = g.chain[1:]
		g.traced = !g.ctx.shape.IsColumn()
		return g, []Rule{RuleInner}, false
	}
	g.ctx = p.absorb(o, f.ctx)
	switch o.kind {
	case opTr:
		g.traced = true
	case opInner, opSum:
		g.traced = f.traced || !o.shape.IsColumn()
	case opTimes, opDiag:
		g.traced = false
	case opDiagOf, opVec, opKronL, opKronR:
		g.traced = true
	}
	return g, moveRules(f, o), false
}

// moveRules returns the tricks that take the operator o into f's context.
func moveRules(f functional, o operator) []Rule {
	switch o.kind {
	case opMul:
		if o.b != nil {
			return []Rule{T4}
		}
	case opT:
		if f.ctx.Is(Symmetric) {
			return []Rule{T2}
		}
		return []Rule{T2, T4}
	case opHad:
		return []Rule{T5}
	case opSum:
		return []Rule{RuleSum}
	case opTimes:
		return []Rule{RuleScalars}
	case opDiag, opDiagOf:
		return []Rule{RuleDiag}
	case opVec:
		return []Rule{RuleVec}
	case opKronL, opKronR:
		return []Rule{RuleKron}
	}
	return nil
}

// needsTrace reports whether f is a scalar that must be written as its trace
// before all of its operators can be moved, as far as it then stays one.
func (p *Pool) needsTrace(f functional) bool {
	for len(f.chain) > 0 && !f.traced {
		kind := f.chain[0].kind
		g, _, blocked := p.move(f)
		if blocked {
			return true
		}
		if kind == opTimes || kind == opDiag {
			return false
		}
		f = g
	}
	return false
}
