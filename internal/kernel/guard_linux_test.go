package kernel

import (
	"syscall"
	"testing"
	"unsafe"
)

// Guarded returns two slices of n elements in memory of their own: one ends
// where the next page may not be touched, the other begins where the page
// before may not. Reading or writing beyond that edge is a fault. The memory
// goes back when the test ends.
func Guarded[T Float](t testing.TB, n int) (atEnd, atStart []T) {
	t.Helper()
	page := syscall.Getpagesize()
	size := n * int(unsafe.Sizeof(T(0)))
	pages := (size + page - 1) / page * page
	all, err := syscall.Mmap(-1, 0, page+pages+page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(all) })
	middle := all[page : page+pages]
	if pages > 0 {
		if err := syscall.Mprotect(middle, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			t.Fatal(err)
		}
	}
	first := unsafe.Pointer(&all[page])
	last := unsafe.Add(first, pages-size)
	return unsafe.Slice((*T)(last), n), unsafe.Slice((*T)(first), n)
}
