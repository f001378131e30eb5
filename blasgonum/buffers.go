package blasgonum

import (
	"sync/atomic"

	"gradlab/internal/kernel"
)

// buffer is memory that a call works in.
type buffer[T kernel.Float] struct{ data []T }

// spares keeps the buffers that nobody uses at the moment, so that a call
// allocates nothing once there has been one of its size.
type spares[T kernel.Float] [16]atomic.Pointer[buffer[T]]

var (
	spares64 spares[float64]
	spares32 spares[float32]
)

func sparesOf[T kernel.Float]() *spares[T] {
	if s, ok := any(&spares64).(*spares[T]); ok {
		return s
	}
	return any(&spares32).(*spares[T])
}

// borrow returns a buffer of n elements, whatever they are.
func borrow[T kernel.Float](n int) *buffer[T] {
	slots := sparesOf[T]()
	for i := range slots {
		b := slots[i].Swap(nil)
		if b == nil {
			continue
		}
		if cap(b.data) < n {
			b.data = make([]T, n)
		}
		b.data = b.data[:n]
		return b
	}
	return &buffer[T]{make([]T, n)}
}

// giveBack ends the use of a buffer.
func (b *buffer[T]) giveBack() {
	slots := sparesOf[T]()
	for i := range slots {
		if slots[i].CompareAndSwap(nil, b) {
			return
		}
	}
}
