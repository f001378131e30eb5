//go:build amd64 && !noasm

package kernel

import "unsafe"

var avx512Tiles = [2]tileSet{
	{
		bytes: 64, cols: []int{8, 4, 2, 1}, heights: []int{6, 5, 4, 3, 2, 1}, tallHeights: []int{16, 8, 4, 2, 1},
		byRow: []func(*byte){gemm32AVX512Rows8, gemm32AVX512Rows4, gemm32AVX512Rows2, gemm32AVX512Rows1},
		byCol: []func(*byte){gemm32AVX512Cols8, gemm32AVX512Cols4, gemm32AVX512Cols2, gemm32AVX512Cols1},
		tall:  []func(*byte){gemm32AVX512Tall}, copy: packCopyAVX512,
	},
	{
		bytes: 64, cols: []int{8, 4, 2, 1}, heights: []int{6, 5, 4, 3, 2, 1}, tallHeights: []int{16, 8, 4, 2, 1},
		byRow: []func(*byte){gemm64AVX512Rows8, gemm64AVX512Rows4, gemm64AVX512Rows2, gemm64AVX512Rows1},
		byCol: []func(*byte){gemm64AVX512Cols8, gemm64AVX512Cols4, gemm64AVX512Cols2, gemm64AVX512Cols1},
		tall:  []func(*byte){gemm64AVX512Tall}, copy: packCopyAVX512,
	},
}

var avx2Tiles = [2]tileSet{
	{
		bytes: 32, cols: []int{6, 4, 2, 1}, heights: []int{2, 1}, tallHeights: []int{4, 2, 1},
		byRow: []func(*byte){gemm32AVX2Rows6, gemm32AVX2Rows4, gemm32AVX2Rows2, gemm32AVX2Rows1},
		byCol: []func(*byte){gemm32AVX2Cols6, gemm32AVX2Cols4, gemm32AVX2Cols2, gemm32AVX2Cols1},
		tall:  []func(*byte){gemm32AVX2Tall}, copy: packCopyAVX2,
	},
	{
		bytes: 32, cols: []int{6, 4, 2, 1}, heights: []int{2, 1}, tallHeights: []int{4, 2, 1},
		byRow: []func(*byte){gemm64AVX2Rows6, gemm64AVX2Rows4, gemm64AVX2Rows2, gemm64AVX2Rows1},
		byCol: []func(*byte){gemm64AVX2Cols6, gemm64AVX2Cols4, gemm64AVX2Cols2, gemm64AVX2Cols1},
		tall:  []func(*byte){gemm64AVX2Tall}, copy: packCopyAVX2,
	},
}

// tilesFor returns the assembly for elements of so many bytes, or nil in the
// portable tier.
func tilesFor(size int) *tileSet {
	switch {
	case hasAVX512:
		return &avx512Tiles[size/8]
	case hasAVX2:
		return &avx2Tiles[size/8]
	}
	return nil
}

// maskFor returns the mask of the first n elements of a vector, in the form that
// the assembly takes: bits, or the address of a vector of them.
func (s *tileSet) maskFor(n, size int) uintptr {
	if s.bytes == 64 {
		return 1<<n - 1
	}
	return uintptr(unsafe.Pointer(&maskWords[8-n*size/4]))
}

var maskWords = [16]int32{-1, -1, -1, -1, -1, -1, -1, -1}

// transpose sets dst[p*dstStep+i] = src[i*srcStep+p] for p < n and i < w. It
// does so in square blocks; the last ones overlap those before.
func transpose[T Float](dst []T, dstStep int, src []T, srcStep, w, n int) {
	size := int(unsafe.Sizeof(T(0)))
	block := 32 / size
	if w < block || n < block {
		transposePlain(dst, dstStep, src, srcStep, w, n)
		return
	}
	run := packTranspose32
	if size == 8 {
		run = packTranspose64
	}
	whole := n - n%block
	for i := 0; i < w; i += block {
		i = min(i, w-block)
		at := func(p int) (d, s *byte) {
			return (*byte)(unsafe.Pointer(&dst[p*dstStep+i])), (*byte)(unsafe.Pointer(&src[i*srcStep+p]))
		}
		d, s := at(0)
		run(d, s, uintptr(size*dstStep), uintptr(size*srcStep), uintptr(whole))
		if whole < n {
			d, s = at(n - block)
			run(d, s, uintptr(size*dstStep), uintptr(size*srcStep), uintptr(block))
		}
	}
}
