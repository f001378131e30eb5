package matcalc

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on what is read.
const (
	MaxLength = 100_000 // characters of an expression
	MaxDepth  = 250     // brackets in one another
)

// Parse returns the syntax tree of an expression. Errors are of type *Error.
func Parse(text string) (t *Tree, err error) {
	defer Catch(&err)
	p := parser{text: text}
	p.next()
	if p.kind == tokenEnd {
		panic(errorAt(0, Syntax, "the expression is empty"))
	}
	t = p.sum()
	if p.kind != tokenEnd {
		panic(p.unexpected("an operator"))
	}
	return t, nil
}

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenNumber
	tokenName
	tokenOperator // also brackets and commas
)

// parser reads one token ahead.
type parser struct {
	text  string // what follows the token
	at    int    // where that begins, in characters
	kind  tokenKind
	token string
	start int // where the token begins
	last  string
	open  []int // where the brackets that are open stand
}

// sum := term { (+ | -) term }
func (p *parser) sum() *Tree {
	t := p.term()
	for p.is("+", "-") {
		t = p.binary(t, p.term)
	}
	return t
}

// term := unary { (* | / | .* | ./) unary }
func (p *parser) term() *Tree {
	t := p.unary()
	for p.is("*", "/", ".*", "./") {
		t = p.binary(t, p.unary)
	}
	return t
}

// unary := { + | - } power
func (p *parser) unary() *Tree {
	position := p.start
	if p.signs() {
		return &Tree{Kind: TreeMinus, Text: "-", Args: []*Tree{p.power()}, Position: position}
	}
	return p.power()
}

// signs reads signs and reports whether together they are a minus.
func (p *parser) signs() bool {
	minus := false
	for p.is("+", "-") {
		minus = minus != (p.token == "-")
		p.next()
	}
	return minus
}

// power := atom { ' | (^ | .^) { + | - } atom }
func (p *parser) power() *Tree {
	t := p.atom()
	for p.is("'", "^", ".^") {
		if p.token == "'" {
			t = &Tree{Kind: TreeTranspose, Args: []*Tree{t}, Position: p.start}
			p.next()
			continue
		}
		t = p.binary(t, func() *Tree {
			position := p.start
			if p.signs() {
				return &Tree{Kind: TreeMinus, Text: "-", Args: []*Tree{p.atom()}, Position: position}
			}
			return p.atom()
		})
	}
	return t
}

// binary returns left, the operator that is the token, and what right reads.
func (p *parser) binary(left *Tree, right func() *Tree) *Tree {
	t := &Tree{Kind: TreeBinary, Text: p.token, Position: p.start}
	p.next()
	t.Args = []*Tree{left, right()}
	return t
}

// atom := number | name | name(expr, ...) | (expr)
func (p *parser) atom() *Tree {
	t := &Tree{Text: p.token, Position: p.start}
	switch {
	case p.kind == tokenNumber:
		t.Kind = TreeNumber
		p.next()
	case p.kind == tokenName:
		t.Kind = TreeName
		p.next()
		if p.is("(") {
			t.Kind = TreeCall
			t.Args = p.arguments()
		}
	case p.is("("):
		p.enter()
		t = p.sum()
		p.leave()
	default:
		panic(p.unexpected("a number, a name or ("))
	}
	return t
}

// arguments reads (expr, ...).
func (p *parser) arguments() []*Tree {
	var args []*Tree
	p.enter()
	if !p.is(")") {
		args = append(args, p.sum())
	}
	for p.is(",") {
		p.next()
		args = append(args, p.sum())
	}
	p.leave()
	return args
}

func (p *parser) enter() {
	if len(p.open) == MaxDepth {
		panic(errorAt(p.start, TooDeep, "more than %d brackets are inside one another: the limit is %d", MaxDepth, MaxDepth))
	}
	p.open = append(p.open, p.start)
	p.next()
}

func (p *parser) leave() {
	if !p.is(")") {
		if p.kind == tokenEnd {
			panic(errorAt(p.start, Syntax, "a ) is missing: the ( at position %d is not closed", p.open[len(p.open)-1]))
		}
		panic(p.unexpected("an operator or )"))
	}
	p.open = p.open[:len(p.open)-1]
	p.next()
}

// is reports whether the token is one of these operators.
func (p *parser) is(operators ...string) bool {
	if p.kind != tokenOperator {
		return false
	}
	for _, op := range operators {
		if p.token == op {
			return true
		}
	}
	return false
}

// unexpected returns the error that the token is not what it should be.
func (p *parser) unexpected(want string) *Error {
	after := ""
	if p.last != "" {
		after = " after " + p.last
	}
	switch {
	case p.kind == tokenEnd:
		return errorAt(p.start, Syntax, "unexpected end of input%s: expected %s", after, want)
	case p.token == "*" && p.last == "*":
		return errorAt(p.start, Syntax, "unexpected * after *: powers are written ^")
	case p.is(")") && len(p.open) == 0:
		return errorAt(p.start, Syntax, "unexpected ): there is no ( for it")
	case p.kind == tokenNumber, p.kind == tokenName, p.is("("):
		return errorAt(p.start, Syntax, "unexpected %s%s: expected %s; a product is written with *", brief(p.token), after, want)
	}
	return errorAt(p.start, Syntax, "unexpected %s%s: expected %s", p.token, after, want)
}

// brief returns s, shortened if it is long.
func brief(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	head, _ := splitAt(s, most)
	return head + "…"
}

// next reads the next token.
func (p *parser) next() {
	p.last = brief(p.token)
	blanks := len(p.text) - len(strings.TrimLeft(p.text, " \t"))
	p.skip(blanks)
	p.start = p.at
	if p.at > MaxLength {
		panic(errorAt(-1, TooLarge, "the expression is longer than %d characters", MaxLength))
	}
	r, size := utf8.DecodeRuneInString(p.text)
	switch {
	case size == 0:
		p.kind, p.token = tokenEnd, ""
		return
	case isDigit(r), r == '.' && len(p.text) > 1 && isDigit(rune(p.text[1])):
		p.kind, size = tokenNumber, numberLength(p.text)
	case isLetter(r):
		p.kind, size = tokenName, nameLength(p.text)
	default:
		p.kind, size = tokenOperator, operatorLength(p.text)
		if size == 0 {
			panic(p.illegal(r))
		}
	}
	p.token = p.text[:size]
	p.skip(size)
}

// skip moves n bytes on.
func (p *parser) skip(n int) {
	p.at += utf8.RuneCountInString(p.text[:n])
	p.text = p.text[n:]
}

func isDigit(r rune) bool  { return '0' <= r && r <= '9' }
func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// nameLength returns the length of the name at the start of s.
func nameLength(s string) int {
	n := 0
	for n < len(s) && (isLetter(rune(s[n])) || n > 0 && (isDigit(rune(s[n])) || s[n] == '_')) {
		n++
	}
	return n
}

// isName reports whether s is a name.
func isName(s string) bool { return s != "" && nameLength(s) == len(s) }

// numberLength returns the length of the number at the start of s. A dot before
// *, / or ^ belongs to the operator.
func numberLength(s string) int {
	digits := func(n int) int {
		for n < len(s) && isDigit(rune(s[n])) {
			n++
		}
		return n
	}
	n := digits(0)
	if n < len(s) && s[n] == '.' && (n+1 == len(s) || !strings.ContainsRune("*/^", rune(s[n+1]))) {
		n = digits(n + 1)
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		m := n + 1
		if m < len(s) && (s[m] == '+' || s[m] == '-') {
			m++
		}
		if end := digits(m); end > m {
			n = end
		}
	}
	return n
}

// operatorLength returns the length of the operator at the start of s, 0 if
// there is none.
func operatorLength(s string) int {
	for _, op := range []string{".*", "./", ".^", "+", "-", "*", "/", "^", "'", "(", ")", ","} {
		if strings.HasPrefix(s, op) {
			return len(op)
		}
	}
	return 0
}

// lookalikes are characters that are not in the grammar, and what to write.
var lookalikes = map[rune]string{
	'×': "*", '·': "*", '⋅': "*", '∗': "*", '∙': "*", '•': "*",
	'⊙': ".*", '∘': ".*", '⊘': "./", '÷': "/", '∕': "/", '⁄': "/",
	'−': "-", '–': "-", '—': "-", '‐': "-", '‑': "-",
	'’': "'", '‘': "'", '′': "'", '´': "'", '`': "'", 'ᵀ': "'", 'ᵗ': "'",
	'²': "^2", '³': "^3", '⁻': "^-1", '½': "0.5", '√': "sqrt",
	'⊗': "kron", '∑': "sum", 'Σ': "sum",
	']': ")", '{': "(", '}': ")", '\u00a0': "a blank",
}

// illegal returns the error that the character r is not in the grammar.
func (p *parser) illegal(r rune) *Error {
	name := fmt.Sprintf("U+%04X", r)
	if unicode.IsPrint(r) {
		name = fmt.Sprintf("%c (%s)", r, name)
	}
	hint := ""
	switch {
	case r == '[':
		hint = "; entries have no names here, and brackets are ( )"
	case lookalikes[r] != "":
		hint = fmt.Sprintf("; did you mean %s ?", lookalikes[r])
	case r == '=':
		hint = "; there are no equations here, only expressions"
	case r == '.':
		hint = "; .* ./ .^ are the element-wise operators"
	case r == '\n', r == '\r':
		hint = "; an expression is one line"
	case unicode.IsLetter(r):
		hint = "; names have the letters a-z and A-Z, digits and _"
	case r == '_':
		hint = "; names begin with a letter"
	}
	return errorAt(p.start, Syntax, "illegal character %s%s", name, hint)
}
