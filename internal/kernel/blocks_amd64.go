//go:build amd64 && !noasm

package kernel

import (
	"runtime"
	"unsafe"
)

// How a product is cut so that its operands stay in the caches (Goto and van de
// Geijn 2008): a block of A, of blockA bytes, in the second one, a panel of B
// in the first. The inner index is cut at every blockK; as the chains go on from
// C, that cannot be seen in the result. Found by measurement, like the
// conditions in newBlocks.
const (
	blockA = 512 << 10
	blockK = 512
	blockN = 2048
)

// callWork is about how many multiply-adds a call of assembly may do: while it
// runs, some 50 µs, the goroutine cannot be stopped.
const callWork = 1 << 21

// blocks is a product that is computed block by block, on one thread. It is the
// workspace of the thread, too.
type blocks[T Float] struct {
	Product[T]
	set     *tileSet
	tiles   tiles
	size    uintptr // of an element
	lanes   int     // elements in a unit
	heights []int   // of the tiles, in units

	packA, packB bool
	bufA, bufB   []T // where they are packed
	memA, memB   []byte
	memC         []byte // for a transposed C

	// The block: columns j0, …, j0+nb-1 and rows i0, …, i0+mb-1 of C, and kb
	// of p from p0 on.
	j0, nb, i0, mb, p0, kb int
}

// gemmTiles computes a product with tiles.
func gemmTiles[T Float](s *tileSet, p *Product[T]) {
	b := takeBlocks[T]()
	b.Product = *p
	b.set = s
	b.size = unsafe.Sizeof(T(0))
	b.lanes = unit / int(b.size)
	if b.flat() {
		b.runTransposed()
	} else {
		b.run()
	}
	runtime.KeepAlive(p.C)
	b.giveBack()
}

// flat reports whether C has so few rows that its transpose is computed faster,
// in spite of being turned round. It is not where the numbers of B for one p and
// those for the next are so far apart that most of the time goes into fetching.
func (b *blocks[T]) flat() bool {
	return b.TransB && b.Bias == nil && b.M < 16 && b.N >= 8*b.lanes && b.K >= 16 && b.LDB*int(b.size) <= 64<<10
}

// runTransposed computes Cᵀ = op(B)ᵀ·op(A)ᵀ: the same chains.
func (b *blocks[T]) runTransposed() {
	c, ldc := b.C, b.LDC
	turned := buffer[T](&b.memC, b.M*b.N)
	if b.Add {
		transpose(turned, b.N, c, ldc, b.N, b.M)
	}
	b.A, b.LDA, b.TransA, b.B, b.LDB, b.TransB = b.B, b.LDB, !b.TransB, b.A, b.LDA, !b.TransA
	b.M, b.N, b.C, b.LDC = b.N, b.M, turned, b.N
	b.run()
	transpose(c, ldc, turned, b.M, b.N, b.M)
}

func (b *blocks[T]) run() {
	b.heights = b.set.heights
	tile := b.heights[0] * b.lanes // rows
	wide := b.set.cols[0]
	b.packA = b.K > 0 && (b.TransA || b.N > 2*wide && b.M*b.K*int(b.size) > 48<<10)
	b.packB = b.K > 0 && b.TransB && b.M > 3*tile
	if b.single() {
		b.heights = b.set.tallHeights
	}

	kb := even(b.K, blockK)
	mb := b.M
	if mb > tile {
		mb = max(tile, blockA/(kb*int(b.size))/tile*tile)
	}
	for b.p0 = 0; b.p0 == 0 || b.p0 < b.K; b.p0 += kb {
		b.kb = min(kb, b.K-b.p0)
		for b.j0 = 0; b.j0 < b.N; b.j0 += blockN {
			b.nb = min(blockN, b.N-b.j0)
			b.readyB(wide)
			for b.i0 = 0; b.i0 < b.M; b.i0 += mb {
				b.mb = min(mb, b.M-b.i0)
				b.readyA(tile)
				b.multiply(wide)
			}
		}
	}
}

// even returns the size of the blocks that cut n evenly into as few as there
// can be of at most most.
func even(n, most int) int {
	if n <= most {
		return max(1, n)
	}
	count := (n + most - 1) / most
	return (n + count - 1) / count
}

// single reports whether B is one column whose numbers are adjacent, for which
// there are higher tiles.
func (b *blocks[T]) single() bool {
	return b.N == 1 && !b.packA && !b.packB && (!b.TransB || b.LDB == 1)
}

// readyA packs the block of A where that pays: a panel for each tile, in it for
// each p the column of the tile.
func (b *blocks[T]) readyA(tile int) {
	t := &b.tiles
	if !b.packA {
		t.aP = uintptr(b.LDA) * b.size
		for i, h := range b.heights {
			t.aNext[i] = uintptr(h * unit)
		}
		return
	}
	counts, panels := cut(b.units(), b.heights)
	b.bufA = buffer[T](&b.memA, panels*tile*b.kb)
	t.aP = uintptr(tile) * b.size
	panel, row := b.bufA, b.i0
	for i, h := range b.heights {
		t.aNext[i] = t.aP * uintptr(b.kb)
		for range counts[i] {
			rows := min(h*b.lanes, b.i0+b.mb-row)
			if b.TransA {
				transpose(panel, tile, b.A[row*b.LDA+b.p0:], b.LDA, rows, b.kb)
			} else {
				b.copyRuns(panel, tile, b.A[b.p0*b.LDA+row:], b.LDA, rows, b.kb)
			}
			row += rows
			panel = panel[tile*b.kb:]
		}
	}
}

// readyB packs the columns of B where that pays: a panel for each tile, in it
// for each p the row of the tile.
func (b *blocks[T]) readyB(wide int) {
	t := &b.tiles
	if !b.packB {
		t.bP = uintptr(b.LDB) * b.size
		return
	}
	b.bufB = buffer[T](&b.memB, (b.nb+wide-1)/wide*wide*b.kb)
	t.bP = uintptr(wide) * b.size
	for j := 0; j < b.nb; j += wide {
		b.copyRuns(b.bufB[j*b.kb:], wide, b.B[b.p0*b.LDB+b.j0+j:], b.LDB, min(wide, b.nb-j), b.kb)
	}
}

// multiply computes the block of C, with the widest tiles first.
func (b *blocks[T]) multiply(wide int) {
	t := &b.tiles
	t.counts, t.tiles = cut(b.units(), b.heights)
	t.k = b.kb
	t.mask = b.set.maskFor(b.inLast(), int(b.size))
	t.a = b.addressA()
	t.cCol = uintptr(b.LDC) * b.size
	b.start()
	cols, kernels := b.set.cols, b.set.byCol
	switch {
	case b.single():
		cols, kernels = oneColumn, b.set.tall
	case b.TransB:
		kernels = b.set.byRow
	}
	for j, i, n := 0, 0, 0; j < b.nb; j += n * cols[i] {
		for cols[i] > b.nb-j {
			i++
		}
		n = b.columns(cols[i], b.nb-j)
		t.columns = n
		t.b, t.bNext = b.addressB(j, wide), b.nextB(cols[i])
		t.c, t.cNext = address(&b.C[(b.j0+j)*b.LDC+b.i0]), uintptr(cols[i])*t.cCol
		b.start()
		kernels[i]((*byte)(unsafe.Pointer(t)))
	}
}

var oneColumn = []int{1}

// columns is how many columns of tiles of a width a call computes.
func (b *blocks[T]) columns(width, left int) int {
	if left < 2*width {
		return 1
	}
	return min(left/width, 1+callWork/(width*b.mb*(b.kb+1)))
}

// units is how many units of rows the block has.
func (b *blocks[T]) units() int { return (b.mb + b.lanes - 1) / b.lanes }

// inLast is how many rows of the block are in its last vector: a register, or
// half a one if the number of units is odd.
func (b *blocks[T]) inLast() int {
	last := 1
	if b.set.bytes > unit && b.units()%2 == 0 {
		last = 2
	}
	return b.mb - (b.units()-last)*b.lanes
}

// start says where the chains of some columns start.
func (b *blocks[T]) start() {
	t := &b.tiles
	t.startUnit = unit
	switch {
	case b.Add || b.p0 > 0:
		t.start, t.startCol, t.startNext = t.c, t.cCol, t.cNext
	case b.Bias != nil:
		t.start, t.startCol, t.startNext = address(&b.Bias[b.i0]), 0, 0
	default:
		t.start, t.startCol, t.startNext, t.startUnit = address(&zeros[0]), 0, 0, 0
	}
}

// zeros is as high as the highest tile.
var zeros [64]float64

func (b *blocks[T]) addressA() uintptr {
	switch {
	case b.kb == 0:
		return 0
	case b.packA:
		return address(&b.bufA[0])
	}
	return address(&b.A[b.p0*b.LDA+b.i0])
}

func (b *blocks[T]) addressB(j, wide int) uintptr {
	switch {
	case b.kb == 0:
		return 0
	case b.packB:
		return address(&b.bufB[(j-j%wide)*b.kb+j%wide])
	case b.TransB:
		return address(&b.B[b.p0*b.LDB+b.j0+j])
	}
	return address(&b.B[(b.j0+j)*b.LDB+b.p0])
}

// nextB is how many bytes it is from one column of tiles to the next, in B.
func (b *blocks[T]) nextB(cols int) uintptr {
	switch {
	case b.packB:
		cols *= b.kb
	case !b.TransB:
		cols *= b.LDB
	}
	return uintptr(cols) * b.size
}

// copyRuns copies n runs of w elements.
func (b *blocks[T]) copyRuns(dst []T, dstStep int, src []T, srcStep, w, n int) {
	words := w * int(b.size) / 4
	vector := b.set.bytes / 4
	vectors := (words - 1) / vector
	b.set.copy((*byte)(unsafe.Pointer(&dst[0])), (*byte)(unsafe.Pointer(&src[0])),
		uintptr(dstStep)*b.size, uintptr(srcStep)*b.size,
		uintptr(vectors), b.set.maskFor(words-vectors*vector, 4), uintptr(n))
}
