package kernel

import "unsafe"

// Product is a matrix product C = A·B with its operands, stored column by
// column: element (i, j) of C is C[j*LDC+i]. C shares no memory with the others.
type Product[T Float] struct {
	M, N, K int
	A       []T // M×K, or K×M if TransA
	LDA     int
	TransA  bool
	B       []T // K×N, or N×K if TransB
	LDB     int
	TransB  bool
	C       []T // M×N
	LDC     int
	// Where the chain of element (i, j) starts: from C itself if Add, else from
	// Bias[i] if there is a bias, else from 0; then what C held is not read.
	Add  bool
	Bias []T
}

// Gemm computes a product: for each element of C the chain
// s = fma(a[i,p], b[p,j], s), p ascending.
func Gemm[T Float](p Product[T]) {
	if p.M <= 0 || p.N <= 0 {
		return
	}
	if parts := p.parts(); parts > 1 && lockTeam() {
		j := jobOf[T]()
		j.p = p
		parallel(j, parts)
		return
	}
	p.run()
}

// A product is divided from parallelFrom bytes of multiply-adds on; below that,
// handing over a part takes longer than the part. Found by measurement.
const parallelFrom = 1 << 19

// parts says into how many parts to divide p.
func (p *Product[T]) parts() int {
	if float64(p.M)*float64(p.N)*float64(p.K)*float64(unsafe.Sizeof(T(0))) < parallelFrom {
		return 1
	}
	return Threads()
}

// gemmJob is a product that is divided among threads.
type gemmJob[T Float] struct{ p Product[T] }

var (
	gemmJob32 gemmJob[float32]
	gemmJob64 gemmJob[float64]
)

func jobOf[T Float]() *gemmJob[T] {
	if unsafe.Sizeof(T(0)) == 4 {
		return (*gemmJob[T])(unsafe.Pointer(&gemmJob32))
	}
	return (*gemmJob[T])(unsafe.Pointer(&gemmJob64))
}

// Parts of C begin at multiples of these, the sizes of the largest tile and of
// a cache line.
const (
	partRows = 16
	partCols = 8
)

// run computes a part of the product: some of the rows of C or some of the
// columns, whichever is cut more evenly.
func (j *gemmJob[T]) run(part, parts int) {
	p := j.p
	if p.M/48 >= p.N/partCols {
		from, to := share(p.M, partRows, part, parts)
		p.rows(from, to)
	} else {
		from, to := share(p.N, partCols, part, parts)
		p.columns(from, to)
	}
	p.run()
}

func (j *gemmJob[T]) forget() uint64 {
	j.p = Product[T]{}
	return 0
}

// share returns the part of 0, …, n-1 that begins and ends at multiples of unit.
func share(n, unit, part, parts int) (from, to int) {
	units := (n + unit - 1) / unit
	return min(n, units*part/parts*unit), min(n, units*(part+1)/parts*unit)
}

// rows keeps the rows from, …, to-1 of C.
func (p *Product[T]) rows(from, to int) {
	p.M = to - from
	if p.M <= 0 {
		return
	}
	if p.K > 0 {
		step, _ := strides(!p.TransA, p.LDA)
		p.A = p.A[from*step:]
	}
	p.C = p.C[from:]
	if p.Bias != nil {
		p.Bias = p.Bias[from:]
	}
}

// columns keeps the columns from, …, to-1 of C.
func (p *Product[T]) columns(from, to int) {
	p.N = to - from
	if p.N <= 0 {
		return
	}
	if p.K > 0 {
		_, step := strides(!p.TransB, p.LDB)
		p.B = p.B[from*step:]
	}
	p.C = p.C[from*p.LDC:]
}

// run computes the product on this thread.
func (p *Product[T]) run() {
	if p.M <= 0 || p.N <= 0 {
		return
	}
	if s := tilesFor(int(unsafe.Sizeof(T(0)))); s != nil {
		gemmTiles(s, p)
		return
	}
	gemmPlain(p)
}

// gemmPlain is the product in portable Go, by tiles of 4×2 elements whose chains
// stay in registers. Four rows of A at a time, some p of them, are laid side by
// side.
func gemmPlain[T Float](p *Product[T]) {
	var panel [4 * 128]T
	aRow, aP := strides(!p.TransA, p.LDA)
	bP, bCol := strides(!p.TransB, p.LDB)
	for i := 0; i < p.M; i += 4 {
		rows := min(4, p.M-i)
		for j := range p.N {
			p.start(p.C[j*p.LDC+i:][:rows], i)
		}
		for p0 := 0; p0 < p.K; p0 += len(panel) / 4 {
			n := min(len(panel)/4, p.K-p0)
			a := panel[:4*n]
			for r := range rows {
				at := (i+r)*aRow + p0*aP
				for q := range n {
					a[4*q+r] = p.A[at+q*aP]
				}
			}
			for j := 0; j < p.N; j += 2 {
				c0, b0 := p.C[j*p.LDC+i:][:rows], p.B[p0*bP+j*bCol:]
				c1, b1 := c0, b0
				if j+1 < p.N {
					c1, b1 = p.C[(j+1)*p.LDC+i:][:rows], p.B[p0*bP+(j+1)*bCol:]
				}
				tile(c0, c1, a, b0, b1, bP)
			}
		}
	}
}

// strides returns how far the elements of a column and those of a row are apart.
func strides(byColumn bool, ld int) (column, row int) {
	if byColumn {
		return 1, ld
	}
	return ld, 1
}

// start sets where the chains of some elements of a column start, from row i on.
func (p *Product[T]) start(c []T, i int) {
	switch {
	case p.Add:
	case p.Bias != nil:
		copy(c, p.Bias[i:])
	default:
		clear(c)
	}
}

// tile goes on with the chains of two columns of at most 4 elements, which may
// be the same. a holds 4 numbers for each p, those of b0 and b1 are step apart.
func tile[T Float](c0, c1, a, b0, b1 []T, step int) {
	var s0, s1 [4]T
	copy(s0[:], c0)
	copy(s1[:], c1)
	s00, s10, s20, s30 := s0[0], s0[1], s0[2], s0[3]
	s01, s11, s21, s31 := s1[0], s1[1], s1[2], s1[3]
	for q := 0; len(a) >= 4; q += step {
		x, y := b0[q], b1[q]
		s00, s10, s20, s30 = FMA(a[0], x, s00), FMA(a[1], x, s10), FMA(a[2], x, s20), FMA(a[3], x, s30)
		s01, s11, s21, s31 = FMA(a[0], y, s01), FMA(a[1], y, s11), FMA(a[2], y, s21), FMA(a[3], y, s31)
		a = a[4:]
	}
	s0, s1 = [4]T{s00, s10, s20, s30}, [4]T{s01, s11, s21, s31}
	copy(c0, s0[:])
	copy(c1, s1[:])
}

// transposePlain sets dst[p*dstStep+i] = src[i*srcStep+p] for p < n and i < w.
func transposePlain[T Float](dst []T, dstStep int, src []T, srcStep, w, n int) {
	for i := range w {
		for p := range n {
			dst[p*dstStep+i] = src[i*srcStep+p]
		}
	}
}
