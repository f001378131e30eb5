//go:build !amd64 || noasm

package kernel

func supported() []Tier { return []Tier{Generic} }

func setTier(t Tier) { tier = t }
