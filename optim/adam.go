package optim

import (
	"gradlab/internal/kernel"
	"gradlab/matrix"
)

// Adam (Kingma and Ba 2015), with the bias of both averages corrected:
//
//	v ← β₁v + (1-β₁)dW,  s ← β₂s + (1-β₂)dW²
//	v̂ = v/(1-β₁ᵗ),  ŝ = s/(1-β₂ᵗ),  W ← W - α v̂/(√ŝ + ε)
type Adam[T matrix.Float] struct {
	Beta1, Beta2, Epsilon float64 // β₁, β₂ in [0, 1), ε > 0
	v, s                  moment[T]
}

// NewAdam returns Adam with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
func NewAdam[T matrix.Float]() *Adam[T] {
	return &Adam[T]{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

func (o *Adam[T]) Step(t int, lr float64, params []matrix.Param[T]) (finite bool) {
	alpha, beta1, beta2, eps := T(lr), T(o.Beta1), T(o.Beta2), T(o.Epsilon)
	c1, c2 := T(1/(1-matrix.PowInt(o.Beta1, t))), T(1/(1-matrix.PowInt(o.Beta2, t)))
	o.s.of(params)
	finite = true
	for k, v := range o.v.of(params) {
		w, v, s, dw := params[k].Value.Data, v.Data, o.s[k].Data, params[k].Grad.Data
		i, ok := kernel.Adam(w, v, s, dw, alpha, beta1, beta2, eps, c1, c2)
		for ; i < len(w); i++ {
			v[i] = T(beta1*v[i]) + T((1-beta1)*dw[i])
			s[i] = T(beta2*s[i]) + T((1-beta2)*dw[i]*dw[i])
			w[i] -= T(alpha*(c1*v[i])) / (sqrt(c2*s[i]) + eps) // c1·v = v̂, c2·s = ŝ
			ok = ok && isFinite(w[i]) && isFinite(v[i]) && isFinite(s[i])
		}
		finite = finite && ok
	}
	return finite
}

func (o *Adam[T]) State(params []matrix.Param[T]) []*matrix.Matrix[T] {
	return append(append([]*matrix.Matrix[T](nil), o.v.of(params)...), o.s.of(params)...)
}

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter 2019): first
// W ← W - αλW for the parameters that decay, then Adam's step.
type AdamW[T matrix.Float] struct {
	Adam[T]
	Lambda float64 // λ ≥ 0
}

// NewAdamW returns Adam as NewAdam does, with weight decay λ, 0.01 as a rule.
func NewAdamW[T matrix.Float](lambda float64) *AdamW[T] {
	return &AdamW[T]{Adam: *NewAdam[T](), Lambda: lambda}
}

func (o *AdamW[T]) Step(t int, lr float64, params []matrix.Param[T]) (finite bool) {
	for _, p := range params {
		if p.Decay {
			matrix.AddScaled(p.Value, T(-lr*o.Lambda), p.Value)
		}
	}
	return o.Adam.Step(t, lr, params)
}
