package matcalc

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// function returns the source of a function.
func (s *goSignature) function(name string) string {
	zeros := make([]string, len(s.results))
	for i, r := range s.results {
		zeros[i] = "nil"
		if r.e.IsScalar() {
			zeros[i] = "0"
		}
	}
	var b strings.Builder
	b.WriteString(s.doc(name))
	fmt.Fprintf(&b, "func %s(%s) (%s) {\n", name, s.parameters(), s.returned())
	b.WriteString(s.body("return " + strings.Join(zeros, ", ") + ", %s"))
	b.WriteString("}\n\n")
	return b.String()
}

// returned returns the list of results.
func (s *goSignature) returned() string {
	var list []string
	for _, r := range s.results {
		list = append(list, r.name+" "+goType(r.e.shape))
	}
	return (&goSignature{list: append(list, "err error")}).parameters()
}

// doc returns the comment of a function.
func (s *goSignature) doc(name string) string {
	var b strings.Builder
	b.WriteString(wrapComment(name + " returns " + s.about + ","))
	b.WriteString("//\n")
	widest := 0
	for _, line := range s.lines {
		widest = max(widest, utf8.RuneCountInString(line.text))
	}
	for _, line := range s.lines {
		switch {
		case line.math && line.number != "":
			fmt.Fprintf(&b, "//\t%-*s  %s\n", min(widest, 60), line.text, line.number)
		case line.math:
			fmt.Fprintf(&b, "//\t%s\n", line.text)
		case line.text != "":
			fmt.Fprintf(&b, "//\n// %s\n//\n", line.text)
		default:
			b.WriteString("//\n")
		}
	}
	var vars []string
	for _, v := range s.scope.Vars {
		vars = append(vars, s.declaration(v))
	}
	b.WriteString("//\n" + wrapComment("with "+strings.Join(vars, ", ")+"."))
	return b.String()
}

// declaration says what v is.
func (s *goSignature) declaration(v *Expr) string {
	text := v.name
	if p := s.params[v.name]; p != v.name {
		text += " (here " + p + ")"
	}
	if v.IsScalar() {
		text += " a scalar"
	} else {
		text += " " + v.shape.String()
	}
	for _, p := range propNames {
		if v.Is(p.prop) && !(p.prop == Symmetric && v.Is(Spd)) && !(p.prop == Invertible && v.Is(Spd)) {
			text += " " + p.name
		}
	}
	return text
}

// wrapComment returns text as a comment in lines of moderate length.
func wrapComment(text string) string {
	var b strings.Builder
	line := "//"
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) > 78 {
			b.WriteString(line + "\n")
			line = "//"
		}
		line += " " + word
	}
	return b.String() + line + "\n"
}

// body returns the statements of a function, of which fail returns an error.
func (s *goSignature) body(fail string) string {
	roots := s.roots()
	l := newGoLower(s.scope, s.given, roots...)
	nodes := l.all(roots)
	for i, n := range nodes[1:] {
		nodes[i+1] = l.finished(n)
	}
	g := s.writer(l, nodes, fail)
	s.checks(g)
	steps := s.steps
	if steps == nil {
		for i := range nodes {
			steps = append(steps, i)
		}
	}
	for _, i := range steps {
		if section := s.results[i].section; section != "" {
			g.line("\n// %s", section)
		}
		g.result(nodes[i], s.results[i].name)
	}
	s.finite(g, s.resultNames())
	g.line("return %s, nil", strings.Join(s.resultNames(), ", "))
	body := g.text()
	return s.dimensions(body) + body
}

func (s *goSignature) writer(l *goLower, roots []*goNode, fail string) *goWriter {
	return &goWriter{goUses: usesOf(l.order, roots), names: s.names, params: s.params, dims: s.dims,
		vars: map[*goNode]string{}, pending: map[string]string{}, fail: fail, remarks: s.remarks}
}

// result assigns a root to a named result.
func (g *goWriter) result(n *goNode, name string) {
	switch {
	case n.shape.IsScalar() && (n.op == goNum || n.op == goDim || n.op == goParam || g.vars[n] != ""):
		g.line("%s = %s", name, g.scalar(n).s)
	case n.shape.IsScalar():
		g.line("%s = %s", name, g.ownScalar(n).s)
		if g.vars[n] == "" {
			g.vars[n] = name
		}
	case g.vars[n] != "":
		g.line("%s = %s", name, g.vars[n])
	default:
		g.define(n, name, "=")
	}
}

// finished returns a result that need not be transposed at the end: neither it
// nor a part that only it needs.
func (l *goLower) finished(n *goNode) *goNode {
	if n.op == goHad && !n.shape.IsScalar() {
		scaled := *n
		scaled.args = slices.Clone(n.args)
		for i, a := range n.args {
			if l.isUsedBy(a, n) {
				scaled.args[i] = l.finished(a)
			}
		}
		return l.node(scaled)
	}
	if n.op != goT || n.args[0].where != "" || !l.isUsedBy(n.args[0], n) {
		return n
	}
	a := n.args[0]
	t := *a
	t.shape, t.expr, t.args = n.shape, n.expr, slices.Clone(a.args)
	switch a.op {
	case goMul:
		t.args = []*goNode{l.t(a.args[1]), l.t(a.args[0])}
	case goInverse:
		t.index = 1 - a.index
	case goAdd, goHad, goPow, goFn:
		for i, x := range t.args {
			t.args[i] = l.t(x)
		}
	case goAdj:
		t.args[0] = l.t(t.args[0])
	default:
		return n
	}
	return l.node(t)
}

// isUsedBy reports whether nothing but n has the argument a.
func (l *goLower) isUsedBy(a, n *goNode) bool {
	return !slices.ContainsFunc(l.order, func(other *goNode) bool {
		return other != n && slices.Contains(other.args, a)
	})
}

// finite writes the check that the results are finite, if they need not be.
func (s *goSignature) finite(g *goWriter, results []string) {
	overflows := false
	risks := map[string]bool{}
	s.each(func(e *Expr) {
		switch {
		case e.isFn("exp"):
			overflows = true
		case len(e.args) == 0 || e.args[0].Is(Positive):
		case e.isFn("log") || e.isFn("sqrt"):
			risks[e.name] = true
		case e.op == OpPow || e.op == OpEPow:
			if n, ok := e.args[1].integer(); ok && e.args[1].op == OpNum && n < 0 {
				risks["division"] = true
			} else if !ok {
				risks["power"] = true
			}
		}
	})
	var reasons []string
	if overflows {
		reasons = append(reasons, "an exp overflows")
	}
	if len(risks) > 0 {
		reasons = append(reasons, "a "+strings.Join(slices.Sorted(maps.Keys(risks)), " or ")+" is outside of its domain")
	}
	if len(reasons) == 0 {
		return
	}
	condition := fmt.Sprintf("!finite(%s)", strings.Join(results, ", "))
	if s.results[1].e.IsScalar() {
		condition = fmt.Sprintf("!finite(%s)", strings.Join(results, "+"))
	}
	g.failed(condition, fmt.Sprintf("errors.New(%q)", results[0]+" or its gradient is not finite: "+strings.Join(reasons, ", or ")))
}
