//go:build !amd64 || noasm

package kernel

func variantOf[T Float]() (variant, bool) { return 0, false }

func call(o op, v variant, a *args) {}
