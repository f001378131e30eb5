package matcalc

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// equations returns the four equations of each layer, the last layer first.
func equations(nd *NetworkDerivation) (lines []string) {
	for _, layer := range nd.Layers {
		for _, r := range layer.algorithm(nd.stages(layer, PrintOptions{Objective: "L", ASCII: true})) {
			lines = append(lines, fmt.Sprintf("%s = %s", r.left[0].text, r.right))
		}
	}
	return lines
}

// For one example and two layers the equations are the article's, with the
// element-wise product and the transposes that (9) and (10) lack.
func TestNetworkIsTheArticles(t *testing.T) {
	nd, err := Network{Sizes: []int{3, 4, 2}, Hidden: []string{"g"}, Output: "g", Loss: "Loss", Single: true}.Derive(Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"L_z2 = L_a2.*dg2(z2)", // (9)
		"L_W2 = L_z2*a1'",      // (11)
		"L_b2 = L_z2",          // (13)
		"L_a1 = W2'*L_z2",      // (12)
		"L_z1 = L_a1.*dg1(z1)", // (15)
		"L_W1 = L_z1*x'",       // (17)
		"L_b1 = L_z1",          // (18)
		"L_x = W1'*L_z1",
	}
	if got := equations(nd); !slices.Equal(got, want) {
		t.Errorf("equations %q, want %q", got, want)
	}
}

// For a batch db is the sum of the columns of dZ: its product with ones.
func TestNetworkOfABatch(t *testing.T) {
	nd, err := Network{Sizes: []int{2, 4, 1}, Hidden: []string{"tanh"}, Output: "sigmoid", Loss: "bce"}.Derive(Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := equations(nd)
	want := []string{
		"L_W2 = L_Z2*A1'", "L_b2 = L_Z2*ones(m)", "L_A1 = W2'*L_Z2", "L_Z1 = L_A1.*(1-A1.^2)",
	}
	if !slices.Equal(got[1:5], want) {
		t.Errorf("equations %q, want %q", got[1:5], want)
	}
	if g := nd.Layers[0].Z.Gradient.String(); g != "(A2-Y)/m" {
		t.Errorf("∂L/∂Z2 is %s", g)
	}
}

// The cross-entropies have A − Y, in their literal forms and in those on logits,
// where P is what the network predicts.
func TestNetworkOfACrossEntropy(t *testing.T) {
	for _, c := range []struct{ output, loss, want string }{
		{"sigmoid", "bce", "L_Z2 = (A2-Y)/m"},
		{"softmax", "ce", "L_Z2 = (A2-Y)/m"},
		{"identity", "bce-logits", "L_A2 = (P-Y)/m"},
		{"identity", "ce-logits", "L_A2 = (P-Y)/m"},
	} {
		nd, err := Network{Sizes: []int{4, 8, 3}, Hidden: []string{"tanh"}, Output: c.output, Loss: c.loss}.Derive(Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range nd.stages(nd.Layers[0], PrintOptions{Objective: "L", ASCII: true}) {
			for _, r := range s.read {
				got = append(got, fmt.Sprintf("%s = %s", r.names[0].text, r.forms[0]))
			}
		}
		if !slices.Contains(got, c.want) {
			t.Errorf("%s, %s: %q has no %s", c.output, c.loss, got, c.want)
		}
	}
}

// W, A and b of a layer move together, as in (10): one differential has the
// three terms off which (11) to (13) are read.
func TestTotalDifferential(t *testing.T) {
	nd, err := Network{Sizes: []int{3, 4, 2}, Hidden: []string{"g"}, Output: "g", Loss: "Loss", Single: true}.Derive(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range nd.Layers[0].Total.Steps {
		got = append(got, fmt.Sprintf("%s  %s", s.DF, s.reason()))
	}
	want := []string{
		"L_z2'*dz2  CR",
		"L_z2'*dW2*a1+L_z2'*W2*da1+L_z2'*db2  definition, R1, R2",
		"tr(L_z2'*dW2*a1)+tr(L_z2'*W2*da1)+tr(L_z2'*db2)  T1",
		"tr(a1*L_z2'*dW2)+tr(L_z2'*W2*da1)+tr(L_z2'*db2)  T4, CR",
	}
	if !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	for i, want := range []string{"L_z2*a1'", "W2'*L_z2", "L_z2"} {
		if r := nd.Layers[0].Total.Steps[3].Read[i]; r.Gradient.String() != want {
			t.Errorf("the gradient by %s is %s", r.By, r.Gradient)
		}
	}
}

// Every activation with every loss that suits it has a backward pass; every
// line of it and all of it are checked.
func TestNetworksOfAllParts(t *testing.T) {
	for g := range Activations {
		if _, err := (Network{Sizes: []int{2, 3, 2}, Hidden: []string{g}, Output: "identity", Loss: "mse"}).Derive(Options{}); err != nil {
			t.Errorf("%s: %v", g, err)
		}
	}
	for loss := range Losses {
		output := map[string]string{"bce": "sigmoid", "ce": "softmax"}[loss]
		if output == "" {
			output = "identity"
		}
		outputs := 1
		if strings.HasPrefix(loss, "ce") {
			outputs = 3
		}
		nd, err := Network{Sizes: []int{2, 3, outputs}, Hidden: []string{"tanh"}, Output: output, Loss: loss}.Derive(Options{})
		if err != nil {
			t.Errorf("%s: %v", loss, err)
		} else if nd.Check.Sizes == nil {
			t.Errorf("%s: not checked", loss)
		}
	}
	for _, n := range []Network{
		{Sizes: []int{2}, Hidden: []string{"tanh"}, Output: "tanh", Loss: "mse"},
		{Sizes: []int{2, 1}, Hidden: []string{"tanh"}, Output: "nice", Loss: "mse"},
		{Sizes: []int{2, 1}, Hidden: []string{"tanh"}, Output: "tanh", Loss: "nice"},
		{Sizes: []int{2, 3}, Hidden: []string{"tanh"}, Output: "tanh", Loss: "hinge"},
		{Sizes: []int{2, 1}, Hidden: []string{"tanh"}, Output: "softmax", Loss: "ce"},
		{Sizes: []int{2, 3}, Hidden: []string{"tanh"}, Output: "softmax", Loss: "ce-logits"},
		{Sizes: []int{2, 3, 3, 3, 1}, Hidden: []string{"tanh", "relu"}, Output: "tanh", Loss: "mse"},
	} {
		if _, err := n.Derive(Options{}); err == nil {
			t.Errorf("%+v is derived", n)
		}
	}
}

// The work grows with the layers, not faster: eight times the layers have eight
// times the lines. How long it takes is logged.
func TestNetworkGrowsLinearly(t *testing.T) {
	lines := func(layers int) (n int) {
		start := time.Now()
		nd, err := Network{Sizes: slices.Repeat([]int{3}, layers+1), Hidden: []string{"g"}, Output: "sigmoid", Loss: "bce"}.Derive(Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range nd.Layers[1:] {
			n += len(l.Z.Steps) + len(l.Total.Steps)
		}
		t.Logf("%d layers: %v", layers, time.Since(start))
		return n
	}
	if one, many := lines(2), lines(9); many != 8*one {
		t.Errorf("a hidden layer has %d lines, eight have %d", one, many)
	}
	lines(33)
}
