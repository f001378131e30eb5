package layers

import "math"

// Init gives the standard deviation of the normal deviates that W starts from,
// for a layer from nIn to nOut units. Biases start from 0.
type Init func(nIn, nOut int) float64

// Zeros starts from 0. All hidden units of a layer then stay equal for ever.
func Zeros(nIn, nOut int) float64 { return 0 }

// Normal starts from deviates of a fixed standard deviation, 0.01 in the
// course's first networks.
func Normal(std float64) Init {
	return func(nIn, nOut int) float64 { return std }
}

// Xavier has variance 1/nIn, for tanh and the like.
func Xavier(nIn, nOut int) float64 { return math.Sqrt(1 / float64(nIn)) }

// Glorot has variance 2/(nIn+nOut) (Glorot and Bengio 2010).
func Glorot(nIn, nOut int) float64 { return math.Sqrt(2 / float64(nIn+nOut)) }

// He has variance 2/nIn, for ReLU and its kin (He et al. 2015).
func He(nIn, nOut int) float64 { return math.Sqrt(2 / float64(nIn)) }
