// Command derive differentiates functions of matrices as the article does, step
// by step:
//
//	derive 'tr(A*X*B)' --wrt X --var A:p,m --var X:m,n --var B:n,p
package main

import "gradlab/internal/cli"

func main() {
	cli.Main("derive", description, new(flags))
}

const description = `Derive the gradient of a scalar function of matrices, step by step.

Each line of a derivation names its rules: R1 to R8 and T1 to T5 are the article's rules of the
matrix differential and trace tricks, CR is its core relationship. Each is checked at random
matrices before it is shown, and the gradient against central differences.

Examples:

  derive 'tr(A*X*B)' --wrt X --var A:p,m --var X:m,n --var B:n,p
  derive 'norm2(X*w-y)^2' --wrt w --hessian
  derive 'logdet(X)' --wrt X --prop X:spd --format latex
  derive "tr(Y'*M*Y)" --where 'Y=sigma(W*X)' --wrt X --prop M:symmetric --function sigma:dsigma
  derive 'f(A*X*B)' --wrt X --function 'f(Y):df' --var A:p,m --var X:m,n --var B:n,q
  derive "sum(log(1+exp(-y.*(X*w))))" --wrt w --format go
  derive --network 2,4,1 --activation tanh --output sigmoid --loss bce
  derive --examples
  derive --batch < requests.jsonl > answers.jsonl

Expressions: + - * / ^ and the element-wise .* ./ .^, ' for the transpose, brackets, numbers, and
  exp log sqrt sin cos tan tanh sigmoid softplus relu abs sign step    element-wise
  inv tr det logdet adj                                                of square matrices
  sum norm1 norm2 diag vec kron eye ones zeros
A 1×1 expression is a scalar. Where no --var declares a name, its shape is inferred if it can be.`
