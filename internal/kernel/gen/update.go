package main

// updateKernels returns the element-wise operations of package matrix and the
// optimizers of package optim. An optimizer reads and writes w, v and s, in this
// order, and reads dw; where a gradient is not finite, w or s is not either.
func updateKernels() []kernel {
	return []kernel{
		arithmetic("add", 2, 0, func(m *machine, x, s []value) value { return m.add(x[0], x[1]) }),
		arithmetic("sub", 2, 0, func(m *machine, x, s []value) value { return m.sub(x[0], x[1]) }),
		arithmetic("hadamard", 2, 0, func(m *machine, x, s []value) value { return m.mul(x[0], x[1]) }),
		arithmetic("scale", 1, 1, func(m *machine, x, s []value) value { return m.mul(s[0], x[0]) }),
		{name: "addScaled", out: []int{0}, in: []int{0, 1}, scalars: 1, f: func(m *machine, x, s []value) []value {
			return []value{m.add(x[0], m.mul(s[0], x[1]))}
		}},
		{name: "sgd", out: []int{0}, in: []int{0, 1}, watched: 1, scalars: 1, f: func(m *machine, x, s []value) []value {
			w, dw, alpha := x[0], x[1], s[0]
			return []value{m.sub(w, m.mul(alpha, dw))}
		}},
		{name: "clip", out: []int{0}, in: []int{0}, scalars: 2, f: func(m *machine, x, s []value) []value {
			low, high := s[0], s[1]
			return []value{m.max(low, m.min(high, x[0]))}
		}},
		arithmetic("drop", 2, 1, func(m *machine, x, s []value) value {
			x0, mask, keep := x[0], x[1], s[0]
			return m.div(m.mul(x0, mask), keep)
		}),
		{name: "mask", out: []int{0}, in: []int{1}, wide: []int{1}, scalars: 1, viaFloat64: true, f: func(m *machine, x, s []value) []value {
			u, keep := x[0], s[0]
			return []value{m.narrow(m.choose(m.compare(u, less, keep), m.f(1), m.f(0)))}
		}},
		{name: "momentum", out: []int{0, 1}, in: []int{0, 1, 2}, watched: 1, scalars: 3, f: func(m *machine, x, s []value) []value {
			w, v, dw, alpha, beta, rest := x[0], x[1], x[2], s[0], s[1], s[2]
			v = m.add(m.mul(beta, v), m.mul(rest, dw))
			return []value{m.sub(w, m.mul(alpha, v)), v}
		}},
		{name: "nesterov", out: []int{0, 1}, in: []int{0, 1, 2}, watched: 1, scalars: 3, f: func(m *machine, x, s []value) []value {
			w, v, dw, alpha, beta, rest := x[0], x[1], x[2], s[0], s[1], s[2]
			g := m.mul(rest, dw)
			v = m.add(m.mul(beta, v), g)
			return []value{m.sub(w, m.mul(alpha, m.add(m.mul(beta, v), g))), v}
		}},
		{name: "rmsProp", out: []int{0, 1}, in: []int{0, 1, 2}, watched: 2, scalars: 4, f: func(m *machine, x, s []value) []value {
			w, sq, dw, alpha, beta, rest, eps := x[0], x[1], x[2], s[0], s[1], s[2], s[3]
			sq = m.add(m.mul(beta, sq), m.mul(m.mul(rest, dw), dw))
			return []value{m.sub(w, m.div(m.mul(alpha, dw), m.add(m.sqrt(sq), eps))), sq}
		}},
		{name: "adam", out: []int{0, 1, 2}, in: []int{0, 1, 2, 3}, watched: 3, scalars: 8, f: func(m *machine, x, s []value) []value {
			w, v, sq, dw := x[0], x[1], x[2], x[3]
			alpha, beta1, rest1, beta2, rest2, eps, c1, c2 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
			v = m.add(m.mul(beta1, v), m.mul(rest1, dw))
			sq = m.add(m.mul(beta2, sq), m.mul(m.mul(rest2, dw), dw))
			step := m.div(m.mul(alpha, m.mul(c1, v)), m.add(m.sqrt(m.mul(c2, sq)), eps))
			return []value{m.sub(w, step), v, sq}
		}},
	}
}
