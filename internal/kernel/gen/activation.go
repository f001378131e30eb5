package main

// arithmetic is a kernel of the first array and the others in the type of the
// arrays.
func arithmetic(name string, inputs, scalars int, f func(m *machine, x, s []value) value) kernel {
	in := make([]int, inputs)
	for i := range in {
		in[i] = i + 1
	}
	return kernel{name: name, out: []int{0}, in: in, scalars: scalars, f: func(m *machine, x, s []value) []value {
		return []value{f(m, x, s)}
	}}
}

// mixed is a kernel with an elementary function in it.
func mixed(name string, inputs, scalars int, f func(m *machine, x, s []value) value) kernel {
	k := arithmetic(name, inputs, scalars, f)
	k.viaFloat64 = true
	return k
}

// The activations and the batch normalisation of package layers; those that are an elementary function and
// no more are with these.
func activationKernels() []kernel {
	return []kernel{
		arithmetic("sigmoidBackward", 2, 0, func(m *machine, x, s []value) value {
			da, a := x[0], x[1]
			return m.mul(da, m.mul(a, m.sub(m.c(1), a)))
		}),
		arithmetic("tanhBackward", 2, 0, func(m *machine, x, s []value) value {
			da, a := x[0], x[1]
			return m.mul(da, m.sub(m.c(1), m.mul(a, a)))
		}),
		arithmetic("leakyReLU", 1, 1, func(m *machine, x, s []value) value {
			z, slope := x[0], s[0]
			return m.choose(m.compare(z, lessEqual, m.c(0)), m.mul(z, slope), z)
		}),
		arithmetic("leakyReLUBackward", 2, 1, func(m *machine, x, s []value) value {
			da, z, slope := x[0], x[1], s[0]
			return m.choose(m.compare(z, lessEqual, m.c(0)), m.mul(da, slope), da)
		}),
		mixed("elu", 1, 1, func(m *machine, x, s []value) value {
			z, alpha := x[0], s[0]
			return m.choose(m.compare(z, lessEqual, m.c(0)), m.mul(alpha, m.rounded(expm1Function, z)), z)
		}),
		arithmetic("eluBackward", 3, 1, func(m *machine, x, s []value) value {
			da, z, a, alpha := x[0], x[1], x[2], s[0]
			return m.choose(m.compare(z, lessEqual, m.c(0)), m.mul(da, m.add(a, alpha)), da)
		}),
		mixed("softplusBackward", 2, 0, func(m *machine, x, s []value) value {
			da, z := x[0], x[1]
			return m.mul(da, m.rounded(sigmoidFunction, z))
		}),
		mixed("gelu", 1, 0, func(m *machine, x, s []value) value {
			z := x[0]
			return m.mul(m.mul(z, m.c(0.5)), m.add(m.geluTanh(z), m.c(1)))
		}),
		mixed("geluBackward", 2, 0, func(m *machine, x, s []value) value {
			da, z := x[0], x[1]
			t := m.geluTanh(z)
			du := m.mul(m.add(m.mul(m.mul(z, m.c(3*geluCubic)), z), m.c(1)), m.c(sqrt2OverPi))
			first := m.mul(m.add(t, m.c(1)), m.c(0.5))
			second := m.mul(m.mul(m.mul(z, m.c(0.5)), m.sub(m.c(1), m.mul(t, t))), du)
			return m.mul(da, m.add(first, second))
		}),

		{name: "standardise", out: []int{0}, in: []int{1, 2, 3}, wide: []int{2, 3}, viaFloat64: true,
			f: func(m *machine, x, s []value) []value {
				z, mu, std := m.widen(x[0]), x[1], x[2]
				return []value{m.narrow(m.div(m.sub(z, mu), std))}
			}},
		arithmetic("shift", 3, 0, func(m *machine, x, s []value) value {
			zNorm, gamma, beta := x[0], x[1], x[2]
			return m.add(m.mul(gamma, zNorm), beta)
		}),
		{name: "standardiseBackward", out: []int{0}, in: []int{1, 2, 3, 4, 5}, wide: []int{3, 4, 5}, viaFloat64: true,
			f: func(m *machine, x, s []value) []value {
				d, zNorm, scale, meanD, meanProduct := m.widen(x[0]), m.widen(x[1]), x[2], x[3], x[4]
				return []value{m.narrow(m.mul(scale, m.sub(m.sub(d, meanD), m.mul(zNorm, meanProduct))))}
			}},
	}
}

const (
	sqrt2OverPi = 0.7978845608028653558798921198687637
	geluCubic   = 0.044715
)

// geluTanh returns t = tanh(√(2/π)(z + 0.044715z³)).
func (m *machine) geluTanh(z value) value {
	cube := m.mul(m.mul(m.mul(z, m.c(geluCubic)), z), z)
	return m.rounded(tanhFunction, m.mul(m.add(z, cube), m.c(sqrt2OverPi)))
}
