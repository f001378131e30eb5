package kernel

// The functions below set slices of one length, element by element, and return
// how many elements they did, from the first on; the caller's loop does the
// rest. The result may be one of the operands, but slices must not overlap
// otherwise; an optimizer's are all different.

// Exp sets y = exp x, as matrix.Exp does it, and so on. These run on the
// caller's thread, for slices that may be on its stack.
func Exp[T Float](y, x []T) int      { a := args2(y, x); return run[T](opExp, &a) }
func Expm1[T Float](y, x []T) int    { a := args2(y, x); return run[T](opExpm1, &a) }
func Log[T Float](y, x []T) int      { a := args2(y, x); return run[T](opLog, &a) }
func Log1p[T Float](y, x []T) int    { a := args2(y, x); return run[T](opLog1p, &a) }
func Tanh[T Float](y, x []T) int     { a := args2(y, x); return run[T](opTanh, &a) }
func Sigmoid[T Float](y, x []T) int  { a := args2(y, x); return run[T](opSigmoid, &a) }
func Softplus[T Float](y, x []T) int { a := args2(y, x); return run[T](opSoftplus, &a) }

// The activations of package layers: a = g(z), dz = da ⊙ g′(z). Long slices
// are divided among threads.

func SigmoidForward[T Float](a, z []T) int { r := args2(a, z); return divide[T](opSigmoid, &r) }

func SigmoidBackward[T Float](dz, da, a []T) int {
	r := args3(dz, da, a)
	return divide[T](opSigmoidBackward, &r)
}

func TanhForward[T Float](a, z []T) int { r := args2(a, z); return divide[T](opTanh, &r) }

func TanhBackward[T Float](dz, da, a []T) int {
	r := args3(dz, da, a)
	return divide[T](opTanhBackward, &r)
}

func SoftplusForward[T Float](a, z []T) int { r := args2(a, z); return divide[T](opSoftplus, &r) }

func SoftplusBackward[T Float](dz, da, z []T) int {
	r := args3(dz, da, z)
	return divide[T](opSoftplusBackward, &r)
}

func LeakyReLUForward[T Float](a, z []T, slope T) int {
	r := args2(a, z)
	r.s[0] = float64(slope)
	return divide[T](opLeakyReLU, &r)
}

func LeakyReLUBackward[T Float](dz, da, z []T, slope T) int {
	r := args3(dz, da, z)
	r.s[0] = float64(slope)
	return divide[T](opLeakyReLUBackward, &r)
}

func ELUForward[T Float](a, z []T, alpha T) int {
	r := args2(a, z)
	r.s[0] = float64(alpha)
	return divide[T](opElu, &r)
}

func ELUBackward[T Float](dz, da, z, a []T, alpha T) int {
	r := args4(dz, da, z, a)
	r.s[0] = float64(alpha)
	return divide[T](opEluBackward, &r)
}

func GELUForward[T Float](a, z []T) int { r := args2(a, z); return divide[T](opGelu, &r) }

func GELUBackward[T Float](dz, da, z []T) int {
	r := args3(dz, da, z)
	return divide[T](opGeluBackward, &r)
}

// The batch normalisation of package layers, a column at a time.

// Standardise sets zNorm = (z-mu)/std.
func Standardise[T Float](zNorm, z []T, mu, std []float64) int {
	a := args2(zNorm, z)
	a.p[2], a.p[3], a.wide = pointer(mu, a.n), pointer(std, a.n), 2
	return run[T](opStandardise, &a)
}

// Shift sets zTilde = gamma ⊙ zNorm + beta.
func Shift[T Float](zTilde, zNorm, gamma, beta []T) int {
	a := args4(zTilde, zNorm, gamma, beta)
	return run[T](opShift, &a)
}

// StandardiseBackward sets dz = scale ⊙ (dzTilde - meanD - zNorm ⊙ meanProduct).
func StandardiseBackward[T Float](dz, dzTilde, zNorm []T, scale, meanD, meanProduct []float64) int {
	a := args3(dz, dzTilde, zNorm)
	a.p[3], a.p[4], a.p[5], a.wide = pointer(scale, a.n), pointer(meanD, a.n), pointer(meanProduct, a.n), 3
	return run[T](opStandardiseBackward, &a)
}

// Mask sets mask to 1 where u < keep and to 0 elsewhere.
func Mask[T Float](mask []T, u []float64, keep float64) int {
	a := args1(mask)
	a.p[1], a.wide = pointer(u, a.n), 1
	a.s[0] = keep
	return divide[T](opMask, &a)
}

// Drop sets y = x ⊙ mask / keep.
func Drop[T Float](y, x, mask []T, keep T) int {
	a := args3(y, x, mask)
	a.s[0] = float64(keep)
	return divide[T](opDrop, &a)
}

// The arithmetic of package matrix.

// Add sets y = a + b.
func Add[T Float](y, a, b []T) int { r := args3(y, a, b); return divide[T](opAdd, &r) }

// Sub sets y = a - b.
func Sub[T Float](y, a, b []T) int { r := args3(y, a, b); return divide[T](opSub, &r) }

// Hadamard sets y = a ⊙ b.
func Hadamard[T Float](y, a, b []T) int { r := args3(y, a, b); return divide[T](opHadamard, &r) }

// Scale sets y = s·x.
func Scale[T Float](y []T, s T, x []T) int {
	a := args2(y, x)
	a.s[0] = float64(s)
	return divide[T](opScale, &a)
}

// AddScaled adds s·x to y, the product rounded.
func AddScaled[T Float](y []T, s T, x []T) int {
	a := args2(y, x)
	a.s[0] = float64(s)
	return divide[T](opAddScaled, &a)
}

// The optimizers of package optim, where the updates and their letters stand;
// the scalars are those of the formulas there.

// Clip puts x into [-bound, bound].
func Clip[T Float](x []T, bound T) int {
	if bound != bound {
		return 0
	}
	a := args1(x)
	a.s[0], a.s[1] = float64(-bound), float64(bound)
	return divide[T](opClip, &a)
}

// SGD sets w = w - alpha·dw. Like the others below it also reports whether all that
// it wrote is finite.
func SGD[T Float](w, dw []T, alpha T) (done int, finite bool) {
	a := args2(w, dw)
	a.s[0] = float64(alpha)
	return update[T](opSgd, &a)
}

func Momentum[T Float](w, v, dw []T, alpha, beta T) (done int, finite bool) {
	a := args3(w, v, dw)
	a.s = [8]float64{float64(alpha), float64(beta), float64(1 - beta)}
	return update[T](opMomentum, &a)
}

func Nesterov[T Float](w, v, dw []T, alpha, beta T) (done int, finite bool) {
	a := args3(w, v, dw)
	a.s = [8]float64{float64(alpha), float64(beta), float64(1 - beta)}
	return update[T](opNesterov, &a)
}

func RMSProp[T Float](w, s, dw []T, alpha, beta, eps T) (done int, finite bool) {
	a := args3(w, s, dw)
	a.s = [8]float64{float64(alpha), float64(beta), float64(1 - beta), float64(eps)}
	return update[T](opRmsProp, &a)
}

func Adam[T Float](w, v, s, dw []T, alpha, beta1, beta2, eps, c1, c2 T) (done int, finite bool) {
	a := args4(w, v, s, dw)
	a.s = [8]float64{float64(alpha), float64(beta1), float64(1 - beta1), float64(beta2), float64(1 - beta2), float64(eps), float64(c1), float64(c2)}
	return update[T](opAdam, &a)
}
