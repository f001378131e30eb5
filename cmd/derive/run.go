package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"gradlab/internal/cli"
	"gradlab/matcalc"
)

// Run derives what the flags ask for.
func (f *flags) Run(stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return cli.UsageError{Err: err}
	}
	switch {
	case f.Batch:
		return batch(os.Stdin, stdout, f.Seed)
	case f.Examples:
		return f.examples(stdout)
	case f.Document:
		return document(stdout)
	case f.Network != nil:
		return f.backward(stdout)
	}
	return f.function(stdout, stderr)
}

// function derives the function on the command line.
func (f *flags) function(stdout, stderr io.Writer) error {
	p, inferred, err := f.problem()
	if err != nil {
		return explain(p, err)
	}
	if len(inferred) > 0 {
		fmt.Fprintf(stderr, "inferred: %s\n", declarations(inferred))
	}
	d, err := matcalc.Derive(p, f.options())
	if err != nil {
		return explain(p, err)
	}
	if err := d.Mistake(); err != nil {
		fmt.Fprintf(stderr, "derive: %v\nThe answer below has passed the checks, but is longer than it should be.\n", err)
	}
	switch f.Format {
	case "latex":
		_, err := io.WriteString(stdout, matcalc.LaTeXDocument(d.LaTeX(f.printOptions())))
		return err
	case "go":
		code, _, err := goCode(d)
		if err == nil {
			_, err = stdout.Write(code)
		}
		return err
	}
	return f.write(stdout, d, f.printOptions())
}

// network is the network that the flags describe. An underscore counts as a
// hyphen, as in train, and output and loss are chosen from each other.
func (f *flags) network() matcalc.Network {
	hyphens := func(name string) string { return strings.ReplaceAll(name, "_", "-") }
	n := matcalc.Network{
		Sizes: f.Network, Hidden: strings.Split(hyphens(f.Activation), ","), Output: hyphens(f.Output), Loss: hyphens(f.Loss), Single: f.Single,
	}
	if n.Output == "" && n.Loss == "" {
		n.Output = "sigmoid"
		if f.Network[len(f.Network)-1] > 1 {
			n.Output = "softmax"
		}
	}
	switch {
	case n.Output == "":
		n.Output = suits(n.Loss, map[string]string{"bce": "sigmoid", "ce": "softmax", "Loss": "g"}, "identity")
	case n.Loss == "":
		n.Loss = suits(n.Output, map[string]string{"sigmoid": "bce", "softmax": "ce", "g": "Loss"}, "mse")
	}
	return n
}

// suits returns what a table has for a name, or what suits all others.
func suits(name string, table map[string]string, others string) string {
	if found, ok := table[name]; ok {
		return found
	}
	return others
}

// backward derives the backward pass of a network.
func (f *flags) backward(w io.Writer) error {
	nd, err := f.network().Derive(f.options())
	if err != nil {
		return err
	}
	switch f.Format {
	case "latex":
		_, err := io.WriteString(w, matcalc.LaTeXDocument(nd.LaTeX(f.printOptions())))
		return err
	case "go":
		code, _, err := nd.Go("grad", "Grad")
		if err == nil {
			_, err = w.Write(code)
		}
		return err
	}
	return f.writeNetwork(w, nd)
}

// writeNetwork writes a backward pass in the format of the flags: LaTeX for a
// page.
func (f *flags) writeNetwork(w io.Writer, nd *matcalc.NetworkDerivation) error {
	o := f.printOptions()
	text := ""
	switch f.Format {
	case "json":
		return f.backwardJSON(w, nd)
	case "latex":
		text = nd.LaTeX(o)
	case "markdown":
		text = nd.Markdown(o)
	default:
		text = nd.Text(o)
	}
	_, err := io.WriteString(w, text)
	return err
}

// backwardJSON writes an object a line for each gradient: an answer with the
// layer and what the gradient is by. L_Z2 is the gradient by Z2, of a line
// before. The gradients by W, A and b have the lines of the total differential,
// and all of a layer its LaTeX.
func (f *flags) backwardJSON(w io.Writer, nd *matcalc.NetworkDerivation) error {
	type gradient struct {
		Layer int    `json:"layer"`
		Wrt   string `json:"wrt"`
		answer
	}
	for _, layer := range nd.Layers {
		latex := nd.LayerLaTeX(layer, f.printOptions())
		for i, r := range layer.Gradients() {
			d := layer.Total
			if i == 0 {
				d = layer.Z
			}
			g := gradient{Layer: layer.Layer, Wrt: r.By.Name(), answer: answer{Gradient: r.Gradient.String(), Nodes: r.Gradient.Nodes(), LaTeX: latex}}
			g.addSteps(d)
			if f.Check {
				g.Checks = d.Checks
			}
			if err := newEncoder(w).Encode(g); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *flags) options() matcalc.Options {
	return matcalc.Options{Hessian: f.Hessian, Verbose: f.Verbose, Seed: f.Seed}
}

// explain adds to an error the line that it is in, with a caret under the place.
func explain(p *matcalc.Problem, err error) error {
	var e *matcalc.Error
	if !errors.As(err, &e) || p == nil {
		return err
	}
	source := p.Expr
	for _, w := range p.Where {
		if w.Name == e.In {
			source = w.Expr
		}
	}
	caret := strings.TrimRight(e.Caret(source), "\n")
	if caret == "" {
		return err
	}
	return fmt.Errorf("%w\n%s", err, indent(caret))
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

// declarations lists variables as --var has them.
func declarations(vars []matcalc.Variable) string {
	texts := make([]string, len(vars))
	for i, v := range vars {
		texts[i] = v.String()
	}
	return strings.Join(texts, ", ")
}

func (f *flags) printOptions() matcalc.PrintOptions {
	return matcalc.PrintOptions{ASCII: f.ASCII, Verbose: f.Verbose, Checks: f.Check}
}

// write writes a derivation in the format of the flags: LaTeX for a page.
func (f *flags) write(w io.Writer, d *matcalc.Derivation, o matcalc.PrintOptions) error {
	text := ""
	switch f.Format {
	case "json":
		var a answer
		if err := a.describe(d); err != nil {
			return err
		}
		a.addGo(d)
		if f.Check {
			a.Checks = d.Checks
		}
		return newEncoder(w).Encode(a)
	case "latex":
		text = d.LaTeX(o)
	case "markdown":
		text = d.Markdown(o)
	default:
		text = d.Text(o)
	}
	_, err := io.WriteString(w, text)
	return err
}

// goCode returns Go source with func Grad, and a test of it.
func goCode(d *matcalc.Derivation) (code, test []byte, err error) { return d.Go("grad", "Grad") }

// newEncoder returns an encoder for one object a line.
func newEncoder(w io.Writer) *json.Encoder {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder
}
