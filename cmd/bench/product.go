package main

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"regexp"
	"strconv"
	"strings"

	"gradlab/matrix"
)

// size is a product C = A·B, M×N = M×K · K×N, with its operands as they are in
// memory: nn, nt (B is N×K) or tn (A is K×M).
type size struct {
	m, n, k int
	op      string
}

// defaultSizes are squares, and the products of some networks: 784-512-512-10 at
// batch 128, and the first layer of 12288-20-7-5-1 at batch 209.
var defaultSizes = []string{
	"64", "128", "256", "512", "1024", "2048",
	"512x128x784", "512x784x128:nt", "784x128x512:tn",
	"512x128x512", "512x512x128:nt", "512x128x512:tn",
	"10x128x512", "10x512x128:nt", "512x128x10:tn",
	"20x209x12288", "20x12288x209:nt",
}

var sizePattern = regexp.MustCompile(`^(\d{1,7})(?:x(\d{1,7})x(\d{1,7}))?(?::(nn|nt|tn))?$`)

// products returns the sizes that --sizes asks for.
func (f *flags) products() ([]size, error) {
	names := f.Sizes
	if names == nil {
		names = defaultSizes
	}
	var sizes []size
	for _, name := range names {
		s, ok := parseSize(name)
		if !ok {
			return nil, fmt.Errorf("%q is neither N nor MxNxK[:nn|nt|tn], as in 256 or 512x784x128:nt", name)
		}
		sizes = append(sizes, s)
	}
	return sizes, nil
}

func parseSize(name string) (s size, ok bool) {
	parts := sizePattern.FindStringSubmatch(strings.ToLower(strings.TrimSpace(name)))
	if parts == nil {
		return s, false
	}
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0
		}
		return n
	}
	s = size{number(parts[1]), number(parts[2]), number(parts[3]), parts[4]}
	if parts[2] == "" {
		s.n, s.k = s.m, s.m
	}
	if s.op == "" {
		s.op = "nn"
	}
	const most = 1 << 28 // elements of a matrix
	return s, min(s.m, s.n, s.k) > 0 && max(s.m*s.n, s.n*s.k, s.m*s.k) <= most
}

func (s size) String() string { return fmt.Sprintf("%dx%dx%d:%s", s.m, s.n, s.k, s.op) }

func (s size) flops() float64 { return 2 * float64(s.m) * float64(s.n) * float64(s.k) }

// elements returns the numbers in the three matrices.
func (s size) elements() float64 { return float64(s.m*s.k) + float64(s.k*s.n) + float64(s.m*s.n) }

// product is a product with its matrices.
type product[T matrix.Float] struct {
	a, b, c *matrix.Matrix[T]
	run     func()
}

func newProduct[T matrix.Float](s size) *product[T] {
	p := &product[T]{a: pattern[T](s.m, s.k), b: pattern[T](s.k, s.n), c: matrix.New[T](s.m, s.n)}
	switch s.op {
	case "nn":
		p.run = func() { matrix.Mul(p.c, p.a, p.b) }
	case "nt":
		p.b = pattern[T](s.n, s.k)
		p.run = func() { matrix.MulNT(p.c, p.a, p.b) }
	case "tn":
		p.a = pattern[T](s.k, s.m)
		p.run = func() { matrix.MulTN(p.c, p.a, p.b) }
	}
	return p
}

// pattern returns a matrix of multiples of 1/8 that differ from place to place:
// products of these are exact, so that everybody's must be the same.
func pattern[T matrix.Float](rows, cols int) *matrix.Matrix[T] {
	m := matrix.New[T](rows, cols)
	for i := range m.Data {
		m.Data[i] = T(i*7919%31-15) / 8
	}
	return m
}

// check prepares the product in a peer, too, and compares the results.
func (p *product[T]) check(s size, other *peer) error {
	var theirs uint32
	transposed := map[bool]int{true: 1}
	if err := other.ask(&theirs, "product", s.m, s.n, s.k, transposed[s.op == "tn"], transposed[s.op == "nt"]); err != nil {
		return err
	}
	const exact = 1 << 17 // terms of a sum in float32
	if s.k <= exact && theirs != p.checksum() {
		return fmt.Errorf("its %v is not ours", s)
	}
	return nil
}

// checksum computes the product and returns the CRC-32 of its bytes.
func (p *product[T]) checksum() uint32 {
	p.run()
	h := crc32.NewIEEE()
	for j := range p.c.Cols {
		binary.Write(h, binary.LittleEndian, p.c.Col(j)) // a hash takes everything
	}
	return h.Sum32()
}
