package cli

import (
	"fmt"
	"strconv"
	"strings"

	"gradlab/internal/quote"
)

const maxLayers = 1000

// Sizes are the sizes of the layers of a network, input first, as the flag
// --layers has them.
type Sizes []int

// UnmarshalText parses "4,8,1".
func (s *Sizes) UnmarshalText(text []byte) error {
	*s = nil
	for _, field := range strings.Split(string(text), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 || n > 1<<24 {
			return fmt.Errorf("%s is not the size of a layer: sizes are whole numbers from 1, as in 4,8,1", quote.Text(field))
		}
		*s = append(*s, n)
	}
	if len(*s) > maxLayers {
		return fmt.Errorf("%d sizes: at most %d make sense", len(*s), maxLayers)
	}
	if len(*s) < 2 {
		return fmt.Errorf("%s is one size only: at least an input and an output are needed, as in 4,8,1", quote.Text(string(text)))
	}
	weights := 0
	for l, n := range (*s)[1:] {
		if weights += n * (*s)[l]; weights > 1<<30 {
			return fmt.Errorf("%s has more than a thousand million weights", quote.Name(string(text)))
		}
	}
	return nil
}

func (s Sizes) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(s)), " ", ","), "[]")
}

// MarshalText is the inverse of UnmarshalText.
func (s Sizes) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Numbers returns about how many numbers a training keeps: so many copies of each
// weight, and for each example of a batch the data and z, a, dz, da of each layer.
func (s Sizes) Numbers(copies, batch int) float64 {
	weights, units := 0.0, float64(s[0])
	for l, n := range s[1:] {
		weights += float64(n) * float64(s[l]+1)
		units += 4 * float64(n)
	}
	return float64(copies)*weights + units*float64(batch)
}

// Hidden returns the number of hidden layers.
func (s Sizes) Hidden() int { return len(s) - 2 }
