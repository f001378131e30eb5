package kernel

import (
	"fmt"
	"os"
	"strings"
)

// Tier is a set of instructions that the kernels are written in.
type Tier string

const (
	Generic Tier = "generic" // portable Go
	AVX2    Tier = "avx2"    // AVX2 and FMA
	AVX512  Tier = "avx512"  // AVX-512 F, BW, DQ and VL
)

// EnvVar names the environment variable that forces a tier.
const EnvVar = "GRADLAB_SIMD"

var (
	tier   Tier
	envErr error
)

func init() {
	best := supported()[0]
	setTier(best)
	if name := os.Getenv(EnvVar); name != "" {
		envErr = SetTier(Tier(name))
		if envErr != nil {
			envErr = fmt.Errorf("%s: %w", EnvVar, envErr)
		}
	}
}

// CurrentTier returns the tier in use, and an error if the environment variable
// asks for one that is not there; then the best one is in use.
func CurrentTier() (Tier, error) { return tier, envErr }

// SetTier chooses a tier. It must not be called while anything is computed.
func SetTier(t Tier) error {
	var names []string
	for _, s := range Tiers() {
		if s == t {
			setTier(t)
			return nil
		}
		names = append(names, string(s))
	}
	switch t {
	case AVX2, AVX512:
		return fmt.Errorf("%s is not supported by this machine or build, only %s", t, strings.Join(names, ", "))
	}
	return fmt.Errorf("there is no %q, only %s", string(t), strings.Join(names, ", "))
}

// Tiers returns the tiers that this machine and build support, the best first.
func Tiers() []Tier { return supported() }
