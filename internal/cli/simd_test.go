package cli_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// commandLines are command lines that are right but for the environment, one for
// each folder of cmd.
var commandLines = map[string]string{
	"bench":   "--layers 4,8,3",
	"derive":  "tr(X) --wrt X",
	"predict": "--model model.safetensors --data iris.csv",
	"train":   "--layers 4,8,1 --data iris.csv",
}

// Every command refuses instructions that are not there, before it does anything.
func TestEveryCommandLooksAtGRADLAB_SIMD(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the commands")
	}
	entries, err := os.ReadDir("../../cmd")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, e := range entries {
		args, ok := commandLines[e.Name()]
		if !ok {
			t.Errorf("cmd/%s is not in the list of this test", e.Name())
			continue
		}
		for tags, tier := range map[string]string{"": "sse9", "noasm": "avx2"} {
			program := filepath.Join(dir, e.Name()+tags+".exe")
			if out, err := exec.Command("go", "build", "-tags", tags, "-o", program, "../../cmd/"+e.Name()).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			cmd := exec.Command(program, strings.Fields(args)...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), "GRADLAB_SIMD="+tier)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.HasPrefix(string(out), e.Name()+": GRADLAB_SIMD: ") {
				t.Errorf("GRADLAB_SIMD=%s %s %s: %v\n%s", tier, e.Name(), args, err, out)
			}
			if left, _ := os.ReadDir(cmd.Dir); len(left) > 0 {
				t.Errorf("%s leaves %v behind", e.Name(), left)
			}
		}
	}
}
