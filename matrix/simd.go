package matrix

import "gradlab/internal/kernel"

// SIMD returns the name of the instructions that are in use: avx512, avx2 or
// generic. They make no difference to any result. The best are chosen, or what
// the environment variable GRADLAB_SIMD names; if that is not there, SIMD also
// returns an error that says so.
func SIMD() (tier string, err error) {
	t, err := kernel.CurrentTier()
	return string(t), err
}
