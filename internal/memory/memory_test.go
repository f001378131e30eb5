package memory_test

import (
	"strings"
	"testing"

	"gradlab/internal/memory"
)

func TestCheck(t *testing.T) {
	if err := memory.Check("a matrix", 8); err != nil {
		t.Error(err)
	}
	if err := memory.Check("a matrix", 1e18); err == nil || !strings.HasPrefix(err.Error(), "a matrix needs 1000000000.0 GB of memory, and ") {
		t.Errorf("error %v", err)
	}
	if free := memory.Free(); free < 1<<20 || free > 1<<50 {
		t.Errorf("%g bytes are free", free)
	}
}
