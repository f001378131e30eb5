package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"gradlab/nn"
)

// progress shows how the training goes: a bar on a terminal, about twenty plain
// lines elsewhere.
type progress struct {
	out     io.Writer
	epochs  int
	steps   int // an epoch
	regress bool

	bar     *progressbar.ProgressBar // nil: lines
	shown   time.Time                // when the bar was drawn
	last    nn.Epoch
	printed int // the epoch of the last line
}

func newProgress(out io.Writer, epochs, steps int, regress bool) *progress {
	p := &progress{out: out, epochs: epochs, steps: steps, regress: regress}
	if isTerminal(out) {
		p.bar = progressbar.NewOptions(epochs*steps,
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetWidth(24),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(50*time.Millisecond),
			progressbar.OptionSetRenderBlankState(true),
			progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
		)
		p.bar.Describe(fmt.Sprintf("epoch 0/%d", epochs))
	} else {
		fmt.Fprintf(out, "%9s  %10s  %10s  %10s  %10s\n", "epoch", "train loss", "val loss", "train "+p.metric(), "val "+p.metric())
	}
	return p
}

// isTerminal reports whether lines can be drawn over on w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

func (p *progress) metric() string {
	if p.regress {
		return "R²"
	}
	return "acc."
}

func (p *progress) score(s nn.Scores) float64 {
	if p.regress {
		return s.R2
	}
	return s.Accuracy
}

// step moves the bar within an epoch.
func (p *progress) step(step int) {
	if p.bar != nil && time.Since(p.shown) > 100*time.Millisecond {
		p.shown = time.Now()
		p.bar.Set(step)
	}
}

// epoch shows an epoch that has ended.
func (p *progress) epoch(e nn.Epoch) {
	p.last = e
	if p.bar != nil {
		p.bar.Describe(p.describe(e))
		p.bar.Set(e.Epoch * p.steps)
	} else if every := (p.epochs + 19) / 20; e.Epoch == 1 || e.Epoch%every == 0 || e.Epoch == p.epochs {
		p.line(e)
	}
}

// say shows a line of text.
func (p *progress) say(text string) {
	if p.bar != nil {
		progressbar.Bprintln(p.bar, text)
	} else {
		fmt.Fprintln(p.out, text)
	}
}

// end shows what has not been shown.
func (p *progress) end() {
	if p.bar != nil {
		if p.last.Epoch > 0 {
			p.bar.Describe(p.describe(p.last))
		}
		p.bar.Exit()
		fmt.Fprintln(p.out)
	} else if p.last.Epoch != p.printed {
		p.line(p.last)
	}
}

func (p *progress) describe(e nn.Epoch) string {
	text := fmt.Sprintf("epoch %d/%d  loss %.4f", e.Epoch, p.epochs, e.Train.Loss)
	if e.Val != nil {
		return text + fmt.Sprintf("  val %.4f  %s %.4f", e.Val.Loss, p.metric(), p.score(*e.Val))
	}
	return text + fmt.Sprintf("  %s %.4f", p.metric(), p.score(e.Train))
}

func (p *progress) line(e nn.Epoch) {
	p.printed = e.Epoch
	valLoss, valScore := "-", "-"
	if e.Val != nil {
		valLoss, valScore = fmt.Sprintf("%.4g", e.Val.Loss), fmt.Sprintf("%.4f", p.score(*e.Val))
	}
	fmt.Fprintf(p.out, "%9s  %10.4g  %10s  %10.4f  %10s\n", fmt.Sprintf("%d/%d", e.Epoch, p.epochs), e.Train.Loss, valLoss, p.score(e.Train), valScore)
}
