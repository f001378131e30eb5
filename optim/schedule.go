package optim

import "gradlab/matrix"

// Schedule gives the learning rate of a step. Epochs and steps count from 0;
// steps go on from epoch to epoch.
type Schedule interface {
	Rate(epoch, step int) float64
}

// Constant is the same rate α₀ always.
type Constant float64

func (c Constant) Rate(epoch, step int) float64 { return float64(c) }

// StepDecay multiplies the rate by Factor after every Every epochs.
type StepDecay struct {
	Rate0  float64 // α₀
	Every  int     // epochs, > 0
	Factor float64
}

func (s StepDecay) Rate(epoch, step int) float64 {
	return s.Rate0 * matrix.PowInt(s.Factor, epoch/s.Every)
}

// Exponential multiplies the rate by Factor after every epoch.
type Exponential struct {
	Rate0  float64 // α₀
	Factor float64
}

func (s Exponential) Rate(epoch, step int) float64 {
	return s.Rate0 * matrix.PowInt(s.Factor, epoch)
}

// InverseTime is the course's learning rate decay, α₀/(1 + Decay·⌊epoch/Every⌋).
type InverseTime struct {
	Rate0 float64 // α₀
	Decay float64
	Every int // epochs, > 0; 1: every epoch
}

func (s InverseTime) Rate(epoch, step int) float64 {
	return s.Rate0 / (1 + float64(s.Decay*float64(epoch/s.Every)))
}

// Cosine falls from Rate0 at the start to Floor after Epochs epochs along half a
// cosine (Loshchilov and Hutter 2017), and stays there.
type Cosine struct {
	Rate0, Floor float64
	Epochs       int // > 0
}

func (s Cosine) Rate(epoch, step int) float64 {
	const pi = 3.141592653589793
	x := float64(min(epoch, s.Epochs)) / float64(s.Epochs)
	return s.Floor + float64((s.Rate0-s.Floor)/2*(1+matrix.Cos(pi*x)))
}

// WarmUp multiplies the rate of another schedule by (step+1)/Steps in the first
// Steps steps (Goyal et al. 2017).
type WarmUp struct {
	Steps int // > 0
	Then  Schedule
}

func (s WarmUp) Rate(epoch, step int) float64 {
	rate := s.Then.Rate(epoch, step)
	if step+1 < s.Steps {
		rate *= float64(step+1) / float64(s.Steps)
	}
	return rate
}
