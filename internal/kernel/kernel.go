// Package kernel computes what training spends its time on, as fast as the
// machine can and with the same bits on every machine.
//
// There are three tiers: assembly for AVX-512, assembly for AVX2 with FMA, and
// portable Go. They are chosen at run time (see SetTier), and every one of them
// gives, bit for bit, what the plain loops in the tests give:
//
//   - a product is, for each element, the chain s = fma(a[i,p], b[p,j], s) for p
//     ascending, which starts from what is already there (Gemm);
//   - an elementary function or an update is the scalar formula in the package
//     that calls it, step by step. Its function here returns how many elements
//     it did, 0 in the portable tier, and the caller's plain loop does the rest.
//
// Large work is divided among a few threads by output elements, so that their
// number cannot be seen in the result either.
//
// The assembly is made by the generator in gen, a module of its own:
//
//go:generate go run -C gen .
package kernel

// Float is the element type.
type Float interface{ float32 | float64 }
