//go:build amd64 && !noasm

package kernel

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// spares keeps the workspaces of one type that nobody uses at the moment: one
// where it is taken and given back without a lock, the others in a list.
type spares[T Float] struct {
	one  atomic.Pointer[blocks[T]]
	mu   sync.Mutex
	list []*blocks[T]
}

var (
	spares32 spares[float32]
	spares64 spares[float64]
)

func sparesOf[T Float]() *spares[T] {
	if unsafe.Sizeof(T(0)) == 4 {
		return (*spares[T])(unsafe.Pointer(&spares32))
	}
	return (*spares[T])(unsafe.Pointer(&spares64))
}

func takeBlocks[T Float]() *blocks[T] {
	s := sparesOf[T]()
	if b := s.one.Swap(nil); b != nil {
		return b
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.list)
	if n == 0 {
		return new(blocks[T])
	}
	b := s.list[n-1]
	s.list = s.list[:n-1]
	return b
}

func (b *blocks[T]) giveBack() {
	s := sparesOf[T]()
	b.Product = Product[T]{} // keeps no operand alive
	if s.one.CompareAndSwap(nil, b) {
		return
	}
	s.mu.Lock()
	s.list = append(s.list, b)
	s.mu.Unlock()
}

// buffer returns n elements at the begin of a cache line in mem, which it makes
// larger if need be.
func buffer[T Float](mem *[]byte, n int) []T {
	bytes := n*int(unsafe.Sizeof(T(0))) + 64
	if len(*mem) < bytes {
		*mem = make([]byte, bytes)
	}
	start := -address(&(*mem)[0]) % 64
	return unsafe.Slice((*T)(unsafe.Pointer(&(*mem)[start])), n)
}

func address[T any](x *T) uintptr { return uintptr(unsafe.Pointer(x)) }
