package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// golibs compares training steps with those of other Go libraries, which are
// measured by a module of its own, one network after the other.
func golibs(b *program) (string, error) {
	theirs := filepath.Join(b.dir, "golibs")
	build := exec.Command("go", "build", "-C", "internal/performance/golibs", "-o", theirs, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("can't build golibs: %w", err)
	}
	var text strings.Builder
	fmt.Fprint(&text, "| microseconds a step | gorgonia | gomlx, pure Go | gradlab | gorgonia ÷ gradlab | gomlx ÷ gradlab |\n|---|---|---|---|---|---|\n")
	for _, n := range networks {
		if n.golibs == "" {
			continue
		}
		var ours step
		if err := b.bench(&ours, n.args); err != nil {
			return "", err
		}
		fmt.Println("  golibs", n.golibs)
		var r struct{ Gorgonia, Gomlx float64 }
		if err := b.run(&r, append([]string{theirs}, strings.Fields(n.golibs)...)...); err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s | **%.0f** | **%.0f** |\n", n.name, short(r.Gorgonia), short(r.Gomlx), short(ours.US), r.Gorgonia/ours.US, r.Gomlx/ours.US)
	}
	return text.String(), nil
}
