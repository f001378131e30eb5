//go:build amd64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// What the tier in use has, for the places that call assembly.
var hasAVX2, hasAVX512 bool

// supported looks at the processor, and at what the operating system saves when
// it switches threads: x/sys/cpu reports what both support.
func supported() []Tier {
	tiers := []Tier{Generic}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		tiers = append([]Tier{AVX2}, tiers...)
		if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL {
			tiers = append([]Tier{AVX512}, tiers...)
		}
	}
	return tiers
}

func setTier(t Tier) {
	tier = t
	hasAVX512 = t == AVX512
	hasAVX2 = t == AVX2
}
