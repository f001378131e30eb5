package kernel

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
	for j := range p.N {
		for i := range p.M {
			var s T
			switch {
			case p.Add:
				s = p.C[j*p.LDC+i]
			case p.Bias != nil:
				s = p.Bias[i]
			}
			for q := range p.K {
				ai, bi := q*p.LDA+i, j*p.LDB+q
				if p.TransA {
					ai = i*p.LDA + q
				}
				if p.TransB {
					bi = q*p.LDB + j
				}
				s = FMA(p.A[ai], p.B[bi], s)
			}
			p.C[j*p.LDC+i] = s
		}
	}
}
