package optim

import (
	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// SGD is W ← W - α dW.
type SGD[T matrix.Float] struct{}

func (SGD[T]) Step(t int, lr float64, params []matrix.Param[T]) (finite bool) {
	alpha := T(lr)
	finite = true
	for _, p := range params {
		w, dw := p.Value.Data, p.Grad.Data
		i, ok := kernel.SGD(w, dw, alpha)
		for ; i < len(w); i++ {
			w[i] -= T(alpha * dw[i])
			ok = ok && isFinite(w[i])
		}
		finite = finite && ok
	}
	return finite
}

func (SGD[T]) State([]matrix.Param[T]) []*matrix.Matrix[T] { return nil }

// Momentum is the course's exponentially weighted average of the gradients:
//
//	v ← βv + (1-β)dW,  W ← W - αv
type Momentum[T matrix.Float] struct {
	Beta float64 // β in [0, 1)
	v    moment[T]
}

// NewMomentum returns momentum with β, 0.9 as a rule.
func NewMomentum[T matrix.Float](beta float64) *Momentum[T] { return &Momentum[T]{Beta: beta} }

func (o *Momentum[T]) Step(t int, lr float64, params []matrix.Param[T]) (finite bool) {
	alpha, beta := T(lr), T(o.Beta)
	finite = true
	for k, v := range o.v.of(params) {
		w, v, dw := params[k].Value.Data, v.Data, params[k].Grad.Data
		i, ok := kernel.Momentum(w, v, dw, alpha, beta)
		for ; i < len(w); i++ {
			v[i] = T(beta*v[i]) + T((1-beta)*dw[i])
			w[i] -= T(alpha * v[i])
			ok = ok && isFinite(w[i])
		}
		finite = finite && ok
	}
	return finite
}

func (o *Momentum[T]) State(params []matrix.Param[T]) []*matrix.Matrix[T] { return o.v.of(params) }

// Nesterov is momentum that looks one step ahead (Nesterov 1983, in the form of
// Sutskever et al. 2013):
//
//	v ← βv + (1-β)dW,  W ← W - α(βv + (1-β)dW)
type Nesterov[T matrix.Float] struct {
	Beta float64 // β in [0, 1)
	v    moment[T]
}

// NewNesterov returns Nesterov momentum with β, 0.9 as a rule.
func NewNesterov[T matrix.Float](beta float64) *Nesterov[T] { return &Nesterov[T]{Beta: beta} }

func (o *Nesterov[T]) Step(t int, lr float64, params []matrix.Param[T]) (finite bool) {
	alpha, beta := T(lr), T(o.Beta)
	finite = true
	for k, v := range o.v.of(params) {
		w, v, dw := params[k].Value.Data, v.Data, params[k].Grad.Data
		i, ok := kernel.Nesterov(w, v, dw, alpha, beta)
		for ; i < len(w); i++ {
			g := T((1 - beta) * dw[i])
			v[i] = T(beta*v[i]) + g
			w[i] -= T(alpha * (T(beta*v[i]) + g))
			ok = ok && isFinite(w[i])
		}
		finite = finite && ok
	}
	return finite
}

func (o *Nesterov[T]) State(params []matrix.Param[T]) []*matrix.Matrix[T] { return o.v.of(params) }
