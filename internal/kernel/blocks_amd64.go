//go:build amd64 && !noasm

package kernel

import (
	"runtime"
	"sync"
	"unsafe"
)

// How the operands are cut so that they stay in the caches (Goto and van de
// Geijn 2008): a block of A, blockA bytes, in the second one, a panel of B in
// the first. The inner index is cut at every blockK; as the chains go on from C,
// that cannot be seen in the result.
const (
	blockK = 512
	blockA = 512 << 10
	blockN = 2048
)

var zeros [64]float64 // as high as the highest tile

// workspace is what a thread needs for a product.
type workspace struct {
	t    tiles
	a, b []byte
}

// The workspaces that nobody uses at the moment.
var spare struct {
	sync.Mutex
	list []*workspace
}

func takeWorkspace() *workspace {
	spare.Lock()
	defer spare.Unlock()
	n := len(spare.list)
	if n == 0 {
		return new(workspace)
	}
	w := spare.list[n-1]
	spare.list = spare.list[:n-1]
	return w
}

func (w *workspace) giveBack() {
	spare.Lock()
	spare.list = append(spare.list, w)
	spare.Unlock()
}

// buffer returns n elements at the begin of a cache line in buf, which it makes
// larger if need be.
func buffer[T Float](buf *[]byte, n int) []T {
	bytes := n*int(unsafe.Sizeof(T(0))) + 64
	if len(*buf) < bytes {
		*buf = make([]byte, bytes+bytes/4)
	}
	start := uintptr(unsafe.Pointer(&(*buf)[0]))
	return unsafe.Slice((*T)(unsafe.Pointer(&(*buf)[-start%64])), n)
}

// gemmTiles computes a product with tiles.
func gemmTiles[T Float](s *tileSet, p *Product[T]) {
	w := takeWorkspace()
	g := blocked[T]{tileSet: s, Product: p, w: w, size: uintptr(unsafe.Sizeof(T(0)))}
	g.lanes = s.bytes / int(g.size)
	g.run()
	runtime.KeepAlive(p)
	w.giveBack()
}

// blocked is a product that is computed block by block.
type blocked[T Float] struct {
	*tileSet
	*Product[T]
	w     *workspace
	size  uintptr // of an element
	lanes int     // of a vector

	// The block: columns j0, …, j0+nb-1 and rows i0, …, i0+mb-1 of C and
	// kb of p, from p0 on.
	j0, nb, i0, mb, p0, kb int
	packA, packB           bool
}

func (g *blocked[T]) run() {
	tile := g.heights[0] * g.lanes
	kc := even(g.K, blockK)
	g.packA = g.K > 0 && (g.TransA || g.N > 2*g.cols[0] && g.M*g.K*int(g.size) > 48<<10)
	g.packB = g.K > 0 && g.TransB && g.M > 3*tile
	mc := g.M
	if g.packA {
		mc = max(tile, blockA/(max(kc, 1)*int(g.size))/tile*tile)
	}
	for g.p0 = 0; ; g.p0 += kc {
		g.kb = min(kc, g.K-g.p0)
		for g.j0 = 0; g.j0 < g.N; g.j0 += blockN {
			g.nb = min(blockN, g.N-g.j0)
			g.b()
			for g.i0 = 0; g.i0 < g.M; g.i0 += mc {
				g.mb = min(mc, g.M-g.i0)
				g.a()
				g.block()
			}
		}
		if g.p0+kc >= g.K {
			return
		}
	}
}

// even returns the size of the blocks of at most most that cut n evenly.
func even(n, most int) int {
	blocks := (n + most - 1) / most
	if blocks <= 1 {
		return max(n, 1)
	}
	return (n + blocks - 1) / blocks
}

// a makes the block of A ready.
func (g *blocked[T]) a() {
	t := &g.w.t
	tile := g.heights[0] * g.lanes
	if !g.packA {
		t.aP = uintptr(g.LDA) * g.size
		for i, h := range g.heights {
			t.aNext[i] = uintptr(h * g.bytes)
		}
		return
	}
	// A panel for each tile, the columns of the tile one behind the other.
	counts, panels := cut((g.mb+g.lanes-1)/g.lanes, g.heights)
	buf := buffer[T](&g.w.a, panels*tile*g.kb)
	t.aP = uintptr(tile) * g.size
	for i := range g.heights {
		t.aNext[i] = t.aP * uintptr(g.kb)
	}
	row := 0
	for i, n := range counts {
		for range n {
			rows := min(g.heights[i]*g.lanes, g.mb-row)
			if g.TransA {
				transpose(buf, tile, g.A[(g.i0+row)*g.LDA+g.p0:], g.LDA, rows, g.kb)
			} else {
				g.copyRuns(buf, tile, g.A[g.p0*g.LDA+g.i0+row:], g.LDA, rows, g.kb)
			}
			row += rows
			buf = buf[tile*g.kb:]
		}
	}
}

// b makes the columns of B ready.
func (g *blocked[T]) b() {
	t := &g.w.t
	switch {
	case g.packB:
		wide := g.cols[0]
		buf := buffer[T](&g.w.b, (g.nb+wide-1)/wide*wide*g.kb)
		t.bP = uintptr(wide) * g.size
		for j := 0; j < g.nb; j += wide {
			n := min(wide, g.nb-j)
			if g.TransB {
				g.copyRuns(buf, wide, g.B[g.p0*g.LDB+g.j0+j:], g.LDB, n, g.kb)
			} else {
				transpose(buf, wide, g.B[(g.j0+j)*g.LDB+g.p0:], g.LDB, n, g.kb)
			}
			buf = buf[min(len(buf), wide*g.kb):]
		}
	default:
		t.bP = uintptr(g.LDB) * g.size
	}
}

// copyRuns copies n runs of w elements.
func (g *blocked[T]) copyRuns(dst []T, dstStep int, src []T, srcStep, w, n int) {
	words := w * int(g.size) / 4
	vector := g.bytes / 4
	vectors := (words - 1) / vector
	g.copy((*byte)(unsafe.Pointer(&dst[0])), (*byte)(unsafe.Pointer(&src[0])), uintptr(dstStep)*g.size, uintptr(srcStep)*g.size,
		uintptr(vectors), g.maskFor(words-vectors*vector, 4), uintptr(n))
}

// block multiplies the block of A with the columns of B, a column of tiles after
// the other.
func (g *blocked[T]) block() {
	t := &g.w.t
	vectors := (g.mb + g.lanes - 1) / g.lanes
	heights := g.heights
	single := g.N == 1 && !g.packA && !g.packB && (!g.TransB || g.LDB == 1)
	if single {
		heights = g.tallH
		for i, h := range heights {
			t.aNext[i] = uintptr(h * g.bytes)
		}
	}
	counts, tiles := cut(vectors, heights)
	t.mask = g.maskFor(g.mb-(vectors-1)*g.lanes, int(g.size))
	t.k = g.kb
	t.cCol = uintptr(g.LDC) * g.size

	var a, start uintptr
	switch {
	case g.packA:
		a = address(&buffer[T](&g.w.a, 1)[0])
	case g.kb > 0:
		a = address(&g.A[g.p0*g.LDA+g.i0])
	}
	t.startVector, t.startCol = uintptr(g.bytes), t.cCol
	fromC := g.Add || g.p0 > 0
	switch {
	case fromC:
	case g.Bias != nil:
		start, t.startCol = address(&g.Bias[g.i0]), 0
	default:
		start, t.startVector, t.startCol = uintptr(unsafe.Pointer(&zeros)), 0, 0
	}

	kernels := g.byCol
	if g.TransB || g.packB {
		kernels = g.byRow
	}
	for j, width := 0, 0; j < g.nb; j += g.cols[width] {
		for g.cols[width] > g.nb-j {
			width++
		}
		t.c = address(&g.C[(g.j0+j)*g.LDC+g.i0])
		t.start = start
		if fromC {
			t.start = t.c
		}
		t.a, t.left, t.counts = a, tiles, counts
		switch {
		case g.kb == 0:
		case g.packB:
			wide := g.cols[0]
			t.b = address(&buffer[T](&g.w.b, (g.nb+wide-1)/wide*wide*g.kb)[j/wide*wide*g.kb+j%wide])
		case g.TransB:
			t.b = address(&g.B[g.p0*g.LDB+g.j0+j])
		default:
			t.b = address(&g.B[(g.j0+j)*g.LDB+g.p0])
		}
		if single {
			g.tall((*byte)(unsafe.Pointer(t)))
		} else {
			kernels[width]((*byte)(unsafe.Pointer(t)))
		}
	}
}

func address[T Float](x *T) uintptr { return uintptr(unsafe.Pointer(x)) }
