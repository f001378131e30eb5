package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gradlab/internal/atomicfile"
	"gradlab/viz"
)

// checkPlot returns an error if the pictures cannot be written, before the work
// that they would show.
func (f *flags) checkPlot() error {
	if f.Plot == "" {
		return nil
	}
	dir := filepath.Dir(f.Plot)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("--plot %s: there is no folder %s", f.Plot, dir)
	}
	if info, err := os.Stat(f.Plot); err == nil && info.IsDir() {
		return fmt.Errorf("--plot %s: that is a folder", f.Plot)
	}
	return nil
}

// plot writes the pictures.
func (f *flags) plot(r *stepResult) error {
	ext := filepath.Ext(f.Plot)
	for name, figure := range map[string]*viz.Figure{
		f.Plot: r.bars(),
		strings.TrimSuffix(f.Plot, ext) + "-scaling" + ext: r.growth(),
	} {
		if err := atomicfile.Write(name, func(w io.Writer) error { return figure.Write(w, f.plotFormat()) }); err != nil {
			return fmt.Errorf("can't write the picture: %w", err)
		}
	}
	return nil
}

// title names the network in pictures.
func (r *stepResult) title() string {
	return fmt.Sprintf("%s, %s, batch %d, %s, %s, %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(r.Layers), " ", "-"), "[]"),
		r.Activation, r.Batch, r.DType, r.Tier, counted(r.Threads, "thread"))
}

// bars draws the time of each equation with its limit.
func (r *stepResult) bars() *viz.Figure {
	label := fmt.Sprintf("µs (a step: %s µs, %.0f %% of the peak)", microseconds(r.USPerStep), 100*r.ShareOfPeak)
	b := viz.Bars{Title: r.title(), Label: label, Kinds: []string{"products", "others"}, Limit: "limit"}
	for _, e := range r.ByEquation {
		b.Names, b.Values, b.Limits = append(b.Names, inFont.Replace(e.Equation)), append(b.Values, e.US), append(b.Limits, e.LimitUS)
		note, kind := microseconds(e.US), 1
		if e.GFLOPS > 0 {
			note, kind = fmt.Sprintf("%s, %.0f %% of peak", note, 100*e.ShareOfPeak), 0
		}
		b.Notes, b.Kind = append(b.Notes, note), append(b.Kind, kind)
	}
	return b.Figure()
}

// inFont replaces signs that the font of the pictures does not have.
var inFont = strings.NewReplacer("⊙", "◦", "Σⱼ", "Σ")

// growth draws how the time grows with width and batch.
func (r *stepResult) growth() *viz.Figure {
	g := viz.Growth{Title: "Time of a step: " + r.title()}
	for _, s := range r.Scaling {
		sizes, times, limits := s.columns()
		g.Panels = append(g.Panels, viz.GrowthPanel{
			XLabel: s.Of, YLabel: "µs", Symbol: s.Of,
			Lines: []viz.GrowthLine{{Name: "measured", X: sizes, Y: times, Mark: true}, {Name: "limit", X: sizes, Y: limits}},
		})
	}
	return g.Figure()
}
