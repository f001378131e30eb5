package lab

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"gradlab/gradcheck"
	"gradlab/matrix"
)

// Matrix is the type of all matrices of the labs. A column is an example.
type Matrix = matrix.Matrix[float64]

// shapes are the sizes of the trials. A square one lets pass what elsewhere
// panics because shapes do not fit, so that it can be named; one with a single
// example shows what the others hide.
var shapes = []struct{ n, nPrev, m int }{{3, 4, 7}, {5, 3, 8}, {2, 6, 5}, {4, 4, 4}, {1, 3, 7}, {3, 2, 1}}

// trial is one call of a student's function: its inputs and its results.
type trial struct {
	n, nPrev, m int // units, units of the layer before, examples
	random      *rand.Rand

	inputs   []input
	evidence gradcheck.Evidence
	failure  *failure // it did not come to an end
}

// input is a matrix that the function got, and what it should still be.
type input struct {
	name         string
	given, value *Matrix
}

// failure is what is wrong with a function apart from its results.
type failure struct {
	mistake    gradcheck.Mistake
	text, hint string
}

func newTrial(k int) *trial {
	s := shapes[k]
	t := &trial{n: s.n, nPrev: s.nPrev, m: s.m, random: matrix.Stream(2020, matrix.ForData, uint32(k))}
	t.evidence.Examples = t.m
	t.evidence.Features = []int{t.n, t.nPrev}
	return t
}

// randn returns a matrix of normal numbers.
func (t *trial) randn(rows, cols int) *Matrix {
	return t.fill(rows, cols, func() float64 { return matrix.Normal(t.random) })
}

// weights returns a matrix of normal numbers so small that sums over nPrev inputs
// are about 1: no sigmoid is so far from ½ that a right formula loses digits.
func (t *trial) weights(n, nPrev int) *Matrix {
	return times(1/math.Sqrt(float64(nPrev)), t.randn(n, nPrev))
}

// labels returns a matrix of zeros and ones, both of them where there is room.
func (t *trial) labels(rows, cols int) *Matrix {
	k := t.random.IntN(2)
	return t.fill(rows, cols, func() float64 {
		k++
		return float64((k + t.random.IntN(2)) % 2)
	})
}

// probabilities returns a matrix of numbers between 0 and 1.
func (t *trial) probabilities(rows, cols int) *Matrix {
	return t.fill(rows, cols, func() float64 { return 0.05 + 0.9*t.random.Float64() })
}

// classes returns m classes of k, each as often as possible.
func (t *trial) classes(k, m int) []int {
	c := make([]int, m)
	for j := range c {
		c[j] = j % k
	}
	matrix.Shuffle(t.random, c)
	return c
}

func (t *trial) fill(rows, cols int, x func() float64) *Matrix {
	a := matrix.New[float64](rows, cols)
	for i := range a.Data {
		a.Data[i] = x()
	}
	return a
}

// in returns a copy of an input for the student's function.
func (t *trial) in(name string, x *Matrix) *Matrix {
	given := x.Clone()
	t.inputs = append(t.inputs, input{name, given, x.Clone()})
	return given
}

// out tells what the function returned, what is right, and what else it could be.
func (t *trial) out(name string, got, want *Matrix, suspects ...gradcheck.Suspect) {
	t.result(gradcheck.Gradient{Name: name, Got: got, Want: want, Suspects: suspects})
}

// number is out for a number.
func (t *trial) number(name string, got, want float64, suspects ...gradcheck.Suspect) {
	t.out(name, number(got), number(want), suspects...)
}

// number returns a 1×1 matrix.
func number(x float64) *Matrix { return matrix.FromRows([]float64{x}) }

// layer tells what the function returned for a dense layer: of all that there is
// evidence about, the gradients of these names.
func (t *trial) layer(l gradcheck.Layer, got gradcheck.Gradients, names ...string) {
	for _, g := range l.Evidence(got).Gradients {
		if slices.Contains(names, g.Name) {
			t.result(g)
		}
	}
}

// result keeps a copy of a result, as the function may use it again.
func (t *trial) result(g gradcheck.Gradient) {
	if g.Got != nil && len(g.Got.Data) != g.Got.Rows*g.Got.Cols {
		panic(&failure{gradcheck.Shape, fmt.Sprintf("%s says that it is %d×%d, but has %d numbers", g.Name, g.Got.Rows, g.Got.Cols, len(g.Got.Data)), ""})
	}
	if g.Got != nil {
		g.Got = g.Got.Clone()
	}
	t.evidence.Gradients = append(t.evidence.Gradients, g)
}

// changed returns the failure to leave an input alone, or nil.
func (t *trial) changed() *failure {
	for _, in := range t.inputs {
		if in.given.Rows != in.value.Rows || in.given.Cols != in.value.Cols || !slices.Equal(in.given.Data, in.value.Data) {
			return &failure{
				ChangesInputs, fmt.Sprintf("it changes its input %s", in.name),
				"Whoever calls the function may still need what it was given. Put the result into a new matrix.",
			}
		}
	}
	return nil
}

// run makes all trials, until one takes too long. A goroutine that does is left
// behind.
func run(trials []*trial, try func(*trial)) {
	checking.Store(true)
	defer checking.Store(false)
	deadline := time.After(limit)
	for k := range trials {
		done := make(chan *failure, 1)
		t := *trials[k]
		go func() { done <- attempt(&t, try) }()
		select {
		case f := <-done:
			*trials[k] = t
			trials[k].failure = f
		case <-deadline:
			trials[k].failure = &failure{TakesTooLong, fmt.Sprintf("it has not come to an end after %v", limit), "Is there a loop whose condition always holds?"}
			for _, t := range trials[k+1:] {
				t.failure = trials[k].failure
			}
			return
		}
	}
}

// attempt makes one trial and returns a panic as a failure.
func attempt(t *trial, try func(*trial)) (f *failure) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *failure:
			f = r
		default:
			f = &failure{Panics, fmt.Sprintf("it panics%s: %v", place(), r), t.called(fmt.Sprint(r))}
		}
	}()
	try(t)
	return nil
}

// called says what the shapes of the function's inputs were, and how to read
// a message about shapes.
func (t *trial) called(message string) string {
	var shapes []string
	for _, in := range t.inputs {
		shapes = append(shapes, fmt.Sprintf("%s %d×%d", in.name, in.value.Rows, in.value.Cols))
	}
	if shapes == nil {
		return ""
	}
	hint := "It was called with " + strings.Join(shapes, ", ") + "."
	switch {
	case strings.Contains(message, "nil pointer"):
		hint += " A matrix is used that is not there yet, such as an element of a list before anything is put into it."
	case strings.HasPrefix(message, "matrix.") && strings.Contains(message, " · "):
		hint += " The message has the shapes of the result and of its factors: in a product the two inner numbers must be equal."
	case strings.HasPrefix(message, "matrix."):
		hint += " The message has the shapes of the result and of what it is made from."
	}
	return hint
}

// place says where the panic is that is being recovered from, if it is in a
// function from outside of this module.
func place() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if theirs(frame.Function) {
			if line := sourceLine(frame.File, frame.Line); line != "" {
				return fmt.Sprintf(" in the line `%s`", line)
			}
			return " in " + frame.Function
		}
		if !more {
			return ""
		}
	}
}

// module is the path that this module's packages begin with.
var module = strings.TrimSuffix(reflect.TypeOf(Verdict{}).PkgPath(), "notebooks-go/lab")

// theirs reports whether a function is a student's.
func theirs(function string) bool {
	ours := strings.HasPrefix(function, module) &&
		!strings.HasPrefix(function, module+"notebooks-go/lab_test.") && !strings.HasPrefix(function, module+"notebooks-go/lab/")
	return function != "" && !ours && !strings.HasPrefix(function, "runtime.") && !strings.HasPrefix(function, "gonum.org/")
}

// sourceLine returns a line of a source file, if it can be read.
func sourceLine(file string, line int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	lines := strings.Split(string(text), "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[line-1])
}
