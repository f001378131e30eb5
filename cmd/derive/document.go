package main

import (
	"fmt"
	"io"

	"gradlab/matcalc"
)

//go:generate sh -c "go run . --document > ../../docs/derivations.md"

// classics are what everybody has to differentiate once.
var classics = []example{
	{title: "Ridge regression", Problem: matcalc.Problem{Vars: vars("X:m,n w:n,1 y:m,1 lambda:1,1"), Expr: "norm2(X*w-y)^2+lambda*norm2(w)^2", Wrt: "w"}},
	{title: "Weighted least squares", Problem: matcalc.Problem{Vars: vars("X:m,n w:n,1 y:m,1 c:m,1"), Expr: "(X*w-y)'*diag(c)*(X*w-y)", Wrt: "w"}},
	{title: "The lasso", Problem: matcalc.Problem{Vars: vars("X:m,n w:n,1 y:m,1 lambda:1,1"), Expr: "norm2(X*w-y)^2/2+lambda*norm1(w)", Wrt: "w"}},
	{title: "Logistic loss, targets ±1", Problem: matcalc.Problem{Vars: vars("X:m,n w:n,1 y:m,1"), Expr: "sum(log(1+exp(-y.*(X*w))))", Wrt: "w"}},
	{title: "Logistic regression, targets 0 and 1", Problem: matcalc.Problem{Vars: vars("X:m,n w:n,1 y:m,1"), Expr: "sum(softplus(X*w)-y.*(X*w))", Wrt: "w"}},
	{title: "Poisson regression", Problem: matcalc.Problem{Vars: vars("X:m,n w:n,1 y:m,1"), Expr: "sum(exp(X*w)-y.*(X*w))", Wrt: "w"}},
	{title: "Softmax cross-entropy", Problem: matcalc.Problem{Vars: vars("W:k,n X:n,m Y:k,m"), Where: where("Z = W*X"), Expr: "sum(log(ones(1,k)*exp(Z)))-sum(Y.*Z)", Wrt: "W"}},
	{title: "Gaussian log-likelihood, by the mean", Problem: matcalc.Problem{Vars: vars("x:n,1 mu:n,1 S:n,n:spd"), Expr: "-(x-mu)'*inv(S)*(x-mu)/2-logdet(S)/2", Wrt: "mu"}},
	{title: "Gaussian log-likelihood, by the covariance", Problem: matcalc.Problem{Vars: vars("C:n,n:symmetric S:n,n:spd"), Expr: "-logdet(S)/2-tr(inv(S)*C)/2", Wrt: "S"}},
	{title: "Gaussian log-likelihood, by the precision", Problem: matcalc.Problem{Vars: vars("C:n,n:symmetric P:n,n:spd"), Expr: "logdet(P)/2-tr(P*C)/2", Wrt: "P"}},
	{title: "Principal components: the error of the reconstruction", Problem: matcalc.Problem{Vars: vars("X:n,m W:n,k"), Expr: "norm2(X-W*W'*X)^2", Wrt: "W"}},
	{title: "The Rayleigh quotient", Problem: matcalc.Problem{Vars: vars("A:n,n:symmetric x:n,1"), Expr: "x'*A*x/(x'*x)", Wrt: "x"}},
	{title: "Matrix factorisation", Problem: matcalc.Problem{Vars: vars("A:m,n U:m,k V:n,k"), Expr: "norm2(A-U*V')^2", Wrt: "U"}},
	{title: "Matrix completion: M is 1 where A is known", Problem: matcalc.Problem{Vars: vars("A:m,n M:m,n U:m,k V:n,k lambda:1,1"), Expr: "norm2(M.*(A-U*V'))^2+lambda*norm2(U)^2", Wrt: "U"}},
	{title: "log det", Problem: matcalc.Problem{Vars: vars("X:n,n:invertible"), Expr: "logdet(X)", Wrt: "X"}},
	{title: "log det of a Gram matrix", Problem: matcalc.Problem{Vars: vars("X:m,n"), Expr: "logdet(X'*X)", Wrt: "X"}},
	{title: "D-optimal design", Problem: matcalc.Problem{Vars: vars("A:n,m x:m,1:positive"), Expr: "-logdet(A*diag(x)*A')", Wrt: "x"}},
	{title: "The trace of an inverse", Problem: matcalc.Problem{Vars: vars("A:n,n X:n,n:invertible"), Expr: "tr(A*inv(X))", Wrt: "X"}},
	{title: "Metric learning", Problem: matcalc.Problem{Vars: vars("x:n,1 y:n,1 M:n,n:symmetric"), Expr: "(x-y)'*M*(x-y)", Wrt: "M"}},
	{title: "An autoencoder, by its first weights", Problem: matcalc.Problem{Vars: vars("X:n,m W:k,n V:n,k"), Where: where("H = tanh(W*X)"), Expr: "norm2(V*H-X)^2", Wrt: "W"}},
}

// networks are networks besides the article's.
var networks = []example{
	{title: "A batch, with tanh, sigmoid and binary cross-entropy", network: &matcalc.Network{Sizes: []int{2, 4, 1}, Hidden: []string{"tanh"}, Output: "sigmoid", Loss: "bce"}},
	{title: "Softmax and cross-entropy", network: &matcalc.Network{Sizes: []int{4, 3}, Hidden: []string{"g"}, Output: "softmax", Loss: "ce"}},
}

// document writes docs/derivations.md.
func document(w io.Writer) error {
	f := flags{Format: "markdown", Seed: 1}
	fmt.Fprint(w, `# Derivations

Everything here is derived by the engine of `+"`derive`"+`, each line checked at random matrices, each
gradient against central differences: `+"`make generate`"+` writes it anew. The names of the rules are
those of the article: R1 to R8 its rules of the matrix differential (2.2), T1 to T5 its trace tricks
(2.3), CR its core relationship (23). What the article has wrong stands beside the equation.

# The article's examples

`)
	if err := f.examples(w); err != nil {
		return err
	}
	fmt.Fprint(w, "\n# Networks\n\n")
	if err := f.pages(w, networks); err != nil {
		return err
	}
	fmt.Fprint(w, "\n# Classics\n\n")
	return f.pages(w, classics)
}
