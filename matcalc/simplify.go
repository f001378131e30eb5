package matcalc

import (
	"slices"
	"strconv"
)

// Simplify returns e in the shortest form that is found, measured by
// [Expr.Nodes]: common factors are taken out of sums, products expanded where
// something cancels, fractions reduced, and what one of names is defined as is
// replaced by that name. The result is e wherever e is finite; it may be finite
// where e is not, since x/x is 1. It is never longer than e.
//
// The time is bounded: of an expression with many parts only what is near to
// each other is compared.
func (p *Pool) Simplify(e *Expr, names []*Expr) *Expr {
	s := newSimplifier(p, names)
	best := s.fixed(e)
	if len(names) > 0 && e.whole <= maxExpanded/2 {
		plain := newSimplifier(p, nil).fixed(p.Expand(e))
		best = s.shorter(best, s.fixed(plain))
		best = s.renamed(best)
		best = s.unnamed(best, names)
	}
	if s.nodes(best) > s.nodes(e) {
		return e
	}
	return best
}

const (
	maxExpanded = 2000   // nodes of an expression in which all names are replaced by what they stand for
	maxMeasured = 20_000 // nodes of an expression of which the length in writing is found, not estimated
	maxDeep     = 400    // nodes of an expression that is expanded to see whether something cancels
	maxGrowth   = 3      // times by which it may grow
	maxPasses   = 10     // from the leaves to the root
)

// simplifier rewrites expressions to shorter ones. Its rules are identities;
// of what they offer it takes the shortest, if that is shorter.
type simplifier struct {
	*Pool
	w         writer
	ugly      map[*Tree]int
	expansion map[*Expr]*Expr
	done      [2]map[*Expr]*Expr // results, without and with the rules that expand
	names     nameTable
	met       map[*Expr]*Expr // scalars by what they are equal to: the one that came first
	again     bool            // a shorter form of a scalar was met after a longer one
	limit     int             // of expressions in the pool: beyond it nothing is tried
	stop      int             // the same, of the pool's work
}

func newSimplifier(p *Pool, names []*Expr) *simplifier {
	return &simplifier{
		Pool:      p,
		w:         writer{trees: map[*Expr]*Tree{}, sizes: map[*Tree]int{}},
		ugly:      map[*Tree]int{},
		expansion: map[*Expr]*Expr{},
		done:      [2]map[*Expr]*Expr{{}, {}},
		names:     p.nameTable(names),
		met:       map[*Expr]*Expr{},
		limit:     min(p.count+20_000, MaxNodes*3/4),
		stop:      min(p.work+maxWork/4, maxWork/2),
	}
}

// fixed returns e simplified until nothing changes.
func (s *simplifier) fixed(e *Expr) *Expr {
	for range maxPasses {
		s.done = [2]map[*Expr]*Expr{{}, {}}
		s.again = false
		r := s.simple(e, deep)
		if r == e && !s.again {
			break
		}
		e = r
	}
	return e
}

// level says which rules are applied.
type level int

const (
	flat level = iota // those whose results are comparable at once
	deep              // and those whose results have to be simplified to be compared
)

// simple returns e simplified, from the leaves to the root.
func (s *simplifier) simple(e *Expr, l level) *Expr {
	if len(e.args) == 0 {
		return e
	}
	if r := s.done[l][e]; r != nil {
		return r
	}
	r := e
	args := make([]*Expr, len(e.args))
	for i, a := range e.args {
		args[i] = s.simple(a, l)
	}
	if !slices.Equal(args, e.args) {
		if r = s.With(e, args); s.nodes(r) > s.nodes(e) {
			r = e
		}
	}
	r = s.improved(r, l)
	if l == deep { // shorter parts may hide what cancels in the whole
		r, _ = s.best(e, r, s.cost(r), deep)
	}
	s.done[l][e], s.done[l][r] = r, r
	return r
}

// improved returns the shortest of what the rules make of e, if that is
// shorter. The rules that expand are tried when the others have done all they
// can.
func (s *simplifier) improved(e *Expr, l level) *Expr {
	e = s.meet(e)
	best, cost := s.best(e, e, s.cost(e), flat)
	if best != e {
		return s.simple(best, l)
	}
	if l == deep {
		best, _ = s.best(e, e, cost, deep)
	}
	if best == e {
		return e
	}
	return s.simple(best, l)
}

// best returns the shortest of best, which costs this much, and of what the
// rules of a level make of e.
func (s *simplifier) best(e, best *Expr, cost int, l level) (*Expr, int) {
	start := cost
	if l == deep && start/costNode > maxDeep {
		return best, cost
	}
	for _, r := range simplifications {
		if r.level != l || len(r.ops) > 0 && !slices.Contains(r.ops, e.op) || s.isSpent() {
			continue
		}
		for _, c := range s.offers(r, e) {
			if l == deep {
				if s.nodes(c) > maxGrowth*(start/costNode)+maxExpandedTerms {
					continue
				}
				c = s.simple(c, flat)
			}
			k := s.cost(c)
			if k < cost && k/costNode <= start/costNode-r.least || r.least < 0 && best == e && c != e && k/costNode <= start/costNode {
				best, cost = c, k
			}
		}
	}
	return best, cost
}

// isSpent reports whether so much was tried that the rest stays as it is.
func (s *simplifier) isSpent() bool { return s.count > s.limit || s.work > s.stop }

// simplification is a rule of the simplifier: what it offers is equal to e.
type simplification struct {
	name   string
	level  level
	least  int  // by how many nodes e must become shorter; −1 if what is as long is better
	ops    []Op // to what it applies; all if empty
	offers func(s *simplifier, e *Expr) []*Expr
}

// offers returns what a rule makes of e, and nothing if that would be too large.
func (s *simplifier) offers(r simplification, e *Expr) (offers []*Expr) {
	var err error
	defer Catch(&err)
	return r.offers(s, e)
}

// simplifications are the rules. The order is that of preference among results
// of one length.
var simplifications []simplification

func init() {
	simplifications = slices.Concat(nameRules, sumRules, productRules, scalarRules, functionRules, ringRules)
}

// cost returns how long e is in writing: by nodes, then by the powers in it and
// the characters.
func (s *simplifier) cost(e *Expr) int {
	if e.size > maxMeasured {
		return e.size * costNode
	}
	t := s.w.tree(e)
	return s.w.size(t)*costNode + min(s.looks(t), costNode-1)
}

// nodes returns how many nodes e has in writing.
func (s *simplifier) nodes(e *Expr) int { return s.cost(e) / costNode }

const (
	costNode  = 1 << 16
	costPower = 16 // a power of k costs as much as 16·k² characters
)

// looks returns what makes t less easy to read than another tree of the same
// number of nodes.
func (s *simplifier) looks(t *Tree) int {
	if n, ok := s.ugly[t]; ok {
		return n
	}
	n := len(t.Text)
	if t.Kind == TreeBinary && (t.Text == "^" || t.Text == ".^") {
		if k, err := strconv.Atoi(t.Args[1].Text); err == nil {
			n += costPower * min(k, 8) * min(k, 8)
		}
	}
	for i, a := range t.Args {
		n = min(n+s.looks(a), MaxNodesWritten)
		if t.NeedsBrackets(i) {
			n += 2
		}
	}
	s.ugly[t] = n
	return n
}

// shorter returns the shorter of two expressions, a if none is.
func (s *simplifier) shorter(a, b *Expr) *Expr {
	if a != b && s.cost(b) < s.cost(a) {
		return b
	}
	return a
}
