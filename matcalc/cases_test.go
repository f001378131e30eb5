package matcalc

import (
	"encoding/json"
	"os"
	"testing"
)

// testCase is a case of testdata/cases.json.
type testCase struct {
	Problem
	ID       string         `json:"id"`
	Gradient string         `json:"gradient"`
	Hessian  string         `json:"hessian"`
	RefNodes int            `json:"ref_nodes"`
	MustUse  []string       `json:"must_use"`
	DimsAlt  map[string]int `json:"dims_alt"`
	Points   []struct {
		Dims   map[string]int             `json:"dims"`
		Values map[string]json.RawMessage `json:"values"`
		F      float64                    `json:"f"`
		Grad   json.RawMessage            `json:"grad"`
	} `json:"points"`
}

func readCases(t testing.TB) []testCase {
	t.Helper()
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []testCase }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// Every case compiles; its gradient has as many nodes as it says; what the
// printer writes is no longer, and read again it is the same expression.
func TestCasesPrint(t *testing.T) {
	for _, c := range readCases(t) {
		s, err := c.Compile()
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		g, err := s.Parse(c.Gradient)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		tree, _ := Parse(c.Gradient)
		if tree.Nodes() != c.RefNodes {
			t.Errorf("%s: %s has %d nodes, want %d", c.ID, c.Gradient, tree.Nodes(), c.RefNodes)
		}
		if g.Nodes() > c.RefNodes {
			t.Errorf("%s: %s is printed as %s", c.ID, c.Gradient, g)
		}
		for _, e := range []*Expr{s.F, g} {
			if again, err := s.Parse(e.String()); again != e {
				t.Errorf("%s: %s read again is %s, %v", c.ID, e, again, err)
			}
		}
	}
}
