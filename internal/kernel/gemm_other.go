//go:build !amd64 || noasm

package kernel

type tileSet struct{}

func tilesFor(size int) *tileSet { return nil }

func gemmTiles[T Float](s *tileSet, p *Product[T]) { gemmPlain(p) }
