package data

// store collects elements whose number is not known in advance. It never moves
// what it has: where a slice that grows would hold its elements twice over and
// again, a store allocates chunks, the first of which is large enough for all
// if the hint was good. Memory that was allocated but not used costs nothing,
// for the system supplies pages only as they are written to.
type store[E any] struct {
	chunks [][]E
	total  int
	hint   int // of the total number of elements
}

const smallestChunk = 1 << 14

func (s *store[E]) append(v []E) { copy(s.extend(len(v)), v) }

// extend adds n elements and returns the place for them.
func (s *store[E]) extend(n int) []E {
	last := len(s.chunks) - 1
	if last < 0 || cap(s.chunks[last])-len(s.chunks[last]) < n {
		s.chunks = append(s.chunks, make([]E, 0, max(s.hint, s.total/2, n, smallestChunk)))
		s.hint = 0
		last++
	}
	s.total += n
	chunk := s.chunks[last]
	s.chunks[last] = chunk[:len(chunk)+n]
	return s.chunks[last][len(chunk):]
}

// finish returns all elements and empties the store.
func (s *store[E]) finish() []E {
	chunks := s.chunks
	s.chunks = nil
	if len(chunks) == 1 && cap(chunks[0])/2 <= s.total {
		return chunks[0]
	}
	all := make([]E, 0, s.total)
	for i, chunk := range chunks {
		all = append(all, chunk...)
		chunks[i] = nil
	}
	return all
}
