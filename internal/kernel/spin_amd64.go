//go:build amd64 && !noasm

package kernel

// spinWait passes some ten nanoseconds.
func spinWait() { pauseAMD64() }
