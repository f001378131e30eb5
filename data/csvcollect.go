package data

import (
	"fmt"

	"gradlab/matrix"
)

// collector puts the blocks of a file together, in their order.
type collector[T matrix.Float] struct {
	src     *source
	lay     *layout
	rows    int
	lines   int // line ends of the blocks so far
	numbers store[T]
	codes   store[int32]
	dicts   []dict
	values  int // different text values so far, of all columns
	jumps   []jump
	missing missingCells
}

// maxTexts is how many different text values a file may have in all, where each
// column counts at most maxValues. It bounds the memory that a value costs
// beyond its bytes.
const maxTexts = 1 << 20

func newCollector[T matrix.Float](src *source, lay *layout) *collector[T] {
	return &collector[T]{src: src, lay: lay, lines: lay.lines, dicts: make([]dict, lay.counts[textRole])}
}

// collect parses the blocks, beginning with the first one, in some goroutines
// while one more reads on. What it collects does not depend on their number. The
// blocks go round, so that the memory they take is bounded.
func (c *collector[T]) collect(cut *cutter, first *block[T], workers int) error {
	inFlight := workers + 1
	jobs := make(chan *block[T], inFlight)
	order := make(chan *block[T], inFlight) // the same blocks; they are added in this order
	free := make(chan *block[T], inFlight)
	stop := make(chan struct{})
	for range inFlight - 1 {
		free <- &block[T]{done: make(chan struct{}, 1)}
	}
	for range workers {
		go func() {
			for b := range jobs {
				b.reset(c.lay)
				b.parse(c.lay)
				b.done <- struct{}{}
			}
		}()
	}
	go func() {
		defer close(order) // the collector leaves no reader behind
		defer close(jobs)
		for b := first; b.err == nil && len(b.data) > 0; {
			order <- b
			jobs <- b
			b = <-free
			select {
			case <-stop:
				return
			default:
			}
			if b.read(cut, c.src); b.err != nil {
				order <- b
				b.done <- struct{}{}
			}
		}
	}()
	var err error
	for b := range order {
		<-b.done
		if err == nil {
			if err = c.add(b); err != nil {
				close(stop)
			}
		}
		free <- b
	}
	return err
}

// read reads the next block of the file into b.
func (b *block[T]) read(cut *cutter, src *source) {
	b.data, b.torn, b.err = cut.next(b.data)
	b.expected = src.expected()
}

// estimate returns the likely number of rows of the file, rather too many than
// too few, as told from one block; 0 if that cannot be told.
func (b *block[T]) estimate() int {
	if b.expected < 0 || len(b.data) == 0 {
		return 0
	}
	return int(1.03*float64(b.rows)*float64(b.expected)/float64(len(b.data))) + 16
}

// reset empties a block for parse.
func (b *block[T]) reset(lay *layout) {
	if b.dicts == nil {
		b.dicts = make([]dict, lay.counts[textRole])
	}
	for i := range b.dicts {
		b.dicts[i].reset()
	}
	b.rows, b.lines = 0, 0
	b.numbers, b.codes, b.jumps = b.numbers[:0], b.codes[:0], b.jumps[:0]
	b.missing = missingCells{}
	b.problem = nil
}

// add adds the rows of a block.
func (c *collector[T]) add(b *block[T]) error {
	if b.err != nil {
		return c.src.failed(b.err)
	}
	if b.problem != nil {
		b.problem.File = c.src.name
		b.problem.Line += c.lines
		return b.problem
	}
	if c.rows == 0 {
		rows := b.estimate()
		c.numbers.hint = rows * c.lay.counts[numberRole]
		c.codes.hint = rows * c.lay.counts[textRole]
	}
	c.numbers.append(b.numbers)
	c.addCodes(b)
	if c.values > maxTexts {
		return &Error{File: c.src.name, Msg: fmt.Sprintf("more than %d different texts: leave columns of free text out (--ignore)", maxTexts)}
	}
	for _, j := range b.jumps {
		row, line := c.rows+j.row, c.lines+j.line+1
		if n := len(c.jumps); n == 0 || c.jumps[n-1].line+row-c.jumps[n-1].row != line {
			c.jumps = append(c.jumps, jump{row, line})
		}
	}
	c.addMissing(&b.missing)
	c.rows += b.rows
	c.lines += b.lines
	return nil
}

// addCodes translates the codes of a block into those of the file.
func (c *collector[T]) addCodes(b *block[T]) {
	n := len(c.dicts)
	for i := range b.dicts {
		d := &c.dicts[i]
		if b.dicts[i].full {
			if !d.full {
				c.values += maxValues + 1 - len(d.values)
				*d = dict{full: true}
			}
			continue
		}
		codes := make([]int32, len(b.dicts[i].values))
		for local, value := range b.dicts[i].values {
			var added bool
			if codes[local], added = d.code([]byte(value)); added {
				c.values++
			}
		}
		for k := i; k < len(b.codes); k += n {
			if b.codes[k] != missingCode {
				b.codes[k] = codes[b.codes[k]]
			}
		}
	}
	c.codes.append(b.codes)
}

func (c *collector[T]) addMissing(m *missingCells) {
	if m.count == nil {
		return
	}
	if c.missing.count == nil {
		c.missing.count = make([]int, len(m.count))
	}
	for _, p := range m.places {
		if c.missing.count[p.column] < placesShown {
			c.missing.places = append(c.missing.places, missingCell{p.column, c.rows + p.row})
			c.missing.count[p.column]++
			m.count[p.column]--
		}
	}
	for column, n := range m.count {
		c.missing.count[column] += n
	}
}

// table makes the table of what has been collected.
func (c *collector[T]) table() (*Table[T], error) {
	if c.rows == 0 {
		return nil, &Error{File: c.src.name, Msg: "the file has no rows"}
	}
	t := &Table[T]{Name: c.src.name, Header: c.lay.header, Rows: c.rows, jumps: c.jumps, unit: "line", SHA256: c.src.sum()}
	kinds := map[role]Kind{numberRole: Number, textRole: Text}
	places := make([]int, len(c.lay.roles))
	for i, role := range c.lay.roles {
		if kind, ok := kinds[role]; ok {
			places[i] = len(t.Columns)
			t.Columns = append(t.Columns, Column{Position: i + 1, Name: c.lay.names[i], Kind: kind, Row: c.lay.slots[i]})
			if c.missing.count != nil {
				t.Columns[places[i]].Missing = c.missing.count[i]
			}
		}
	}
	for _, p := range c.missing.places {
		column := &t.Columns[places[p.column]]
		column.MissingRows = append(column.MissingRows, p.row)
	}
	t.Numbers = &matrix.Matrix[T]{Rows: c.lay.counts[numberRole], Cols: c.rows, Data: c.numbers.finish()}
	t.texts, t.codes = c.lay.counts[textRole], c.codes.finish()
	t.sortValues(c.dicts)
	return t, nil
}
