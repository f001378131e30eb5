package parts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"gradlab/data"
	"gradlab/gradcheck"
	"gradlab/internal/parts"
	"gradlab/losses"
	"gradlab/matrix"
	"gradlab/nn"
	"gradlab/optim"
)

func network[T matrix.Float](p parts.Network[T]) *nn.Network[T] {
	return &nn.Network[T]{Layers: p.Layers, Output: p.Output}
}

// gradients returns a function that runs the forward and backward pass of a
// network on a batch and returns the loss.
func gradients[T matrix.Float](net *nn.Network[T], loss losses.Loss[T], x, y, dx *matrix.Matrix[T]) func() float64 {
	dyhat := matrix.New[T](y.Rows, y.Cols)
	return func() float64 {
		yhat := net.Forward(x)
		value := loss.Value(yhat, y)
		loss.Prime(dyhat, yhat, y)
		d := net.Backward(dyhat)
		if dx != nil {
			matrix.Copy(dx, d)
		}
		return value
	}
}

// Every gradient of every network, that by the input among them, agrees with
// central differences.
func TestGradientsAgreeWithDifferences(t *testing.T) {
	for _, p := range parts.Networks[float64]() {
		t.Run(p.Name, func(t *testing.T) {
			x, y := p.Batch(7)
			dx := matrix.New[float64](x.Rows, x.Cols)
			net := network(p)
			params := append([]matrix.Param[float64]{{Name: "x", Value: x, Grad: dx}}, net.Params()...)
			report := gradcheck.Check(gradients(net, p.Loss, x, y, dx), params)
			if err := report.Err(); err != nil {
				t.Errorf("%v\n%v", err, report)
			}
		})
	}
}

// A training step allocates nothing after the first, whatever the layers, the
// loss and the optimizer.
func TestStepAllocatesNothing(t *testing.T) {
	t.Run("float32", testStepAllocatesNothing[float32])
	t.Run("float64", testStepAllocatesNothing[float64])
}

func testStepAllocatesNothing[T matrix.Float](t *testing.T) {
	clip := optim.Clip[T]{optim.ClipValue[T]{Max: 1}, optim.ClipNorm[T]{Max: 1}}
	l2 := losses.L2[T]{Lambda: 0.1}
	for _, opt := range parts.Optimizers[T]() {
		nets := parts.Networks[T]()
		p := nets[len(nets)-1] // an optimizer is bound to its first network: that with the most layers
		net := network(p)
		params := net.Params()
		x, y := p.Batch(16)
		set := &data.Dataset[T]{X: x, Y: y}
		bx, by, dyhat := new(matrix.Matrix[T]), new(matrix.Matrix[T]), new(matrix.Matrix[T])
		order := []int{3, 1, 4, 15, 9, 2, 6, 5}
		step := 0
		allocs := testing.AllocsPerRun(3, func() {
			step++
			set.Gather(bx, by, order[:len(order)-(step-1)%2]) // the last batch may be smaller
			yhat := net.Forward(bx)
			_ = p.Loss.Value(yhat, by) + l2.Value(params)
			dyhat.Resize(yhat.Rows, yhat.Cols)
			p.Loss.Prime(dyhat, yhat, by)
			net.Backward(dyhat)
			l2.AddPrime(params)
			clip.Clip(params)
			opt.Part.Step(step, optim.Cosine{Rate0: 0.1, Epochs: 9}.Rate(1, step), params)
		})
		if allocs != 0 {
			t.Errorf("%s, %s: %v allocations a step", p.Name, opt.Name, allocs)
		}
	}
	for _, p := range parts.Networks[T]() {
		x, y := p.Batch(16)
		f := gradients(network(p), p.Loss, x, y, nil)
		if allocs := testing.AllocsPerRun(3, func() { f() }); allocs != 0 {
			t.Errorf("%s: %v allocations a step", p.Name, allocs)
		}
	}
}

// A clone predicts the same, and leaves the buffers of its original alone.
func TestClone(t *testing.T) {
	for _, p := range parts.Networks[float64]() {
		x, _ := p.Batch(5)
		other, _ := p.Batch(9)
		net := network(p)
		clone := net.Clone()
		a := net.Forward(x)
		want := a.Clone()
		clone.Forward(other)
		if !reflect.DeepEqual(a.Data, want.Data) {
			t.Errorf("%s: the clone wrote to its original", p.Name)
		}
		if got := clone.Forward(x); !reflect.DeepEqual(got.Data, want.Data) {
			t.Errorf("%s: the clone gives %v, the original %v", p.Name, got, want)
		}
	}
}

// Every exported type with a part's method is in the table.
func TestTableIsComplete(t *testing.T) {
	in := map[string]bool{"ClassWeighted": true} // in the networks
	mark := func(part any) {
		name := strings.TrimLeft(reflect.TypeOf(part).String(), "*")
		name, _, _ = strings.Cut(name[strings.Index(name, ".")+1:], "[")
		in[name] = true
	}
	for _, p := range parts.Activations[float64]() {
		mark(p.Part)
	}
	for _, p := range parts.Losses[float64]() {
		mark(p.Part)
	}
	for _, p := range parts.Optimizers[float64]() {
		mark(p.Part)
	}
	for _, p := range parts.Minimizers[float64](1) {
		mark(p.Part)
	}
	for _, p := range parts.Layers[float64](2) {
		mark(p.Part)
	}
	found := 0
	for _, pkg := range []string{"layers", "losses", "optim"} {
		for _, name := range methodsOf(t, "../../"+pkg, "Backward", "Prime", "Step", "Minimize") {
			found++
			if !in[name] {
				t.Errorf("%s.%s is missing from the table", pkg, name)
			}
		}
	}
	if found < 20 {
		t.Errorf("found only %d parts in the source", found)
	}
}

// Every layer of the table is in a network.
func TestNetworksHaveEveryLayer(t *testing.T) {
	in := map[reflect.Type]bool{}
	for _, n := range parts.Networks[float64]() {
		for _, l := range n.Layers {
			in[reflect.TypeOf(l)] = true
		}
	}
	for _, l := range parts.Layers[float64](2) {
		if !in[reflect.TypeOf(l.Part)] {
			t.Errorf("no network has the layer %s", l.Name)
		}
	}
}

// methodsOf returns the exported types of a package that have one of the
// methods.
func methodsOf(t *testing.T, dir string, methods ...string) (types []string) {
	t.Helper()
	pkgs, err := parser.ParseDir(token.NewFileSet(), dir, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range pkgs {
		for file, f := range pkg.Files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Recv == nil {
					continue
				}
				for _, m := range methods {
					if name := receiver(fn.Recv.List[0].Type); fn.Name.Name == m && ast.IsExported(name) {
						types = append(types, name)
					}
				}
			}
		}
	}
	return types
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
