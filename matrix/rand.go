package matrix

import (
	"math"
	"math/rand/v2"
)

// Purpose says what a stream of random numbers is for. Every random choice has
// a stream of its own, so that no choice depends on how many numbers another
// one took, and a run can be resumed from its epoch and step alone.
type Purpose uint32

const (
	ForSplit   Purpose = iota + 1 // the split of the data
	ForInit                       // counter: the layer
	ForOrder                      // counter: the epoch
	ForData                       // the generated data sets
	ForDropout Purpose = 1 << 8   // plus the layer; counter: the step
)

// Stream returns the stream of random numbers for one purpose.
func Stream(seed uint64, purpose Purpose, counter uint32) *rand.Rand {
	return rand.New(rand.NewPCG(seed, streamKey(purpose, counter)))
}

// Reseed makes p the source of Stream(seed, purpose, counter), without
// allocation.
func Reseed(p *rand.PCG, seed uint64, purpose Purpose, counter uint32) {
	p.Seed(seed, streamKey(purpose, counter))
}

func streamKey(purpose Purpose, counter uint32) uint64 {
	return uint64(purpose)<<32 | uint64(counter)
}

// Normal returns a normal deviate of mean 0 and variance 1 by Marsaglia's polar
// method. It keeps no second deviate, so that a stream is all its state.
// (rand.NormFloat64 uses math.Exp and math.Log, whose bits vary.)
func Normal(r *rand.Rand) float64 {
	for {
		u, v := 2*float64(r.Float64())-1, 2*float64(r.Float64())-1
		s := float64(u*u) + float64(v*v)
		if s > 0 && s < 1 {
			return u * math.Sqrt(-2*Log(s)/s)
		}
	}
}

// Shuffle puts x in a random order (Fisher and Yates).
func Shuffle(r *rand.Rand, x []int) {
	for i := len(x) - 1; i > 0; i-- {
		j := int(r.Uint64N(uint64(i + 1)))
		x[i], x[j] = x[j], x[i]
	}
}
