package matcalc

// implied returns props with what they imply.
func implied(props Props) Props {
	if props&Spd != 0 {
		props |= Symmetric | Invertible
	}
	if props&Diagonal != 0 {
		props |= Symmetric
	}
	if props&Orthogonal != 0 {
		props |= Invertible
	}
	return props
}

// common returns the properties that all of xs have.
func common(xs []*Expr) Props {
	props := ^Props(0)
	for _, x := range xs {
		props &= x.props
	}
	return props
}

// properties returns the properties of e that follow from those of its
// arguments: only what is certain.
func (p *Pool) properties(e *Expr) Props {
	if e.IsScalar() {
		return scalarProperties(e)
	}
	all := ^Props(0)
	if len(e.args) > 0 {
		all = common(e.args)
	}
	switch e.op {
	case OpEye:
		return implied(Spd | Diagonal | Orthogonal)
	case OpZeros:
		if e.shape.IsSquare() {
			return implied(Diagonal)
		}
	case OpOnes:
		if e.shape.IsSquare() {
			return Symmetric | Positive
		}
		return Positive
	case OpDiff:
		return all & (Symmetric | Diagonal)
	case OpAdd:
		return p.sumProperties(e, all)
	case OpScale:
		return scaleProperties(e)
	case OpProd:
		return p.productProperties(e, all)
	case OpHad:
		return p.hadamardProperties(e, all)
	case OpEPow:
		return entryPowerProperties(e)
	case OpMPow:
		return implied(all)
	case OpT:
		return all &^ Stochastic
	case OpInv:
		return implied(all&(Symmetric|Spd|Diagonal|Orthogonal) | Invertible)
	case OpAdj:
		return implied(all & (Symmetric | Spd | Diagonal | Invertible))
	case OpDiag:
		if all&Positive != 0 {
			return implied(Spd | Diagonal)
		}
		return implied(Diagonal)
	case OpDiagOf:
		if all&(Spd|Positive) != 0 {
			return Positive
		}
	case OpVec:
		return all & Positive
	case OpKron:
		return implied(all)
	case OpFn:
		return all&Symmetric | fnPositive(e)
	}
	return 0
}

func scalarProperties(e *Expr) Props {
	positive := func(x *Expr) bool { return x.Is(Positive) }
	is := false
	switch e.op {
	case OpNum:
		is = e.num.Sign() > 0
	case OpDim:
		is = true
	case OpAdd, OpProd:
		is = common(e.args)&Positive != 0
	case OpScale:
		is = e.num.Sign() > 0 && common(e.args)&Positive != 0
	case OpPow:
		is = positive(e.args[0])
	case OpTr, OpDet:
		is = e.args[0].Is(Spd) || e.op == OpTr && positive(e.args[0])
	case OpSum, OpNorm1, OpNorm2:
		is = positive(e.args[0])
	case OpFn:
		return fnPositive(e)
	}
	if is {
		return Positive
	}
	return 0
}

// fnPositive returns Positive if the element-wise function e is.
func fnPositive(e *Expr) Props {
	if e.fn != nil {
		return 0
	}
	switch e.name {
	case "exp", "sigmoid", "softplus":
		return Positive
	case "sqrt", "abs":
		return e.args[0].props & Positive
	}
	return 0
}

func (p *Pool) sumProperties(e *Expr, all Props) Props {
	props := all & (Symmetric | Spd | Diagonal | Positive)
	if props&Symmetric == 0 && p.isOwnTranspose(e) {
		props |= Symmetric
	}
	return implied(props)
}

// hadamardProperties returns the properties of an element-wise product. That
// of spd matrices is spd.
func (p *Pool) hadamardProperties(e *Expr, all Props) Props {
	props := all & (Symmetric | Spd | Positive)
	if props&Symmetric == 0 && p.isOwnTranspose(e) {
		props |= Symmetric
	}
	for _, a := range e.args {
		props |= a.props & Diagonal
	}
	return implied(props)
}

func entryPowerProperties(e *Expr) Props {
	base, exponent := e.args[0], e.args[1]
	props := base.props & (Symmetric | Positive)
	if !exponent.IsScalar() {
		props &= exponent.props | Positive
	}
	if n, ok := exponent.integer(); ok && n > 0 {
		props |= base.props & Spd
	}
	return implied(props)
}

// isOwnTranspose reports whether the transpose of every term or factor of e is
// one, too.
func (p *Pool) isOwnTranspose(e *Expr) bool {
	if !e.shape.IsSquare() || totalTurns(e.args) != 0 {
		return false
	}
	has := map[*Expr]bool{}
	for _, a := range e.args {
		has[a] = true
	}
	for _, a := range e.args {
		if !has[p.T(a)] {
			return false
		}
	}
	return true
}

func scaleProperties(e *Expr) Props {
	m := e.Matrix()
	props := m.props & (Symmetric | Diagonal)
	scalars := common(e.Scalars())&Positive != 0
	if scalars {
		props |= m.props & Invertible
		if e.num.Sign() > 0 {
			props |= m.props & (Spd | Positive)
		}
	}
	return implied(props)
}

func (p *Pool) productProperties(e *Expr, all Props) Props {
	props := all & (Orthogonal | Invertible | Diagonal | Positive | Stochastic)
	if e.shape.IsSquare() && p.isPalindrome(e.args) {
		props |= Symmetric
		middle := e.args[len(e.args)/2]
		if all&Invertible != 0 && (len(e.args)%2 == 0 || middle.Is(Spd)) {
			props |= Spd
		}
	}
	return implied(props)
}

// isPalindrome reports whether the product of factors is its own transpose.
func (p *Pool) isPalindrome(factors []*Expr) bool {
	for i, j := 0, len(factors)-1; i <= j; i, j = i+1, j-1 {
		a, b := factors[i], factors[j]
		if a.shape != b.shape.T() || a.turns+b.turns != 0 || p.T(a) != b {
			return false
		}
	}
	return true
}
