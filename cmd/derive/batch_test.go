package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gradlab/matcalc"
)

// testFile is a file of matcalc/testdata.
func testFile[T any](t testing.TB, name string) (cases []T) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../matcalc/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []T }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

type testCase struct {
	matcalc.Problem
	ID       string
	RefNodes int `json:"ref_nodes"`
	Hessian  string
	Points   []struct {
		F    float64
		Grad json.RawMessage
	}
	MustUse []string `json:"must_use"`
}

func readCases(t testing.TB) []testCase { return testFile[testCase](t, "cases.json") }

// reply is an answer, read by somebody else.
type reply struct {
	ID       any
	Gradient string
	Hessian  string
	Nodes    int
	LaTeX    string
	Steps    []struct {
		Rules []string
		DF    string
	}
	Warnings []struct{ Kind, Message string }
	Points   []struct {
		F    *float64
		Grad [][]*float64
	}
	Error *struct {
		Kind, Message, In string
		Position          *int
	}
}

// answers answers the lines of a batch.
func answers(t testing.TB, lines string) (replies []reply) {
	t.Helper()
	var out bytes.Buffer
	if err := batch(strings.NewReader(lines), &out, 1); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n") {
		if line == "" {
			continue
		}
		var r reply
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		replies = append(replies, r)
	}
	return replies
}

// Every case as it stands in the file, fields that a request doesn't have
// included: the gradient is right at both points, within ten decimals more than
// is asked for.
func TestBatchCases(t *testing.T) {
	raw := testFile[map[string]json.RawMessage](t, "cases.json")
	var lines bytes.Buffer
	for _, c := range raw {
		if err := json.NewEncoder(&lines).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	replies := answers(t, lines.String())
	for i, c := range readCases(t) {
		r := replies[i]
		if r.ID != c.ID || r.Error != nil || len(r.Points) != len(c.Points) {
			t.Errorf("%s: answered %v with %d points, %+v", c.ID, r.ID, len(r.Points), r.Error)
			continue
		}
		for k, p := range r.Points {
			want, err := matcalc.ReadMatrix(c.Points[k].Grad, len(p.Grad), len(p.Grad[0]))
			if err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			off, size := math.Abs(*p.F-c.Points[k].F), math.Abs(c.Points[k].F)
			if off > 1e-10*max(size, 1) {
				t.Errorf("%s: f is %v, want %v", c.ID, *p.F, c.Points[k].F)
			}
			off, size = 0, 0
			for i, row := range p.Grad {
				for j, x := range row {
					off, size = math.Hypot(off, *x-want.At(i, j)), math.Hypot(size, want.At(i, j))
				}
			}
			if !(off <= 1e-8*max(size, 1e-300)) {
				t.Errorf("%s: the gradient is off by %.1e", c.ID, off/size)
			}
		}
		if (r.Hessian != "") != (c.Hessian != "") || r.Nodes == 0 || len(r.Steps) == 0 || !strings.Contains(r.LaTeX, `\begin{align*}`) {
			t.Errorf("%s: hessian %q, %d nodes, %d steps, latex %q", c.ID, r.Hessian, r.Nodes, len(r.Steps), r.LaTeX)
		}
		for _, rule := range c.MustUse {
			if !slices.ContainsFunc(r.Steps, func(s struct {
				Rules []string
				DF    string
			}) bool {
				return slices.Contains(s.Rules, rule)
			}) {
				t.Errorf("%s: rule %s is not used", c.ID, rule)
			}
		}
	}
}

// Every bad input is refused with its kind, at its place, in words that name
// what matters.
func TestBatchErrors(t *testing.T) {
	type badCase struct {
		ID, Outcome, Kind string
		Position          *int
		MustMention       []string `json:"must_mention"`
		Generate          *struct {
			Prefix, Repeat, Middle, Suffix string
			Times                          int
			RepeatAfter                    string `json:"repeat_after"`
			TimesAfter                     int    `json:"times_after"`
		} `json:"expr_generate"`
	}
	raw := testFile[map[string]any](t, "errors.json")
	for i, c := range testFile[badCase](t, "errors.json") {
		if g := c.Generate; g != nil {
			raw[i]["expr"] = g.Prefix + strings.Repeat(g.Repeat, g.Times) + g.Middle + strings.Repeat(g.RepeatAfter, g.TimesAfter) + g.Suffix
		}
		line, err := json.Marshal(raw[i])
		if err != nil {
			t.Fatal(err)
		}
		r := answers(t, string(line))[0]
		if c.Outcome == "answer+warning" {
			if r.Error != nil || len(r.Warnings) != 1 || r.Warnings[0].Kind != c.Kind {
				t.Errorf("%s: %+v", c.ID, r)
			}
			continue
		}
		if r.ID != c.ID || r.Error == nil || r.Error.Kind != c.Kind || r.Gradient != "" {
			t.Errorf("%s: %+v, want kind %s", c.ID, r, c.Kind)
			continue
		}
		if c.Position != nil && (r.Error.Position == nil || *r.Error.Position != *c.Position) {
			t.Errorf("%s: position %v, want %d", c.ID, r.Error.Position, *c.Position)
		}
		for _, word := range c.MustMention {
			if !strings.Contains(r.Error.Message, word) {
				t.Errorf("%s: %q does not mention %s", c.ID, r.Error.Message, word)
			}
		}
	}
}

// Whatever a line is, it is answered, and so is the next. Ids come back as they
// are; blank lines are none.
func TestBatchSurvives(t *testing.T) {
	const good = `"vars":{"X":{"shape":["n","n"]}},"expr":"tr(X)","wrt":"X"`
	lines := []struct{ line, id, kind string }{
		{`{"id":1,` + good + `}`, "1", ""},
		{`{"id":12345678901234567890,` + good + `}`, "12345678901234567890", ""},
		{`{"id":[1,{"a":null}],` + good + `}`, `[1,{"a":null}]`, ""},
		{`{"id":"ü<>\u2028",` + good + `}`, `"ü<>\u2028"`, ""},
		{`{` + good + `}`, "null", ""},
		{"  \t" + `{"id":true,` + good + `}` + "  \r", "true", ""},
		{`{"id":1,"vars":{"X":{"shape":["n","n"]}},"expr":"tr(X`, "null", "syntax"},
		{`{"id":1}}`, "null", "syntax"},
		{`nonsense`, "null", "syntax"},
		{`[1,2]`, "null", "syntax"},
		{`7`, "null", "syntax"},
		{`{"id":8,"expr":9}`, "8", "bad_declaration"},
		{`{"id":9,"vars":[["X"]],"expr":"tr(X)","wrt":"X"}`, "9", "bad_declaration"},
		{`{"id":10}`, "10", "wrt"},
		{`{"id":11,"points":7,` + good + `}`, "11", "bad_declaration"},
		{`{"id":12,"hessian":7,` + good + `}`, "12", "bad_declaration"},
		{`{"id":13,"hessian":null,` + good + `}`, "13", ""},
		{strings.Repeat("[", 200_000), "null", "syntax"},
		{`{"id":12,"vars":{"X":{"shape":["n","n"]}},"wrt":"X","expr":"` + strings.Repeat("(", 200_000) + `"}`, "12", "too_deep"},
		{strings.Repeat("x", maxRequest+1), "null", "too_large"},
		{"\xff\xfe", "null", "syntax"},
		{`{"id":"last",` + good + `}`, `"last"`, ""},
	}
	var in strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&in, "%s\n\n", l.line)
	}
	var out bytes.Buffer
	if err := batch(strings.NewReader(strings.TrimSuffix(in.String(), "\n\n")), &out, 1); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(got) != len(lines) {
		t.Fatalf("%d answers to %d requests", len(got), len(lines))
	}
	for i, l := range lines {
		var a struct {
			ID    json.RawMessage
			Error struct{ Kind string }
		}
		if err := json.Unmarshal([]byte(got[i]), &a); err != nil || string(a.ID) != l.id || a.Error.Kind != l.kind {
			t.Errorf("%.80s is answered by %.200s, want id %s and kind %q", l.line, got[i], l.id, l.kind)
		}
	}
}

// What can't be computed at a point is null, and a warning says why; the other
// points have their values.
func TestBatchPoints(t *testing.T) {
	line := strings.ReplaceAll(`{"id":1,"vars":{"x":{"shape":["n",1]}},"expr":"sum(log(x))","wrt":"x","points":[
		{"dims":{"n":2},"values":{"x":[[0],[2]]}}, {"dims":{"n":3},"values":{"x":[[1],[2]]}},
		{"dims":{"n":"two"}}, 5, {"dims":{"n":2},"values":{"x":[[1],[2]]}}]}`, "\n", " ")
	a := answers(t, line)[0]
	if a.Error != nil || len(a.Points) != 5 {
		t.Fatalf("%+v", a)
	}
	if a.Points[0].F != nil || a.Points[0].Grad[0][0] != nil || *a.Points[0].Grad[1][0] != 0.5 {
		t.Errorf("at 0: %+v", a.Points[0])
	}
	for _, k := range []int{1, 2, 3} {
		if a.Points[k].F != nil || a.Points[k].Grad != nil {
			t.Errorf("point %d: %+v", k, a.Points[k])
		}
	}
	if *a.Points[4].F != math.Log(2) || *a.Points[4].Grad[0][0] != 1 {
		t.Errorf("the last point: %+v", a.Points[4])
	}
	var kinds []string
	for _, w := range a.Warnings {
		kinds = append(kinds, w.Kind)
	}
	if !slices.Contains(kinds, "domain") || !slices.Contains(kinds, "bad_dims") {
		t.Errorf("warnings %+v", a.Warnings)
	}
}

// Singular points, edges and kinks among the points are said to be such, with the
// number of the point; so are values that don't fit the declarations.
func TestPointWarnings(t *testing.T) {
	const matrix, spd, vector = `{"shape":["n","n"]}`, `{"shape":["n","n"],"props":["spd"]}`, `{"shape":["n",1]}`
	for _, c := range []struct{ v, expr, value, kind, message string }{
		{matrix, "tr(inv(v))", "[[1,2],[2,4]]", "singular_point", "inv(v)"},
		{matrix, "logdet(v)", "[[1,2],[2,4]]", "singular_point", "inv(v)"},
		{matrix, "logdet(v)", "[[1,2],[2,1]]", "domain", "logdet(v) is not finite"},
		{matrix, "det(v)", "[[1,2],[2,4]]", "", ""},
		{spd, "logdet(v)", "[[1,2],[2,1]]", "bad_dims", "v must be spd"},
		{spd, "tr(v*v)", "[[1,2],[0,1]]", "bad_dims", "v must be symmetric"},
		{vector, "sum(log(v))", "[1,-1]", "domain", "log(v) is not finite"},
		{vector, "sum(log(v))", "[1,2]", "", ""},
		{vector, "1/sum(v)", "[1,-1]", "domain", "1/sum(v)"},
		{vector, "sum(sqrt(v))", "[1,0]", "nonsmooth", "sqrt(v)"},
		{vector, "sqrt(v'*v)", "[0,0]", "nonsmooth", "sqrt(v'*v)"},
		{vector, "norm2(v)", "[0,0]", "nonsmooth", "norm2(v)"},
		{vector, "norm2(v)^2", "[0,0]", "", ""},
		{vector, "norm1(v)", "[0,1]", "nonsmooth", "norm1(v)"},
		{vector, "sum(relu(v))", "[0,1]", "nonsmooth", "relu(v)"},
		{vector, "sum(relu(eye(n)*ones(n)-1)+v)", "[0,1]", "", ""}, // the kink does not move
		{vector, "sum(v)", "[[1,2],[3,4]]", "bad_dims", "v is n×1"},
		{vector, "sum(v)", "[]", "bad_dims", "v is n×1"},
		{vector, "sum(v)", "[1,null]", "bad_dims", "null"},
		{vector, "sum(v)", `["x","y"]`, "bad_dims", "numbers"},
	} {
		r := answers(t, fmt.Sprintf(`{"id":1,"vars":{"v":%s},"expr":"%s","wrt":"v","points":[{"dims":{"n":2},"values":{"v":%s}}]}`, c.v, c.expr, c.value))[0]
		if r.Error != nil {
			t.Fatalf("%s: %v", c.expr, r.Error)
		}
		found := c.kind == ""
		for _, w := range r.Warnings {
			if !strings.HasPrefix(w.Message, "point 1: ") {
				continue
			}
			found = found || w.Kind == c.kind && strings.Contains(w.Message, c.message)
			if c.kind == "" {
				t.Errorf("%s at %s: %v, want no warning", c.expr, c.value, w)
			}
		}
		if !found {
			t.Errorf("%s at %s: warnings %v, want %s of %s", c.expr, c.value, r.Warnings, c.kind, c.message)
		}
	}
}

// Sizes that can't be are said not to be used.
func TestBadDims(t *testing.T) {
	for dims, want := range map[string]int{`{"n":3,"k":2}`: 0, `{"n":0}`: 1, `{"n":-3}`: 1, `{"exp":3,"n":2}`: 1} {
		r := answers(t, `{"id":1,"vars":{"x":{"shape":["n",1]}},"expr":"sum(x)","wrt":"x","dims":`+dims+`}`)[0]
		if r.Error != nil || len(r.Warnings) != want || want > 0 && r.Warnings[0].Kind != "bad_dims" {
			t.Errorf("%s: %+v", dims, r)
		}
	}
}

// No request makes respond panic, or answers what is not JSON.
func FuzzRespond(f *testing.F) {
	for _, c := range testFile[json.RawMessage](f, "errors.json") {
		f.Add([]byte(c))
	}
	for i, c := range testFile[map[string]json.RawMessage](f, "cases.json") {
		if i%8 == 0 {
			delete(c, "points")
			line, _ := json.Marshal(c)
			f.Add(line)
		}
	}
	f.Add([]byte(`{"id":[1],"vars":[["x",{"shape":["n",1]}]],"expr":"sum(log(x))","wrt":"x","hessian":true,"points":[{"dims":{"n":2},"values":{"x":[[0],[2]]}}]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		a := respond(line, false, 1)
		if a.Error != nil && strings.Contains(a.Error.Message, "internal error") {
			t.Errorf("%s: %s", line, a.Error.Message)
		}
		if _, err := json.Marshal(a); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	})
}

// Requests that are large or deep are answered, or refused by their kind: no
// limit on time or memory is left to the machine.
func TestBatchLimits(t *testing.T) {
	chain := func(n int, step string) string { // definitions, each of the one before
		where := `["Y0","tanh(X)"]`
		for i := range n {
			where += fmt.Sprintf(`,["Y%d","%s"]`, i+1, fmt.Sprintf(step, i))
		}
		return "[" + where + "]"
	}
	nest := func(n int, open, middle, shut string) string {
		return strings.Repeat(open, n) + middle + strings.Repeat(shut, n)
	}
	numbered := func(n int, format string) (text string) {
		for i := range n {
			text += fmt.Sprintf(format, i+2)
		}
		return text
	}
	for name, c := range map[string]struct{ expr, where, wrt, kind string }{
		"300 definitions used twice":  {"norm2(Y300)^2", chain(300, "tanh(Y%[1]d*X+Y%[1]d)"), "X", "too_large"},
		"100 definitions used twice":  {"sum(Y100)", chain(100, "inv(Y%[1]d+A)"), "X", ""},
		"300 sums of definitions":     {"sum(Y300)", chain(300, "Y%[1]d+Y%[1]d'"), "X", ""},
		"9000 definitions":            {"sum(Y9000)", chain(9000, "tanh(Y%d)"), "X", "too_large"},
		"Kronecker products":          {"sum(Y12)", chain(12, "kron(Y%[1]d,Y%[1]d)"), "X", ""},
		"nested Kronecker products":   {"norm2(kron(kron(kron(X,X),kron(X,X)),kron(X,X)))^2", "", "X", ""},
		"functions 240 deep":          {"sum(" + nest(240, "tanh(", "X", ")") + ")", "", "X", ""},
		"brackets 100000 deep":        {nest(100_000, "(", "X", ")"), "", "X", "too_deep"},
		"networks 200 deep":           {"sum(" + nest(200, "tanh(A*", "X", ")") + ")", "", "X", "too_large"},
		"inverses 200 deep":           {"tr(" + nest(200, "inv(A+", "X", ")") + ")", "", "X", "too_large"},
		"a network and its Hessian":   {"sum(" + nest(60, "tanh(A*", "x", ")") + ")", "", "x", "too_large"},
		"powers of powers":            {"s" + strings.Repeat("^s", 1000), "", "s", "too_large"},
		"a product of 1000 factors":   {"tr(X" + strings.Repeat("*A*X", 500) + ")", "", "X", "too_large"},
		"a product of 200 sums":       {"tr(X" + numbered(200, "*(X+%d*A)") + ")", "", "X", "too_large"},
		"1000 scalar factors":         {"s" + numbered(1000, "*(s+%d)"), "", "s", "too_large"},
		"entries' powers of 1000":     {"sum(" + strings.Repeat("A.*X.*", 500) + "X)", "", "X", ""},
		"X to the 10000":              {"tr(X^10000)", "", "X", ""},
		"X to the 51":                 {"tr(A*X^51)", "", "X", "unsupported"},
		"a sum of 8000 terms":         {"tr(X)" + strings.Repeat("+tr(A*X)", 8000), "", "X", ""},
		"a sum of 3000 other terms":   {"tr(X)" + numbered(3000, "+tr(A^%d*X)"), "", "X", "too_large"},
		"numbers of many digits":      {"s" + numbered(3000, "+s/%d"), "", "s", "too_large"},
		"a million characters":        {"tr(X)" + strings.Repeat("+tr(X)", 200_000), "", "X", "too_large"},
		"a name of 90000 letters":     {strings.Repeat("X", 90_000), "", "X", "undeclared"},
		"fractions of fractions":      {nest(240, "1/(s+", "s", ")"), "", "s", "too_large"},
		"an answer without a meaning": {"sum(log(-exp(A*X*A)))+tr(inv(X))", "", "X", ""},
	} {
		where := c.where
		if where == "" {
			where = "[]"
		}
		const vars = `{"A":{"shape":["n","n"]},"X":{"shape":["n","n"]},"x":{"shape":["n",1]},"s":{"shape":[1,1]}}`
		hessian := c.wrt == "x"
		r := answers(t, fmt.Sprintf(`{"id":1,"vars":%s,"where":%s,"expr":"%s","wrt":"%s","hessian":%v}`, vars, where, c.expr, c.wrt, hessian))[0]
		switch {
		case r.Error == nil && c.kind != "":
			t.Errorf("%s: answered, want %s", name, c.kind)
		case r.Error != nil && r.Error.Kind != c.kind:
			t.Errorf("%s: %s %s, want %q", name, r.Error.Kind, r.Error.Message, c.kind)
		}
	}
}
