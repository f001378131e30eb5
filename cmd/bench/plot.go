package main

func (b *bench[T]) plot(r *stepResult) error { return nil }
