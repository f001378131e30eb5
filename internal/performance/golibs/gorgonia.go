package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// gorgoniaStep returns a step of training in gorgonia.
func gorgoniaStep[T float32 | float64](w work) func() {
	dtype := tensor.Float64
	if _, single := any(T(0)).(float32); single {
		dtype = tensor.Float32
	}
	k := w.layers[len(w.layers)-1]
	oneHot := make([]T, w.batch*k)
	for i, class := range classes(w) {
		oneHot[i*k+int(class)] = 1
	}
	g := gorgonia.NewGraph()
	constant := func(name string, values []T, cols int) *gorgonia.Node {
		return gorgonia.NewMatrix(g, dtype, gorgonia.WithShape(w.batch, cols), gorgonia.WithName(name),
			gorgonia.WithValue(tensor.New(tensor.WithShape(w.batch, cols), tensor.WithBacking(values))))
	}
	a, y := constant("x", examples[T](w), w.layers[0]), constant("y", oneHot, k)
	var params gorgonia.Nodes
	for l := 1; l < len(w.layers); l++ {
		W := gorgonia.NewMatrix(g, dtype, gorgonia.WithShape(w.layers[l-1], w.layers[l]), gorgonia.WithName(fmt.Sprint("W", l)), gorgonia.WithInit(gorgonia.GlorotN(1)))
		b := gorgonia.NewMatrix(g, dtype, gorgonia.WithShape(1, w.layers[l]), gorgonia.WithName(fmt.Sprint("b", l)), gorgonia.WithInit(gorgonia.Zeroes()))
		params = append(params, W, b)
		a = gorgonia.Must(gorgonia.BroadcastAdd(gorgonia.Must(gorgonia.Mul(a, W)), b, nil, []byte{0}))
		switch {
		case l == len(w.layers)-1:
			a = gorgonia.Must(gorgonia.SoftMax(a))
		case w.activation == "tanh":
			a = gorgonia.Must(gorgonia.Tanh(a))
		default:
			a = gorgonia.Must(gorgonia.Rectify(a))
		}
	}
	loss := gorgonia.Must(gorgonia.Neg(gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.HadamardProd(gorgonia.Must(gorgonia.Log(a)), y))))))
	_, err := gorgonia.Grad(loss, params...)
	check(err)
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(params...))
	sgd := gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.01))
	return func() {
		check(vm.RunAll())
		check(sgd.Step(gorgonia.NodesToValueGrads(params)))
		vm.Reset()
	}
}
