package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"strconv"
	"strings"
)

// program makes one Go package of a lab's code cells, so that the compiler can
// look at them all at once. As in the kernel, a later declaration replaces an
// earlier one of the same name, and imports that are not used are dropped. Each
// piece carries its place in the source for the compiler's messages.
func program(l *lab) (string, error) {
	p := &composer{path: l.path, at: map[string]int{}}
	for _, c := range l.cells {
		if c.code && !strings.HasPrefix(c.lines[0].text, "%noautoget") {
			if err := p.add(c); err != nil {
				return "", err
			}
		}
	}
	return p.compose()
}

type composer struct {
	path    string
	imports []string
	pieces  []string       // declarations, and functions of statements
	at      map[string]int // where in pieces a name is declared
}

func (p *composer) add(c cell) error {
	declarations, statements := c.split()
	text := "package notebook;" + cell{lines: declarations}.text()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, parser.ParseComments)
	if err != nil {
		return atLine(p.path, err, declarations)
	}
	for _, d := range file.Decls {
		from := declarations[fset.Position(d.Pos()).Line-1].number
		piece := text[fset.Position(d.Pos()).Offset:fset.Position(d.End()).Offset]
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			for _, s := range g.Specs {
				p.imports = append(p.imports, text[fset.Position(s.Pos()).Offset:fset.Position(s.End()).Offset])
			}
			continue
		}
		p.declare(declared(d), p.place(from)+piece)
	}
	if len(statements) > 0 {
		from := statements[0].number
		p.declare("", fmt.Sprintf("func cell%d() {\n%s%s\n}", from, p.place(from), cell{lines: statements}.text()))
	}
	return nil
}

// declare keeps a piece, in the place of an earlier one of the same name.
func (p *composer) declare(name, piece string) {
	if i, ok := p.at[name]; ok && name != "" {
		p.pieces[i] = piece
		return
	}
	p.at[name] = len(p.pieces)
	p.pieces = append(p.pieces, piece)
}

func (p *composer) place(number int) string {
	return fmt.Sprintf("//line %s:%d\n", p.path, number)
}

// declared returns the name of a declaration; of a group, that of its first.
func declared(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil {
			return fmt.Sprintf("%s.%s", receiver(d.Recv.List[0].Type), d.Name.Name)
		}
		return d.Name.Name
	case *ast.GenDecl:
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			return s.Name.Name
		case *ast.ValueSpec:
			return s.Names[0].Name
		}
	}
	return ""
}

func receiver(t ast.Expr) string {
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// compose returns the package, with the imports that it uses.
func (p *composer) compose() (string, error) {
	body := strings.Join(p.pieces, "\n\n")
	file, err := parser.ParseFile(token.NewFileSet(), "", "package notebook\n"+body, 0)
	if err != nil {
		return "", err
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
		return true
	})
	out := "package notebook\n\n"
	seen := map[string]bool{}
	for _, spec := range p.imports {
		if used[importName(spec)] && !seen[spec] {
			out += "import " + spec + "\n"
		}
		seen[spec] = true
	}
	return out + "\n" + body + "\n", nil
}

// importName returns the name that an import has in the code.
func importName(spec string) string {
	if name, _, ok := strings.Cut(spec, " "); ok {
		return name
	}
	p, err := strconv.Unquote(spec)
	if err != nil {
		return ""
	}
	return path.Base(p)
}

// atLine says where in the source a parser that has counted from the first of
// lines found its first error.
func atLine(path string, err error, lines []line) error {
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return fmt.Errorf("%s:%d: %w", path, lines[0].number, err)
	}
	i := min(list[0].Pos.Line, len(lines)) - 1
	return fmt.Errorf("%s:%d: %s", path, lines[i].number, list[0].Msg)
}
