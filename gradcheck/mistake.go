package gradcheck

// Mistake names what is wrong with a gradient; "" is nothing.
type Mistake string

// The classic mistakes.
const (
	Shape           Mistake = "shape"            // it has not the shape of what it is taken by
	Transposed      Mistake = "transposed"       // it, or a matrix in it, is transposed
	Sign            Mistake = "sign"             // it is −1 times the right one
	Factor2         Mistake = "factor2"          // it is 2 times the right one, or half of it
	MissingMean     Mistake = "missing_mean"     // it is a sum over the examples, not the mean
	DoubleMean      Mistake = "double_mean"      // it is divided by m once too often
	MissingGPrime   Mistake = "missing_gprime"   // dz = da
	GPrimeAtA       Mistake = "gprime_at_a"      // g′(a) in place of g′(z)
	WrongAxis       Mistake = "wrong_axis"       // a sum or mean over the features in place of the examples, or the other way round
	BiasNotSummed   Mistake = "bias_not_summed"  // db is dz, or a column of it
	StaleWeights    Mistake = "stale_weights"    // weights or gradients of another step
	MissingL2       Mistake = "missing_l2"       // the penalty's gradient is not there
	DropoutUnmasked Mistake = "dropout_unmasked" // da is not multiplied by the mask
	DropoutUnscaled Mistake = "dropout_unscaled" // da is not divided by the probability to keep
	Entry           Mistake = "entry"            // one entry is wrong, all others are right
)

// What is wrong but none of the classic mistakes.
const (
	NotFinite Mistake = "not_finite" // it has a NaN or an infinity
	Other     Mistake = "other"
)

// Catalogue returns the classic mistakes.
func Catalogue() []Mistake {
	return []Mistake{
		Shape, Transposed, Sign, Factor2, MissingMean, DoubleMean, MissingGPrime, GPrimeAtA, WrongAxis,
		BiasNotSummed, StaleWeights, MissingL2, DropoutUnmasked, DropoutUnscaled, Entry,
	}
}

// hints teach about a mistake without telling the solution. The numbers are
// those of the article's equations.
var hints = map[Mistake]string{
	Shape:           "Write the shapes under the factors: the product has the outer ones. And a gradient has the shape of what it is taken by, as in the core relationship (23).",
	Transposed:      "Write the shapes under the factors of the product: only one way of transposing them fits in every case (11), (12).",
	Sign:            "Follow the minus signs, from the cost and its derivative Loss′ on (7). The gradient points uphill; only the update goes against it.",
	Factor2:         "A square gives a 2 when it is differentiated; a ½ in the cost takes it away. Compare with the cost as it is defined (41), (42).",
	MissingMean:     "The cost is a mean over the m examples, so its gradient is one, too.",
	DoubleMean:      "The mean over the examples is taken once on the way from the cost to the weights. Where is it taken already?",
	MissingGPrime:   "The way from a back to z goes through the activation: the chain rule asks for its derivative (9), (15).",
	GPrimeAtA:       "Which number does g get in the forward pass? Its derivative is taken at the same place (9), (15).",
	WrongAxis:       "An example is a column. Ask of each sum and each mean: over the examples, or over the units?",
	BiasNotSummed:   "The forward pass adds the one column b to every example, so every example contributes to db (13), (18).",
	StaleWeights:    "All gradients of a step are those at the weights of its forward pass. When is the update due?",
	MissingL2:       "The cost has a second term, λ/2m ‖W‖². It depends on W as well.",
	DropoutUnmasked: "A unit that was switched off in the forward pass had no influence on the cost. What does that say of its gradient?",
	DropoutUnscaled: "The forward pass does two things to a: it multiplies by the mask, and it divides. The backward pass undoes neither, it repeats both.",
	Entry:           "Look for an index that is treated on its own: a loop that starts or ends one too early, or a special case.",
	NotFinite:       "Something is divided by 0, or log 0 is taken, or a number has become too large.",
}
