package matcalc_test

import (
	"fmt"

	"gradlab/matcalc"
)

// Warm up 3 of the article, its equations (36) to (39).
func ExampleDerivation_Text() {
	p := &matcalc.Problem{
		Vars: matcalc.Variables{
			{Name: "W", Shape: []string{"l", "m"}},
			{Name: "X", Shape: []string{"m", "n"}},
			{Name: "M", Shape: []string{"l", "l"}, Props: []string{"symmetric"}},
		},
		Functions: matcalc.Functions{{Name: "sigma", Elementwise: true, Deriv: "dsigma"}},
		Where:     []matcalc.Definition{{Name: "Y", Expr: "sigma(W*X)"}},
		Expr:      "tr(Y'*M*Y)",
		Wrt:       "X",
	}
	d, err := matcalc.Derive(p, matcalc.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(d.Text(matcalc.PrintOptions{}))
	// Output:
	// f = tr(Yᵀ·M·Y)
	// Y = σ(W·X)
	// W is l×m, X is m×n, M is l×l symmetric
	//
	// df = tr((dY)ᵀ M·Y) + tr(Yᵀ·M dY)   R4, R2, constant, R3, T3
	//    = 2·tr(Yᵀ·M dY)                 T4, T2, T3, CR, Mᵀ = M
	//
	// Therefore ∂f/∂Y = 2M·Y
	//
	// df = tr((∂f/∂Y)ᵀ dY)                   CR
	//    = tr((∂f/∂Y)ᵀ·(σ′(W·X) ⊙ (W dX)))   definition, R8, R2, constant
	//    = tr((∂f/∂Y ⊙ σ′(W·X))ᵀ·W dX)       T5, CR
	//
	// Therefore ∂f/∂X = Wᵀ·(∂f/∂Y ⊙ σ′(W·X))
	//                 = 2Wᵀ·((M·Y) ⊙ σ′(W·X))
}

// A gradient, as the grammar has it.
func ExampleDerive() {
	d, err := matcalc.Derive(&matcalc.Problem{
		Vars: matcalc.Variables{
			{Name: "A", Shape: []string{"p", "m"}},
			{Name: "X", Shape: []string{"m", "n"}},
			{Name: "B", Shape: []string{"n", "p"}},
		},
		Expr: "tr(A*X*B)",
		Wrt:  "X",
	}, matcalc.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Gradient)
	for _, s := range d.Steps {
		fmt.Println(s.DF)
	}
	// Output:
	// A'*B'
	// tr(A*dX*B)
	// tr(B*A*dX)
}

// Algorithm 2 for each layer of a network, the last one first.
func ExampleNetwork_Derive() {
	nd, err := matcalc.Network{Sizes: []int{4, 8, 1}, Hidden: []string{"tanh"}, Output: "sigmoid", Loss: "bce"}.Derive(matcalc.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, layer := range nd.Layers {
		for _, r := range layer.Gradients() {
			fmt.Printf("∂L/∂%s = %s\n", r.By, r.Gradient)
		}
	}
	// Output:
	// ∂L/∂Z2 = (A2-Y)/m
	// ∂L/∂W2 = L_Z2*A1'
	// ∂L/∂b2 = L_Z2*ones(m)
	// ∂L/∂A1 = W2'*L_Z2
	// ∂L/∂Z1 = L_A1.*(1-A1.^2)
	// ∂L/∂W1 = L_Z1*X'
	// ∂L/∂b1 = L_Z1*ones(m)
	// ∂L/∂X = W1'*L_Z1
}
