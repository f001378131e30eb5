package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"gradlab/matcalc"
)

// request is a line of the input of --batch: a problem, and points at which the
// answer is evaluated.
type request struct {
	ID json.RawMessage `json:"id"`
	matcalc.Problem
	Hessian asked             `json:"hessian"`
	Points  []json.RawMessage `json:"points"`
}

// asked is whether something is asked for: true, or what is known of it already,
// as the Hessian of a test case.
type asked bool

func (a *asked) UnmarshalJSON(data []byte) error {
	var known string
	if json.Unmarshal(data, &known) == nil {
		*a = known != ""
		return nil
	}
	return json.Unmarshal(data, (*bool)(a))
}

// answer is a line of the output: of Error and the rest, one is there.
type answer struct {
	ID       json.RawMessage   `json:"id,omitempty"`
	Gradient string            `json:"gradient,omitempty"`
	Hessian  string            `json:"hessian,omitempty"`
	Nodes    int               `json:"nodes,omitempty"`
	LaTeX    string            `json:"latex,omitempty"`
	Go       string            `json:"go,omitempty"`
	GoError  *problemError     `json:"go_error,omitempty"` // why there is no Go
	Steps    []step            `json:"steps,omitempty"`
	Warnings []matcalc.Warning `json:"warnings,omitempty"`
	Points   []point           `json:"points,omitempty"`
	Checks   []matcalc.Check   `json:"checks,omitempty"`
	Mistake  string            `json:"mistake,omitempty"` // of the engine, which then has another answer
	Error    *problemError     `json:"error,omitempty"`
}

type step struct {
	Rules []string `json:"rules"`
	DF    string   `json:"df"`
}

// point is the answer at a point; what could not be computed is null, and a
// warning says why.
type point struct {
	F    *float64     `json:"f"`
	Grad [][]*float64 `json:"grad"`
}

type problemError struct {
	Kind     matcalc.Kind `json:"kind"`
	Message  string       `json:"message"`
	Position *int         `json:"position,omitempty"` // in characters of expr, or of the definition In
	In       string       `json:"in,omitempty"`
}

// maxRequest is how long a request may be, in bytes.
const maxRequest = 16 << 20

// batch answers requests, a line each, until the input ends.
func batch(in io.Reader, out io.Writer, seed uint64) error {
	lines := bufio.NewReaderSize(in, 1<<16)
	w := bufio.NewWriter(out)
	encoder := newEncoder(w)
	for {
		line, tooLong, err := readLine(lines)
		if len(line) > 0 || tooLong {
			a := respond(line, tooLong, seed)
			if err := encoder.Encode(a); err != nil {
				return err
			}
			if err := w.Flush(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readLine reads a line that is not empty, without its end. Of one that is too
// long it keeps nothing.
func readLine(r *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxRequest {
			tooLong, line = true, nil
		}
		if !tooLong {
			line = append(line, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil || tooLong || len(trim(line)) > 0:
			return trim(line), tooLong, err
		}
		line = line[:0]
	}
}

// respond answers a request, whatever it is.
func respond(line []byte, tooLong bool, seed uint64) (a answer) {
	a.ID = json.RawMessage("null")
	defer func() {
		if r := recover(); r != nil { // one bad request must not end the others
			a = answer{ID: a.ID, Error: internalError(r)}
		}
	}()
	line = bytes.ToValidUTF8(line, []byte("\uFFFD"))
	if tooLong {
		a.Error = &problemError{Kind: matcalc.TooLarge, Message: fmt.Sprintf("a request may be %d bytes long", maxRequest)}
		return a
	}
	if string(line) == "null" { // which would be read as an empty object
		a.Error = &problemError{Kind: matcalc.Syntax, Message: "the request is a JSON null, not an object"}
		return a
	}
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		if id := idOf(line); id != nil {
			a.ID = id
		}
		a.Error = errorOf(err)
		return a
	}
	if r.ID != nil {
		a.ID = r.ID
	}
	if err := a.derive(&r, seed); err != nil {
		return answer{ID: a.ID, Error: errorOf(err)}
	}
	return a
}

// internalError returns a panic as an error.
func internalError(r any) *problemError {
	return &problemError{Kind: matcalc.Unsupported, Message: fmt.Sprintf("internal error, please report it: %v", r)}
}

// idOf returns the id of a request that is wrong otherwise, if it has one.
func idOf(line []byte) json.RawMessage {
	var r struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(line, &r) != nil {
		return nil
	}
	return r.ID
}

// errorOf returns an error as an answer has it.
func errorOf(err error) *problemError {
	var e *matcalc.Error
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &e) && e.Position >= 0:
		return &problemError{e.Kind, e.Message, &e.Position, e.In}
	case errors.As(err, &e):
		return &problemError{Kind: e.Kind, Message: e.Message, In: e.In}
	case errors.As(err, &syntax):
		return &problemError{Kind: matcalc.Syntax, Message: fmt.Sprintf("the request is not JSON: %v, at byte %d", err, syntax.Offset)}
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return &problemError{Kind: matcalc.Syntax, Message: "the request is a JSON " + wrongType.Value + ", not an object"}
	case errors.As(err, &wrongType):
		return &problemError{Kind: matcalc.BadDeclaration, Message: fmt.Sprintf("the field %s of the request can't be a JSON %s", strings.TrimPrefix(wrongType.Field, "Problem."), wrongType.Value)}
	}
	return &problemError{Kind: matcalc.BadDeclaration, Message: "the request can't be read: " + err.Error()}
}

// derive derives what is asked for.
func (a *answer) derive(r *request, seed uint64) error {
	d, err := matcalc.Derive(&r.Problem, matcalc.Options{Hessian: bool(r.Hessian), Seed: seed})
	if err != nil {
		return err
	}
	if err := a.describe(d); err != nil {
		return err
	}
	a.addGo(d)
	for i, p := range r.Points {
		a.evaluate(d, i+1, p)
	}
	return nil
}

// describe enters a derivation. It fails where that is too long to be written.
func (a *answer) describe(d *matcalc.Derivation) (err error) {
	defer matcalc.Catch(&err)
	a.Gradient, a.Nodes = d.Gradient.String(), d.Gradient.Nodes()
	if d.Hessian != nil {
		a.Hessian = d.Hessian.String()
	}
	a.addSteps(d)
	a.LaTeX = d.LaTeX(matcalc.PrintOptions{})
	return nil
}

// addSteps enters the lines and warnings.
func (a *answer) addSteps(d *matcalc.Derivation) {
	for _, s := range d.Steps {
		if !s.Minor {
			a.Steps = append(a.Steps, step{ruleIDs(s.Rules), s.DF.String()})
		}
	}
	a.Warnings = d.Warnings
	if err := d.Mistake(); err != nil {
		a.Mistake = err.Error()
	}
}

// addGo enters the Go code, or why there is none: whatever happens there, the
// answer stands.
func (a *answer) addGo(d *matcalc.Derivation) {
	defer func() {
		if r := recover(); r != nil {
			a.GoError = internalError(r)
		}
	}()
	code, _, err := goCode(d)
	if err != nil {
		a.GoError = errorOf(err)
		return
	}
	a.Go = string(code)
}

// evaluate adds the value of the objective and the gradient at a point, with its
// number in the warnings.
func (a *answer) evaluate(d *matcalc.Derivation, number int, at json.RawMessage) {
	var result point
	defer func() { a.Points = append(a.Points, result) }()
	warn := func(kind matcalc.Kind, message string) {
		a.Warnings = append(a.Warnings, matcalc.Warning{Kind: kind, Message: fmt.Sprintf("point %d: %s", number, message)})
	}
	warnOf := func(err error) {
		if err != nil {
			e := errorOf(err)
			if e.Kind != matcalc.TooLarge && e.Kind != matcalc.SingularPoint {
				e.Kind = matcalc.BadDims
			}
			warn(e.Kind, e.Message)
		}
	}
	var r struct {
		Dims   map[string]int             `json:"dims"`
		Values map[string]json.RawMessage `json:"values"`
	}
	if err := json.Unmarshal(at, &r); err != nil {
		warn(matcalc.BadDims, "a point needs dims, whole numbers, and values: "+err.Error())
		return
	}
	p, err := d.Scope.NewPoint(r.Dims, r.Values)
	if err != nil {
		warnOf(err)
		return
	}
	warnOf(d.Scope.Misfit(p))
	ev := d.Scope.At(p)
	f, err := ev.Number(d.Objective)
	if err == nil {
		result.F = finite(f)
	}
	g, again := ev.Value(d.Gradient)
	if again == nil {
		result.Grad = rowsOf(g)
	}
	for _, w := range ev.Warnings() {
		warn(w.Kind, w.Message)
	}
	if warnOf(err); err == nil {
		warnOf(again)
	}
}

// rowsOf returns the rows of a matrix.
func rowsOf(m *mat.Dense) [][]*float64 {
	rows, cols := m.Dims()
	result := make([][]*float64, rows)
	for i := range result {
		result[i] = make([]*float64, cols)
		for j := range cols {
			result[i][j] = finite(m.At(i, j))
		}
	}
	return result
}

// finite returns x for JSON, which has neither NaN nor Inf.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func ruleIDs(rules []matcalc.Rule) []string {
	ids := make([]string, len(rules))
	for i, r := range rules {
		ids[i] = r.ID
	}
	return ids
}

func trim(line []byte) []byte { return bytes.TrimRight(line, "\r\n\t ") }
