package matrix

import "gradlab/internal/kernel"

// FMA returns x·y + z, rounded once: the inner operation of every product.
func FMA[T Float](x, y, z T) T { return kernel.FMA(x, y, z) }
