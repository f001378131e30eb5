package lab

import "fmt"

// Described is what there is to know about an exercise.
type Described struct {
	Name      string
	Lab       int
	Task      string
	Signature string // of the function to write
}

// Describe returns what there is to know about the exercise.
func (e Exercise[F]) Describe() Described {
	var f F
	return Described{e.Name, e.Lab, e.Task, fmt.Sprintf("%T", f)}
}

// Exercises returns all exercises of the labs, in order. Those with an
// activation to choose are there with the three of the course.
func Exercises() []Described {
	all := []interface{ Describe() Described }{
		TraceAXB, Bilinear, Exponential, QuadraticForm, QuadraticOfSigmoid, LeastSquares,
		Sigmoid, SigmoidGradient, NormalizeRows, SoftmaxRows, L1L2, Propagate, Optimize, Predict,
		ForwardTwoLayers, CrossEntropy, BackwardTwoLayers, TrainStep, Update,
		LinearForward, LinearBackward, LastLayer, FirstLayer, Backward, ModelForward, ModelBackward, NetworkBackward,
	}
	for _, g := range []Activation{sigmoid, tanh, relu} {
		all = append(all, DenseForward(g), ActivationBackward(g), DenseBackward(g), Algorithm2(g))
	}
	all = append(all,
		Accuracy,
		ReLUGain, HeInit, XavierInit,
		L2Cost, LinearBackwardL2, DropoutForward, DropoutBackward,
	)
	for _, g := range []Activation{sigmoid, tanh, relu} {
		all = append(all, DenseBackwardRegularised(g))
	}
	all = append(all,
		NumericalDerivative, NumericalGradient, RelativeError,
		MiniBatches, Momentum, Adam, RateDecay, ScheduledDecay,
		Softmax, OneHot, CategoricalCrossEntropy, SoftmaxBackward, BatchNormForward, BatchNormBackward,
		LinearRegression, LogisticRegression, NormalEquation, FeatureNormalize, MapFeature, PredictOneVsAll, NNCost, PolyFeatures, LearningCurve,
		Standardise, Confusion,
		Operations, Fastest,
	)
	var described []Described
	for _, e := range all {
		described = append(described, e.Describe())
	}
	return described
}
