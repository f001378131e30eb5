package matcalc

import (
	"fmt"
	"slices"
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
	nd, err := Network{Sizes: []int{3, 4, 2}, Hidden: "g", Output: "g", Loss: "Loss", Single: true}.Derive(Options{})
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
	nd, err := Network{Sizes: []int{2, 4, 1}, Hidden: "tanh", Output: "sigmoid", Loss: "bce"}.Derive(Options{})
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

// Every activation with every loss that suits it has a backward pass; every
// line of it and all of it are checked.
func TestNetworksOfAllParts(t *testing.T) {
	for g := range Activations {
		if _, err := (Network{Sizes: []int{2, 3, 2}, Hidden: g, Output: "identity", Loss: "mse"}).Derive(Options{}); err != nil {
			t.Errorf("%s: %v", g, err)
		}
	}
	for loss := range Losses {
		output := map[string]string{"bce": "sigmoid", "ce": "softmax"}[loss]
		if output == "" {
			output = "identity"
		}
		nd, err := Network{Sizes: []int{2, 3, 1}, Hidden: "tanh", Output: output, Loss: loss}.Derive(Options{})
		if err != nil {
			t.Errorf("%s: %v", loss, err)
		} else if nd.Check.Sizes == nil {
			t.Errorf("%s: not checked", loss)
		}
	}
	for _, n := range []Network{
		{Sizes: []int{2}, Hidden: "tanh", Output: "tanh", Loss: "mse"},
		{Sizes: []int{2, 1}, Hidden: "tanh", Output: "nice", Loss: "mse"},
		{Sizes: []int{2, 1}, Hidden: "tanh", Output: "tanh", Loss: "nice"},
		{Sizes: []int{2, 3}, Hidden: "tanh", Output: "tanh", Loss: "hinge"},
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
		nd, err := Network{Sizes: slices.Repeat([]int{3}, layers+1), Hidden: "g", Output: "sigmoid", Loss: "bce"}.Derive(Options{})
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
