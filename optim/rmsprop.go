package optim

import (
	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// RMSProp divides by a running root mean square (Hinton 2012; the course):
//
//	s ← βs + (1-β)dW²,  W ← W - α dW/(√s + ε)
type RMSProp[T matrix.Float] struct {
	Beta, Epsilon float64 // β in [0, 1), ε > 0
	s             moment[T]
}

// NewRMSProp returns RMSProp with β = 0.9 and ε = 1e-8.
func NewRMSProp[T matrix.Float]() *RMSProp[T] { return &RMSProp[T]{Beta: 0.9, Epsilon: 1e-8} }

func (o *RMSProp[T]) Step(t int, lr float64, params []matrix.Param[T]) (finite bool) {
	alpha, beta, eps := T(lr), T(o.Beta), T(o.Epsilon)
	finite = true
	for k, s := range o.s.of(params) {
		w, s, dw := params[k].Value.Data, s.Data, params[k].Grad.Data
		i, ok := kernel.RMSProp(w, s, dw, alpha, beta, eps)
		for ; i < len(w); i++ {
			s[i] = T(beta*s[i]) + T((1-beta)*dw[i]*dw[i])
			w[i] -= T(alpha*dw[i]) / (sqrt(s[i]) + eps)
			ok = ok && isFinite(w[i]) && isFinite(s[i])
		}
		finite = finite && ok
	}
	return finite
}

func (o *RMSProp[T]) State(params []matrix.Param[T]) []*matrix.Matrix[T] { return o.s.of(params) }
