package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"gradlab/internal/cli"
	"gradlab/matcalc"
)

// flags is the command line.
type flags struct {
	Expr string `arg:"" optional:"" name:"function" help:"The function, a scalar."`

	Wrt      string   `placeholder:"NAME" help:"The variable to differentiate by." group:"problem"`
	Var      []string `sep:"none" placeholder:"NAME:ROWS,COLS" help:"Declare a matrix; ROWS and COLS are names or numbers. NAME:ROWS is a column, NAME alone a scalar." group:"problem"`
	Prop     []string `sep:"none" placeholder:"NAME:PROPERTY" help:"What is known of a matrix: symmetric, spd, invertible, diagonal, orthogonal, positive, stochastic (columns that sum to 1)." group:"problem"`
	Where    []string `sep:"none" placeholder:"NAME=EXPR" help:"Name an expression; derivatives go through the name." group:"problem"`
	Function []string `sep:"none" placeholder:"SIGMA:DERIVATIVE" help:"An abstract function: sigma:dsigma is element-wise, with its derivative; f(Y):df is scalar, with the name of its gradient, several as f(Y,Z):dfY,dfZ." group:"problem"`

	Format  string `default:"text" enum:"text,latex,markdown,go,json" help:"text, latex, markdown, go (a function on gonum, also for --network) or json." group:"output"`
	Hessian bool   `help:"The Hessian, too, for a column or scalar variable." group:"output"`
	Check   bool   `help:"Show sizes and errors of the numeric checks." group:"output"`
	Verbose bool   `help:"Show every small step." group:"output"`
	ASCII   bool   `name:"ascii" help:"Text without characters beyond ASCII." group:"output"`
	Seed    uint64 `default:"1" help:"Of the random matrices of the checks." group:"output"`

	Network    cli.Sizes `placeholder:"N,N,…" help:"Derive the backward pass of a network with these sizes, input first." group:"other work"`
	Activation string    `default:"tanh" help:"Hidden activation, or a comma list with one for each hidden layer, as train has them; g for an abstract one." group:"other work"`
	Output     string    `placeholder:"NAME" help:"Activation of the last layer, likewise. Default: sigmoid, softmax or identity, from the loss and the sizes." group:"other work"`
	Loss       string    `placeholder:"NAME" help:"Loss, as train has them, or bce-logits, ce-logits; Loss for an abstract one. Default: from the output." group:"other work"`
	Single     bool      `help:"For one example, as in the article, not for a batch." group:"other work"`
	Examples   bool      `help:"Derive all of the article's examples." group:"other work"`
	Batch      bool      `help:"Answer requests from standard input, one JSON object a line." group:"other work"`

	Document bool `hidden:"" help:"Write docs/derivations.md."`

	Version kong.VersionFlag `help:"Print the version." group:"output"`
}

// check finds what is wrong with the flags, whatever they say of matrices.
func (f *flags) check() error {
	modes := 0
	for _, on := range []bool{f.Expr != "", f.Network != nil, f.Examples, f.Batch, f.Document} {
		if on {
			modes++
		}
	}
	switch {
	case modes == 0:
		return errors.New("give a function, or --network, --examples or --batch")
	case modes > 1:
		return errors.New("a function, --network, --examples and --batch are different work: give one of them")
	case f.misplaced() != "":
		return errors.New(f.misplaced())
	case f.Network != nil:
		return f.network().Validate()
	case f.Expr != "" && f.Wrt == "":
		return errors.New("give the variable to differentiate by: --wrt X")
	}
	return nil
}

// misplaced says which flag is given for other work than that it belongs to.
func (f *flags) misplaced() string {
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"wrt", f.Wrt != ""}, {"var", f.Var != nil}, {"prop", f.Prop != nil}, {"where", f.Where != nil},
		{"function", f.Function != nil}, {"hessian", f.Hessian},
	} {
		if flag.given && f.Expr == "" {
			return fmt.Sprintf("--%s is for a function on the command line", flag.name)
		}
	}
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"activation", f.Activation != "tanh"}, {"output", f.Output != ""}, {"loss", f.Loss != ""}, {"single", f.Single},
	} {
		if flag.given && f.Network == nil {
			return fmt.Sprintf("--%s is for --network", flag.name)
		}
	}
	if f.Format == "go" && f.Expr == "" && f.Network == nil {
		return "--format go is for a function on the command line, or for --network"
	}
	return ""
}

// problem returns the problem that the flags declare, and which of its variables
// were not declared, but inferred.
func (f *flags) problem() (p *matcalc.Problem, inferred []matcalc.Variable, err error) {
	p = &matcalc.Problem{Expr: f.Expr, Wrt: f.Wrt}
	for _, text := range f.Var {
		v, err := parseVariable(text)
		if err != nil {
			return nil, nil, err
		}
		p.Vars = append(p.Vars, v)
	}
	for _, text := range f.Where {
		name, expr, ok := strings.Cut(text, "=")
		if !ok {
			return nil, nil, cli.Usagef("--where %s: write NAME=EXPR, as in Y=A*X*B", text)
		}
		p.Where = append(p.Where, matcalc.Definition{Name: strings.TrimSpace(name), Expr: expr})
	}
	for _, text := range f.Function {
		fn, err := parseFunction(text)
		if err != nil {
			return nil, nil, err
		}
		p.Functions = append(p.Functions, fn)
	}
	if inferred, err = p.Infer(); err != nil {
		return p, nil, err
	}
	p.Vars = append(p.Vars, inferred...)
	return p, inferred, addProps(p.Vars, f.Prop)
}

// addProps enters properties, such as X:symmetric, into declarations.
func addProps(vars []matcalc.Variable, props []string) error {
	for _, text := range props {
		name, list, ok := strings.Cut(text, ":")
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(vars, func(v matcalc.Variable) bool { return v.Name == name })
		switch {
		case !ok:
			return cli.Usagef("--prop %s: write NAME:PROPERTY, as in X:symmetric", text)
		case i < 0:
			return cli.Usagef("--prop %s: there is no variable %s", text, name)
		}
		vars[i].Props = append(vars[i].Props, fields(list)...)
	}
	return nil
}

// parseVariable reads a declaration such as X:m,n.
func parseVariable(text string) (matcalc.Variable, error) {
	name, shape, _ := strings.Cut(text, ":")
	dims := fields(shape)
	if len(dims) > 2 || strings.TrimSpace(name) == "" || strings.Contains(text, ":") && len(dims) == 0 {
		return matcalc.Variable{}, cli.Usagef("--var %s: write NAME:ROWS,COLS, as in X:m,n; NAME:ROWS for a column, NAME for a scalar", text)
	}
	for len(dims) < 2 {
		dims = append(dims, "1")
	}
	return matcalc.Variable{Name: strings.TrimSpace(name), Shape: dims}, nil
}

// parseFunction reads a declaration such as sigma:dsigma or f(Y,Z):dfY,dfZ.
func parseFunction(text string) (f matcalc.Function, err error) {
	head, grads, ok := strings.Cut(text, ":")
	name, args, scalar := strings.Cut(strings.TrimSpace(head), "(")
	args, closed := strings.CutSuffix(args, ")")
	f = matcalc.Function{Name: strings.TrimSpace(name), Elementwise: !scalar}
	switch {
	case !ok || f.Name == "" || scalar && !closed:
		return f, cli.Usagef("--function %s: write sigma:dsigma for an element-wise function and its derivative, f(Y):df for a scalar one and its gradient", text)
	case !scalar:
		f.Deriv = strings.TrimSpace(grads)
		return f, nil
	}
	f.Args, f.Grads = fields(args), fields(grads)
	if len(f.Args) != len(f.Grads) || len(f.Args) == 0 {
		return f, cli.Usagef("--function %s: %d arguments and %d gradients; write one for each, as in f(Y,Z):dfY,dfZ", text, len(f.Args), len(f.Grads))
	}
	return f, nil
}

// fields splits a list at its commas.
func fields(list string) []string {
	if strings.TrimSpace(list) == "" {
		return nil
	}
	parts := strings.Split(list, ",")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return parts
}
