package matcalc

// remarks are what is to be said of equations of the article, above all of its
// misprints. They are printed below the equation as it is derived.
var remarks = map[string]string{
	"(6)":  "Erratum to (6): the transpose is missing in the article: with several outputs, two columns have no product.",
	"(8)":  "Erratum to (8): the transposes are missing in the article, and the product with the derivative of g is element-wise.",
	"(9)":  "Erratum to (9): the product is element-wise, as (15) and Algorithm 2 have it.",
	"(10)": "Erratum to (10): the transposes are missing in the article; (16) has them.",
	"(14)": "Erratum to (14): brackets are missing in the third line of the article: the element-wise product comes first.",
	"(34)": "Remark on (34): in the article dXb means the differential of X, times b.",
	"(36)": "Remark on (36): the two terms are one only because M is symmetric, as the article says.",
	"(39)": "Remark on (39): the last step is that of (31), with W for A and the unit matrix for B, which the article does not say.",
}

// remarksOn prints what is to be said of the equations of a stage.
func (p printer) remarksOn(s stage) {
	p.gap()
	numbers := []string{s.number}
	for _, r := range s.read {
		numbers = append(numbers, r.number)
	}
	for _, n := range numbers {
		if remark := remarks[n]; remark != "" {
			p.sentence(remark)
		}
	}
}
