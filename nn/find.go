package nn

import (
	"fmt"
	"math"

	"gradlab/layers"
	"gradlab/losses"
	"gradlab/matrix"
)

// find does the step that went bad again, equation by equation, up to the first
// one whose result is not finite. The weights and the state of the network stay as
// they are.
func (r *run[T]) find() *DivergedError {
	net := r.now.ofNetwork(r.t.Net)
	before := net.clone("")
	f := &finder[T]{e: &DivergedError{Epoch: r.epoch + 1, Step: r.step + 1}, loss: r.t.Loss}
	f.redo(r)
	net.set(before)
	large := &DivergedError{}
	if r.findLarge(large, r.x); f.e.Equation == "" {
		large.Epoch, large.Step, large.Loss = f.e.Epoch, f.e.Step, f.e.Loss
		if size := largest(r.x); large.Equation == "" && size > divergedFactor {
			large.Cause = fmt.Sprintf("the data reach %.3g, they need scaling", size)
		}
		return large
	}
	if large.Layer > 0 && (f.e.Layer == 0 || large.Layer < f.e.Layer) {
		f.e.Cause = fmt.Sprintf("in layer %d %s reaches %.3g already, the learning rate is too large", large.Layer, large.Equation, large.Size)
	}
	return f.e
}

// finder looks for the first result that is not finite.
type finder[T matrix.Float] struct {
	e     *DivergedError
	layer int // at work, from 1; 0: none
	loss  losses.Loss[T]
}

// operand is what an equation reads. One that is learned is a parameter.
type operand[T matrix.Float] struct {
	name    string
	value   *matrix.Matrix[T]
	learned bool
}

// redo makes the step of a run but for its update.
func (f *finder[T]) redo(r *run[T]) {
	t, params := r.t, r.t.Net.Params()
	t.Net.draw(t.Seed, r.step)
	f.layer = 1
	f.result("x", r.x)
	a := r.x
	for l, layer := range t.Net.Layers {
		a = layer.Forward(a)
		f.layer = t.Net.numbers[l]
		f.forward(layer, a)
	}
	f.layer = 0
	f.e.Loss = t.Loss.Value(a, r.y) + t.L2.Value(params)
	if t.OnNaN != Ignore { // else it was not the loss
		f.lossResult(a)
	}
	r.dyhat.Resize(a.Rows, a.Cols)
	t.Loss.Prime(r.dyhat, a, r.y)
	f.result("∂L/∂ŷ = Loss′(ŷ, y)", r.dyhat, operand[T]{"ŷ", a, false})
	da := r.dyhat
	for l := len(t.Net.Layers) - 1; l >= 0; l-- {
		above := da
		da = t.Net.Layers[l].Backward(above)
		f.layer = t.Net.numbers[l]
		f.backward(t.Net.Layers[l], above, da)
	}
	f.layer = 0
	t.L2.AddPrime(params)
	if t.Clip != nil {
		t.Clip.Clip(params)
	}
	for _, p := range params {
		f.result("d"+p.Name+" after penalty and clipping", p.Grad, operand[T]{p.Name, p.Value, true})
	}
	if f.e.Equation == "" && r.step == r.suspect {
		f.update(params)
	}
}

// lossResult looks at the loss of the outputs.
func (f *finder[T]) lossResult(yhat *matrix.Matrix[T]) {
	if loss := f.e.Loss; f.e.Equation == "" && loss-loss != 0 {
		f.e.Equation, f.e.Size = "L = Loss(ŷ, y)", math.Abs(loss)
		f.e.Cause = f.cause([]operand[T]{{"ŷ", yhat, false}})
	}
}

// forward looks at what a layer computed from aPrev.
func (f *finder[T]) forward(layer layers.Layer[T], a *matrix.Matrix[T]) {
	switch l := layer.(type) {
	case *layers.Dense[T]:
		f.result("z = W·a_prev + b", l.Z, operand[T]{"W", l.W, true}, operand[T]{"b", l.B, true}, operand[T]{"a_prev", l.APrev, false})
		f.result("a = g(z)", l.A, operand[T]{"z", l.Z, false})
	case *layers.BatchNorm[T]:
		f.result("z_norm = (z - μ) / √(σ² + ε)", l.ZNorm, operand[T]{"z", l.Z, false})
		f.result("z̃ = γ ⊙ z_norm + β", l.ZTilde, operand[T]{"γ", l.Gamma, true}, operand[T]{"β", l.Beta, true})
		f.result("a = g(z̃)", l.A, operand[T]{"z̃", l.ZTilde, false})
	default:
		f.result("a", a)
	}
}

// backward looks at what a layer computed from da.
func (f *finder[T]) backward(layer layers.Layer[T], da, daPrev *matrix.Matrix[T]) {
	switch l := layer.(type) {
	case *layers.Dense[T]:
		dz := operand[T]{"dz", l.DZ, false}
		f.result("dz = da ⊙ g′(z)", l.DZ, operand[T]{"da", da, false}, operand[T]{"z", l.Z, false})
		f.result("dW = dz·a_prevᵀ", l.DW, dz, operand[T]{"a_prev", l.APrev, false})
		f.result("db = Σⱼ dzⱼ", l.DB, dz)
		if daPrev != nil {
			f.result("da_prev = Wᵀ·dz", daPrev, operand[T]{"W", l.W, true}, dz)
		}
	case *layers.BatchNorm[T]:
		dz := operand[T]{"dz̃", l.DZTilde, false}
		f.result("dz̃ = da ⊙ g′(z̃)", l.DZTilde, operand[T]{"da", da, false}, operand[T]{"z̃", l.ZTilde, false})
		f.result("dγ = Σⱼ dz̃ ⊙ z_norm", l.DGamma, dz)
		f.result("dβ = Σⱼ dz̃", l.DBeta, dz)
		f.result("dz", l.DZ, dz, operand[T]{"γ", l.Gamma, true})
		f.result("the running average of μ", l.Mean, operand[T]{"z", l.Z, false})
		f.result("the running average of σ²", l.Var, operand[T]{"z", l.Z, false})
	default:
		f.result("da_prev", daPrev)
	}
}

// result notes an equation if its result is the first that is not finite.
func (f *finder[T]) result(equation string, value *matrix.Matrix[T], operands ...operand[T]) {
	if f.e.Equation == "" && value != nil && !matrix.Finite(value.Data) {
		f.e.Layer, f.e.Equation, f.e.Size = f.layer, equation, largest(value)
		f.e.Cause = f.cause(operands)
	}
}

// cause returns the likely cause of a result that is not finite, though what it was
// computed from is.
func (f *finder[T]) cause(operands []operand[T]) string {
	var most operand[T]
	size := 0.0
	for _, o := range operands {
		if s := largest(o.value); s > size {
			most, size = o, s
		}
	}
	switch {
	case most.value == nil:
		return "the data are not finite"
	case most.name == "ŷ" && literal(f.loss) && size <= 1:
		return "an output is exactly 0 or 1, where this loss takes log 0; the loss on logits has no such place"
	case most.learned:
		return fmt.Sprintf("%s has grown to %.3g, the learning rate is too large", most.name, size)
	case most.name == "a_prev" && f.layer == 1:
		return fmt.Sprintf("the data reach %.3g, they need scaling", size)
	}
	return fmt.Sprintf("%s reaches %.3g, the learning rate is too large or the gradients need clipping", most.name, size)
}

// literal reports whether a loss takes logarithms of outputs.
func literal[T matrix.Float](loss losses.Loss[T]) bool {
	switch l := loss.(type) {
	case losses.BinaryCrossEntropy[T], losses.CategoricalCrossEntropy[T]:
		return true
	case *losses.ClassWeighted[T]:
		return literal(losses.Loss[T](l.Loss))
	}
	return false
}

// update notes the parameter with the largest gradient: all are finite, so it was
// the update itself that overflowed.
func (f *finder[T]) update(params []matrix.Param[T]) {
	for _, p := range params {
		if size := largest(p.Grad); size > f.e.Size {
			f.e.Equation, f.e.Size = "the update of "+p.Name+" along d"+p.Name, size
		}
	}
	f.e.Cause = "a gradient this large overflows in it"
}

// findInScores looks for what is wrong with weights whose score at the end of an
// epoch is out of bounds.
func (r *run[T]) findInScores(loss float64) *DivergedError {
	e := &DivergedError{Epoch: r.epoch + 1, Step: r.step, Loss: loss}
	if r.x == nil { // no step was made since the training was gone on with
		r.batchOf(0)
	}
	r.findLarge(e, r.x)
	return e
}

// findLarge looks for the first layer whose z is a thousand times what the weights
// of the end of the last epoch give for the examples x.
func (r *run[T]) findLarge(e *DivergedError, x *matrix.Matrix[T]) {
	now := r.outputs(x)
	before := r.now.clone("")
	r.now.set(r.good)
	good := r.outputs(x)
	r.now.set(before)
	for l, z := range now {
		if !(z.size <= divergedFactor*max(good[l].size, 1)) {
			e.Layer, e.Equation, e.Size = r.t.Net.numbers[l], z.equation, z.size
			e.Cause = fmt.Sprintf("with the last good weights it is %.3g, the learning rate is too large", good[l].size)
			return
		}
	}
}

// output is the z of a layer, or its output where it has no z.
type output struct {
	equation string
	size     float64 // its largest magnitude
}

func (r *run[T]) outputs(x *matrix.Matrix[T]) (list []output) {
	a := x
	for _, layer := range r.t.Net.Layers {
		a = layer.Forward(a)
		o := output{"a", largest(a)}
		switch layer := layer.(type) {
		case *layers.Dense[T]:
			o = output{"z = W·a_prev + b", largest(layer.Z)}
		case *layers.BatchNorm[T]:
			o = output{"z̃ = γ ⊙ z_norm + β", largest(layer.ZTilde)}
		}
		list = append(list, o)
	}
	return list
}

// largest returns the largest magnitude in m, NaN if there is one.
func largest[T matrix.Float](m *matrix.Matrix[T]) float64 {
	size := 0.0
	for _, v := range m.Data {
		size = max(size, math.Abs(float64(v)))
	}
	return size
}
