//go:build amd64 && !noasm

package kernel

// tiles is the argument of the assembly that computes columns of tiles of C. A
// tile is some units of 32 bytes high; while p runs over the inner index it stays
// in registers. The generator knows the offsets of the fields. The addresses are
// numbers, since the assembly moves them on, in the end past the operands; who
// calls it keeps the operands alive.
type tiles struct {
	a         uintptr    // A at the first row and p
	aP        uintptr    // bytes from one p to the next
	b         uintptr    // B at the first column and p
	bP        uintptr    // bytes from one p to the next (Rows), or from one column to the next (Cols, Tall)
	bNext     uintptr    // bytes from one column of tiles to the next
	c         uintptr    // C at the first row and column
	cCol      uintptr    // bytes from one column to the next
	cNext     uintptr    // bytes from one column of tiles to the next
	start     uintptr    // where the chains start: C, a bias, or zeros
	startCol  uintptr    // bytes from one column to the next
	startUnit uintptr    // bytes from one unit of rows to the next
	startNext uintptr    // bytes from one column of tiles to the next
	k         int        // how many p
	mask      uintptr    // of the last vector of the last tile
	columns   int        // how many columns of tiles
	tiles     int        // how many tiles in each
	now       [4]uintptr // of the assembly: where it is
	counts    [6]int     // how many tiles of each height
	aNext     [6]uintptr // bytes from a tile of this height to the next in A
}

// tileSet is the assembly of a tier for a type. The functions of byRow take a B
// whose numbers for one p are adjacent, those of byCol and tall one whose numbers
// for one column are.
type tileSet struct {
	bytes        int           // of a register
	cols         []int         // the widths of tiles, widest first
	byRow, byCol []func(*byte) // by width
	heights      []int         // of tiles, in units
	tall         []func(*byte) // for a single column of B
	tallHeights  []int
	copy         func(dst, src *byte, dstStep, srcStep, vectors, mask, n uintptr)
}

// unit is the least height of a tile, in bytes.
const unit = 32

// cut says how many tiles of each height cover so many units of rows. One or two
// that are left over make two lower tiles with the last high one, for a low tile
// has too few chains to keep the multipliers busy.
func cut(units int, heights []int) (counts [6]int, tiles int) {
	counts[0] = units / heights[0]
	rest := units - counts[0]*heights[0]
	for i := 1; rest > 0; i++ {
		if rest >= heights[i] {
			counts[i] = 1
			rest -= heights[i]
		}
	}
	if heights[0] == 6 && counts[0] > 0 && counts[4]+counts[5] > 0 {
		counts = [6]int{counts[0] - 1, 0, 1 + counts[4], counts[5]}
	}
	for _, n := range counts {
		tiles += n
	}
	return counts, tiles
}
