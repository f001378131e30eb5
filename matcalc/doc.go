// Package matcalc differentiates scalar functions of matrices as Part 2 of the
// article does: by the rules of the matrix differential, trace tricks, and the
// core relationship df = tr((∂f/∂X)ᵀ dX).
//
// A [Problem] is what a user writes: declared variables, definitions, abstract
// functions, the objective, and the variable to differentiate by. [Derive] finds
// the gradient and how it is found: a [Derivation] is a list of lines, each of
// which is df and names the rules that lead to it. They are recorded by the code
// that rewrites, and a line is only shown after it was checked at random
// matrices. Text, LaTeX and Markdown print a derivation, Go turns it into a
// function. [Network.Derive] does the same with a network's backward pass, layer
// by layer, as Part 1 of the article does.
//
// # The grammar
//
//	expr   := term { (+ | -) term }
//	term   := unary { (* | / | .* | ./) unary }          left to right
//	unary  := { + | - } power
//	power  := atom { ' | (^ | .^) { + | - } atom }       left to right: X^2' is (X^2)'
//	atom   := number | name | name(expr, ...) | (expr)
//
// A * is the product of matrices, .* ./ and .^ work entry by entry, / divides by
// a scalar, ' transposes, ^ is the power of a square matrix or of a scalar. What
// is 1×1 is a scalar, x'*y too, and may multiply, divide or be added to anything;
// a dimension's name may be used as a number. The functions are
//
//	exp log sqrt sin cos tan tanh sigmoid softplus relu abs sign step    entry by entry
//	inv(X) tr(X) det(X) logdet(X) adj(X) sum(X) norm1(X) norm2(X)
//	diag(v) diag(X) vec(X) kron(A,B) eye(n) ones(m,n) ones(m) zeros(m,n)
//
// and those that a problem declares as abstract: element-wise ones with the name
// of their derivative, sigma and dsigma, and scalar ones with the names of their
// gradients.
//
// # Expressions
//
// [Problem.Compile] reads a problem; the [Scope] that it makes holds the names
// and builds expressions. An [Expr] is immutable. Equal expressions are one
// pointer within a [Pool], so that == compares, a map can be keyed by expression,
// and what is shared is computed once. The constructors, methods of Pool, bring
// what they build into a normal form by cheap local rules: numbers are folded,
// equal terms collected, scalars taken out of products, transposes moved to where
// they are fewest. They do not expand products, split or cycle traces, or do
// anything else that is a rule of a derivation. [Pool.Simplify] looks for the
// shortest form.
//
// An [Evaluator] computes values and, by dual numbers, derivatives at a [Point].
package matcalc
