package matcalc

import "strings"

// maxWidth is the width beyond which lines are not broken.
const maxWidth = 20_000

// maxOver is by how many widths a line may be too wide if it can be broken at all.
const maxOver = 2

// piece is a part of a line of text or LaTeX that is not broken.
type piece struct {
	text  string
	width int
	cost  int    // of a line break before it, 0 if there may be none
	space string // what stands before it within a line
	lead  string // what stands before it at the start of one
}

// layout collects the pieces of an expression.
type layout struct {
	pieces []piece
	depth  int // of the brackets that are open
}

// Costs of line breaks. Each bracket around a break makes it dearer, the second
// one more so than the first.
const (
	breakSum     = 1
	breakComma   = 3
	breakHad     = 4
	breakProduct = 6
	breakDepth   = 5  // times the square of the depth
	breakLine    = 8  // for every line
	breakShort   = 6  // for a last line with little in it
	breakTooWide = 50 // for every character too many
)

// put appends text to the last piece.
func (l *layout) put(text string, width int) {
	if len(l.pieces) == 0 {
		l.pieces = append(l.pieces, piece{})
	}
	last := &l.pieces[len(l.pieces)-1]
	last.text += text
	last.width += width
}

// breakable begins a piece.
func (l *layout) breakable(cost int, space, lead string) {
	l.pieces = append(l.pieces, piece{cost: cost + breakDepth*l.depth*l.depth, space: space, lead: lead, width: len(space)})
}

// flat returns everything in one line.
func (l *layout) flat() string {
	var b strings.Builder
	for i, p := range l.pieces {
		if i > 0 {
			b.WriteString(p.space)
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// width returns that of everything in one line.
func (l *layout) width() int {
	n := 0
	for _, p := range l.pieces {
		n += p.width
	}
	return n
}

// lines returns the pieces in lines of at most this width where that can be
// done, those after the first one indent shorter, broken where it costs least.
func (l *layout) lines(width, indent int) []string {
	if l.width() <= width || width > maxWidth {
		return []string{l.flat()}
	}
	n := len(l.pieces)
	cost := make([]int, n+1) // of the pieces from i on, a line beginning with i
	end := make([]int, n+1)
	for i := n - 1; i >= 0; i-- {
		if i > 0 && l.pieces[i].cost == 0 {
			continue
		}
		room := width
		if i > 0 {
			room -= indent
		}
		used := 0
		for j := i + 1; j <= n; j++ {
			used += l.pieces[j-1].width
			over := max(used-room, 0)
			if end[i] > 0 && (over > 0 && breakTooWide*over >= cost[i] || over > maxOver*width) {
				break // longer lines cost more
			}
			if j < n && l.pieces[j].cost == 0 {
				continue
			}
			total := breakTooWide * over
			if j < n {
				total += breakLine + l.pieces[j].cost + cost[j]
			} else if i > 0 && used < room/6 {
				total += breakShort
			}
			if end[i] == 0 || total <= cost[i] {
				cost[i], end[i] = total, j
			}
		}
	}
	var lines []string
	for i := 0; i < n; i = end[i] {
		line := &layout{pieces: l.pieces[i:end[i]]}
		lines = append(lines, line.pieces[0].lead+line.flat())
	}
	return lines
}
