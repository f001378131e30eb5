package docs

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Which packages of the module each one may import, besides atomicfile and cli:
// imports point one way (design, section 2).
var mayImport = map[string][]string{
	"internal/kernel":                   {},
	"matrix":                            {"internal/kernel"},
	"blasgonum":                         {"internal/kernel"},
	"layers":                            {"matrix", "internal/kernel"},
	"losses":                            {"matrix", "internal/kernel"},
	"optim":                             {"matrix", "internal/kernel"},
	"data":                              {"matrix", "internal/quote"},
	"gradcheck":                         {"matrix"},
	"viz":                               {"matrix"},
	"internal/parts":                    {"matrix", "layers", "losses", "optim", "internal/quote"},
	"nn":                                {"matrix", "layers", "losses", "optim", "data", "gradcheck", "internal/parts", "internal/atomicfile", "internal/quote", "internal/safetensors"},
	"cmd/train":                         {"*"},
	"cmd/predict":                       {"*"},
	"cmd/bench":                         {"*"},
	"matcalc":                           {"matrix"},
	"cmd/derive":                        {"*"},
	"internal/bits":                     {"internal/kernel"},
	"internal/figures":                  {},
	"internal/size":                     {},
	"internal/performance":              {"matrix", "layers", "losses", "optim", "data", "nn", "viz", "internal/atomicfile"},
	"internal/cli":                      {"data", "matrix", "internal/quote"},
	"data/builtin/gen":                  {},
	"docs":                              {},
	"internal/atomicfile":               {},
	"internal/filelock":                 {},
	"internal/hostile":                  {},
	"internal/memory":                   {},
	"internal/quote":                    {},
	"internal/safetensors":              {"matrix", "internal/memory", "internal/quote"},
	"internal/notebooks":                {"internal/atomicfile"},
	"notebooks-go/setup":                {},
	"notebooks-go/lab/internal/student": {"matrix", "layers"},
	"notebooks-go/collect":              {"notebooks-go/lab", "internal/cli", "internal/quote"},
	"notebooks-go/lab":                  {"matrix", "layers", "losses", "optim", "data", "gradcheck", "nn", "viz", "matcalc", "internal/parts", "internal/atomicfile", "internal/filelock", "internal/quote"},
}

func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "gradlab/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for decoder.More() {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&pkg); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(pkg.ImportPath, "gradlab/")
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("package %s is not in the list of what may import what", name)
		}
		for _, path := range pkg.Imports {
			imported, ours := strings.CutPrefix(path, "gradlab/")
			if ours && !slices.Contains(allowed, imported) && !slices.Contains(allowed, "*") {
				t.Errorf("%s imports %s", name, imported)
			}
		}
	}
}
