package matcalc

// Rule is a rule of the article or one that it uses without listing.
type Rule struct {
	ID       string // R1..R8, T1..T5, CR, or a short word
	Title    string // the rule itself
	Equation string // where the article has it: "2.2 (2)"; "" if it has not
}

// The article's rules of the matrix differential (2.2), its trace tricks (2.3)
// and its core relationship.
var (
	R1 = Rule{"R1", "d(X ± Y) = dX ± dY", "2.2 (1)"}
	R2 = Rule{"R2", "d(X*Y) = (dX)*Y + X*dY", "2.2 (2)"}
	R3 = Rule{"R3", "d(X') = (dX)'", "2.2 (3)"}
	R4 = Rule{"R4", "d tr(X) = tr(dX)", "2.2 (4)"}
	R5 = Rule{"R5", "d inv(X) = -inv(X)*dX*inv(X)", "2.2 (5)"}
	R6 = Rule{"R6", "d det(X) = tr(adj(X)*dX)", "2.2 (6)"}
	R7 = Rule{"R7", "d(X.*Y) = dX.*Y + X.*dY", "2.2 (7)"}
	R8 = Rule{"R8", "d sigma(X) = sigma'(X).*dX", "2.2 (8)"}

	T1 = Rule{"T1", "a = tr(a) if a is a scalar", "2.3 (1)"}
	T2 = Rule{"T2", "tr(A') = tr(A)", "2.3 (2)"}
	T3 = Rule{"T3", "tr(A ± B) = tr(A) ± tr(B)", "2.3 (3)"}
	T4 = Rule{"T4", "tr(A*B) = tr(B*A)", "2.3 (4)"}
	T5 = Rule{"T5", "tr(A'*(B.*C)) = tr((A.*B)'*C)", "2.3 (5)"}

	CR = Rule{"CR", "df = tr(G'*dX) says that G is the gradient", "(23)"}
)

// Rules that the article uses without listing them, and those of functions that
// it does not have.
var (
	RuleConstant   = Rule{"constant", "dA = 0 if A is constant", ""}
	RuleMultiple   = Rule{"multiple", "d(c*X) = c*dX", ""}
	RuleChain      = Rule{"chain", "d phi(u) = phi'(u)*du for scalars", ""}
	RuleScalars    = Rule{"scalars", "d(u*X) = du*X + u*dX for a scalar u", ""}
	RuleQuotient   = Rule{"quotient", "d(X/u) = dX/u - du*X/u^2", ""}
	RuleLogdet     = Rule{"logdet", "d logdet(X) = tr(inv(X)*dX)", ""}
	RulePower      = Rule{"power", "d(X^k) = dX*X^(k-1) + X*dX*X^(k-2) + ... + X^(k-1)*dX", ""}
	RuleSum        = Rule{"sum", "sum(X) = tr(1'*X)", ""}
	RuleInner      = Rule{"inner", "sum(A.*B) = tr(A'*B)", ""}
	RuleNorm       = Rule{"norm", "norm2(X)^2 = tr(X'*X)", ""}
	RuleNorm1      = Rule{"norm1", "d norm1(X) = tr(sign(X)'*dX)", ""}
	RuleDiag       = Rule{"diag", "d diag(X) = diag(dX), and c'*diag(X) = tr(diag(c)*X)", ""}
	RuleVec        = Rule{"vec", "d vec(X) = vec(dX), and vec(A)'*vec(B) = tr(A'*B)", ""}
	RuleKron       = Rule{"kron", "d kron(X,Y) = kron(dX,Y) + kron(X,dY)", ""}
	RuleAdjugate   = Rule{"adjugate", "adj(X) = det(X)*inv(X) if X is invertible", ""}
	RuleFunction   = Rule{"function", "df(Y) = tr(df/dY'*dY), the core relationship", "(29)"}
	RuleDefinition = Rule{"definition", "the differential of a name is that of its definition", ""}
	RuleStochastic = Rule{"stochastic", "ones(1,n)*Y = ones(1,m) if the columns of Y sum to 1", ""}
	RuleAlgebra    = Rule{"algebra", "equal terms collected, factors taken out, names put in", ""}
	RuleProjection = Rule{"projection", "a symmetric dX meets only (G+G')/2, a diagonal one only G.*eye(n)", ""}
)

// Rules returns all rules: the article's, then the others.
func Rules() []Rule {
	return []Rule{
		R1, R2, R3, R4, R5, R6, R7, R8, T1, T2, T3, T4, T5, CR,
		RuleConstant, RuleMultiple, RuleChain, RuleScalars, RuleQuotient, RuleLogdet, RulePower, RuleSum, RuleInner,
		RuleNorm, RuleNorm1, RuleDiag, RuleVec, RuleKron, RuleAdjugate, RuleFunction, RuleDefinition,
		RuleStochastic, RuleAlgebra, RuleProjection,
	}
}
