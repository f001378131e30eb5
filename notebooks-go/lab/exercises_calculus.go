package lab

import (
	"fmt"
	"reflect"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gradlab/gradcheck"
	"gradlab/matcalc"
	"gradlab/matrix"
)

// Lab 1: matrix derivatives. What is right is derived by package matcalc.

// TraceAXB is ∂f/∂X of f = tr(AXB).
var TraceAXB = Derivative[func(A, X, B *Matrix) *Matrix]("tr(A*X*B)", "X", "A:p,m", "X:m,n", "B:n,p")

// Bilinear is ∂f/∂X of f = aᵀXb, warm-up 1 of the article (33).
var Bilinear = Derivative[func(a, X, b *Matrix) *Matrix]("a'*X*b", "X", "a:m", "X:m,n", "b:n")

// Exponential is ∂f/∂X of f = aᵀexp(Xb), warm-up 2 of the article (35).
var Exponential = derivativeExercise[func(a, X, b *Matrix) *Matrix](derivative{
	expr: "a'*exp(X*b)", wrt: "X", vars: []string{"a:m", "X:m,n", "b:n"},
	wrong: []wrongGradient{
		{gradcheck.MissingGPrime, "a*b'", "lacks the derivative of exp"},
		{gradcheck.GPrimeAtA, "(a.*exp(exp(X*b)))*b'", "takes the derivative of exp at exp(Xb), not at Xb"},
	},
})

// QuadraticForm is ∂f/∂Y of f = tr(YᵀMY) with a symmetric M (37).
var QuadraticForm = Derivative[func(Y, M *Matrix) *Matrix]("tr(Y'*M*Y)", "Y", "Y:l,n", "M:l,l:symmetric")

// QuadraticOfSigmoid is ∂f/∂X of f = tr(YᵀMY), Y = σ(WX), with the sigmoid σ and
// a symmetric M, warm-up 3 of the article (39).
var QuadraticOfSigmoid = derivativeExercise[func(W, X, M *Matrix) *Matrix](derivative{
	expr: "tr(sigmoid(W*X)'*M*sigmoid(W*X))", wrt: "X", vars: []string{"W:l,m", "X:m,n", "M:l,l:symmetric"},
	wrong: []wrongGradient{
		{gradcheck.MissingGPrime, "2*W'*M*sigmoid(W*X)", "lacks σ′"},
		{gradcheck.GPrimeAtA, "W'*((2*M*sigmoid(W*X)).*(sigmoid(sigmoid(W*X)).*(1-sigmoid(sigmoid(W*X)))))", "takes σ′ at Y = σ(WX), not at WX"},
		{gradcheck.Other, "2*M*sigmoid(W*X)", "is ∂f/∂Y: the way from Y to X is missing"},
	},
})

// LeastSquares is ∂l/∂w of l = ‖Xw-y‖² (42).
var LeastSquares = derivativeExercise[func(X, w, y *Matrix) *Matrix](derivative{
	expr: "norm2(X*w-y)^2", wrt: "w", vars: []string{"X:m,n", "w:n", "y:m"},
	wrong: []wrongGradient{
		{gradcheck.Other, "2*X'*X*w", "lacks y"},
	},
})

// Problem returns the problem, for package matcalc, to differentiate an
// expression by one of its variables, which are declared as for [Derivative].
func Problem(expr, wrt string, vars ...string) *matcalc.Problem {
	return derivative{expr: expr, wrt: wrt, vars: vars}.problem()
}

// Derivative returns the exercise to write the gradient of a scalar function, an
// expression of package matcalc, by one of its variables. The variables are
// declared as "A:rows,cols", "x:rows" for a column, "c" for a scalar, with a
// property as in "M:n,n:symmetric". F takes them in this order, a scalar as
// float64 and all else as *Matrix, and returns the gradient likewise:
//
//	lab.Derivative[func(A, X *lab.Matrix) *lab.Matrix]("tr(X'*A*X)", "X", "A:n,n", "X:n,m")
//
// Derivative panics if F is another function, and Check if the expression can't
// be derived.
func Derivative[F any](expr, wrt string, vars ...string) Exercise[F] {
	return derivativeExercise[F](derivative{expr: expr, wrt: wrt, vars: vars})
}

// derivative is a gradient to find.
type derivative struct {
	expr, wrt string
	vars      []string
	wrong     []wrongGradient
}

// wrongGradient is an expression that is found by a mistake.
type wrongGradient struct {
	mistake    gradcheck.Mistake
	expr, text string
}

func derivativeExercise[F any](d derivative) Exercise[F] {
	if got, want := reflect.TypeFor[F](), d.signature(); got != want {
		panic(fmt.Sprintf("lab.Derivative: the function is a %v, it must be a %v", got, want))
	}
	var derived *matcalc.Derivation // by the first trial
	return Exercise[F]{
		Name: fmt.Sprintf("∂/∂%s of %s", d.wrt, d.expr), Lab: 1,
		Task: fmt.Sprintf("Return the gradient of %s by %s.", d.expr, d.wrt),
		try: func(t *trial, f F) {
			if derived == nil {
				derived = d.derive()
			}
			d.try(t, derived, reflect.ValueOf(f))
		},
	}
}

// problem returns the problem for package matcalc.
func (d derivative) problem() *matcalc.Problem {
	p := &matcalc.Problem{Expr: d.expr, Wrt: d.wrt}
	for _, v := range d.vars {
		part := append(strings.Split(v, ":"), "", "")
		shape := append(strings.Split(part[1], ","), "1")[:2]
		if part[1] == "" {
			shape[0] = "1"
		}
		variable := matcalc.Variable{Name: part[0], Shape: shape}
		if part[2] != "" {
			variable.Props = strings.Split(part[2], ",")
		}
		p.Vars = append(p.Vars, variable)
	}
	return p
}

func (d derivative) derive() *matcalc.Derivation {
	derivation, err := matcalc.Derive(d.problem(), matcalc.Options{})
	if err != nil {
		panic(d.impossible(err))
	}
	return derivation
}

// impossible says why there is nothing to compare with.
func (d derivative) impossible(err error) *failure {
	return &failure{gradcheck.Other, fmt.Sprintf("the gradient of %s by %s can't be computed: %v", d.expr, d.wrt, err), ""}
}

// signature returns the type of the function.
func (d derivative) signature() reflect.Type {
	var in []reflect.Type
	var out reflect.Type
	for _, v := range d.problem().Vars {
		typ := reflect.TypeFor[*Matrix]()
		if v.Shape[0] == "1" && v.Shape[1] == "1" {
			typ = reflect.TypeFor[float64]()
		}
		in = append(in, typ)
		if v.Name == d.wrt {
			out = typ
		}
	}
	if out == nil {
		panic(fmt.Sprintf("lab.Derivative: %s is not among the variables %q", d.wrt, d.vars))
	}
	return reflect.FuncOf(in, []reflect.Type{out}, false)
}

// try compares what the function returns with the derived gradient.
func (d derivative) try(t *trial, derived *matcalc.Derivation, f reflect.Value) {
	point := &matcalc.Point{Sizes: t.sizes(derived.Scope.Dims()), Values: map[string]*mat.Dense{}}
	var in []reflect.Value
	for _, v := range derived.Scope.Vars {
		rows, _ := v.Shape().Rows.Value(point.Sizes)
		cols, _ := v.Shape().Cols.Value(point.Sizes)
		x := t.withProps(v, rows, cols)
		point.Values[v.Name()] = mat.DenseCopyOf(x)
		if v.IsScalar() {
			in = append(in, reflect.ValueOf(x.Data[0]))
		} else {
			in = append(in, reflect.ValueOf(t.in(v.Name(), x)))
		}
	}
	value := func(e *matcalc.Expr) *Matrix {
		x, err := derived.Scope.At(point).Value(e)
		if err != nil {
			panic(d.impossible(err))
		}
		return matrix.FromDense[float64](x)
	}
	var suspects []gradcheck.Suspect
	for _, w := range d.wrong {
		e, err := derived.Scope.Parse(w.expr)
		if err != nil {
			panic(err) // of this package
		}
		suspects = append(suspects, wrong(w.mistake, value(e), w.text))
	}
	got, isMatrix := f.Call(in)[0].Interface().(*Matrix)
	if !isMatrix {
		got = number(f.Call(in)[0].Float())
	}
	t.out("gradient", got, value(derived.Gradient), suspects...)
}

// sizes returns the sizes of dimensions.
func (t *trial) sizes(dims []string) map[string]int {
	of := map[string]int{}
	for k, dim := range dims {
		of[dim] = []int{t.n, t.nPrev, t.m}[k%3] + k/3
	}
	t.evidence.Examples, t.evidence.Features = 0, nil
	return of
}

// withProps returns a random value of a variable.
func (t *trial) withProps(v *matcalc.Expr, rows, cols int) *Matrix {
	x := t.randn(rows, cols)
	if v.Is(matcalc.Symmetric) || v.Is(matcalc.Spd) {
		x = plus(x, transpose(x))
	}
	if v.Is(matcalc.Spd) {
		x = plus(product(x, x), unit(rows))
	}
	if v.Is(matcalc.Invertible) && !v.Is(matcalc.Spd) {
		x = plus(x, times(float64(2*rows), unit(rows)))
	}
	if v.Is(matcalc.Diagonal) {
		x = hadamard(x, unit(rows))
	}
	if v.Is(matcalc.Positive) {
		x = mapped(x, matrix.Exp[float64])
	}
	return x
}

func unit(n int) *Matrix {
	x := matrix.New[float64](n, n)
	for i := range n {
		x.Set(i, i, 1)
	}
	return x
}
