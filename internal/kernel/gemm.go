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
	if p.TransA {
		p.A = p.A[from*p.LDA:]
	} else if p.K > 0 {
		p.A = p.A[from:]
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
	if !p.TransB {
		p.B = p.B[from*p.LDB:]
	} else if p.K > 0 {
		p.B = p.B[from:]
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

// gemmPlain is the product in portable Go: a column of C after the other, for
// each p as a whole, or where A is transposed an element after the other.
func gemmPlain[T Float](p *Product[T]) {
	for j := range p.N {
		c := p.C[j*p.LDC : j*p.LDC+p.M]
		switch {
		case p.Add:
		case p.Bias != nil:
			copy(c, p.Bias)
		default:
			clear(c)
		}
		if p.K == 0 {
			continue
		}
		b, step := p.columnB(j)
		if p.TransA {
			for i := range c {
				c[i] = chain(c[i], p.A[i*p.LDA:], b, step, p.K)
			}
			continue
		}
		for q := range p.K {
			a, x := p.A[q*p.LDA:], b[q*step]
			a = a[:len(c)]
			for i := range c {
				c[i] = FMA(a[i], x, c[i])
			}
		}
	}
}

// columnB returns column j of op(B), its elements step apart.
func (p *Product[T]) columnB(j int) (b []T, step int) {
	if p.TransB {
		return p.B[j:], p.LDB
	}
	return p.B[j*p.LDB:], 1
}

// chain returns s + Σ a[q]·b[q·step], q ascending, each sum rounded once.
func chain[T Float](s T, a, b []T, step, k int) T {
	for q := range k {
		s = FMA(a[q], b[q*step], s)
	}
	return s
}

// transposePlain sets dst[p*dstStep+i] = src[i*srcStep+p] for p < n and i < w.
func transposePlain[T Float](dst []T, dstStep int, src []T, srcStep, w, n int) {
	for i := range w {
		for p := range n {
			dst[p*dstStep+i] = src[i*srcStep+p]
		}
	}
}
