package matcalc

import (
	"math/big"
	"slices"
	"strings"
)

// poly is a polynomial: the numbers in front of its monomials. A monomial is
// written as the exponents of the atoms, one a byte, without zeros at the end.
type poly map[string]*big.Rat

// degree returns the largest power of an atom in p.
func (p poly) degree() int {
	largest := 0
	for m := range p {
		for i := range len(m) {
			largest = max(largest, int(m[i]))
		}
	}
	return largest
}

// key returns what identifies a polynomial.
func (p poly) key() string {
	var b strings.Builder
	for _, m := range p.sorted() {
		b.WriteString(m + "\xff" + p[m].RatString() + "\xff")
	}
	return b.String()
}

// sorted returns the monomials of p, in the lexicographic order of exponents.
func (p poly) sorted() []string {
	list := make([]string, 0, len(p))
	for m := range p {
		list = append(list, m)
	}
	slices.Sort(list)
	return list
}

// leading returns the last of the monomials of p.
func (p poly) leading() string {
	last := ""
	for m := range p {
		last = max(last, m)
	}
	return last
}

// with returns p with c times a monomial added.
func (p poly) with(m string, c *big.Rat) poly {
	if old := p[m]; old != nil {
		c = new(big.Rat).Add(old, c)
	}
	if c.Sign() == 0 {
		delete(p, m)
	} else {
		p[m] = c
	}
	return p
}

func (p poly) times(q poly) poly {
	product := poly{}
	for m, c := range p {
		for n, d := range q {
			product.with(and(m, n), ratMul(c, d))
		}
	}
	return product
}

// quotient returns p/q if that is a polynomial, else nil.
func (p poly) quotient(q poly) poly {
	rest := poly{}
	for m, c := range p {
		rest[m] = c
	}
	lead := q.leading()
	result := poly{}
	for range 2 * maxMonomials {
		if len(rest) == 0 {
			return result
		}
		m := rest.leading()
		if !divides(lead, m) {
			return nil
		}
		t, c := over(m, lead), new(big.Rat).Quo(rest[m], q[lead])
		result.with(t, c)
		for n, d := range q {
			rest.with(and(t, n), new(big.Rat).Neg(ratMul(c, d)))
		}
		if len(rest) > 2*maxMonomials {
			return nil
		}
	}
	return nil
}

// and returns the product of two monomials.
func and(m, n string) string {
	if len(m) < len(n) {
		m, n = n, m
	}
	product := []byte(m)
	for i := range len(n) {
		product[i] += n[i]
	}
	return string(product)
}

func divides(d, m string) bool {
	if len(d) > len(m) {
		return false
	}
	for i := range len(d) {
		if d[i] > m[i] {
			return false
		}
	}
	return true
}

// over returns the monomial m/d.
func over(m, d string) string {
	quotient := []byte(m)
	for i := range len(d) {
		quotient[i] -= d[i]
	}
	return strings.TrimRight(string(quotient), "\x00")
}
