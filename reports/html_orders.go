package reports

import (
	"fmt"
	"strings"

	"faultline/bench"
)

// An ordersPart is what became of every offered order.
type ordersPart struct {
	Empty      string
	Violations []bench.Class
	Others     []bench.Class // those that an order is in
	Unused     string        // the others, which none is in
	Rows       []ordersRow
	Witnesses  []witnessGroup
	Broken     bool // some promise was
}

// An ordersRow is the audit of one architecture under one fault, summed over its valid trials.
type ordersRow struct {
	Fault, Arch, Remark, Missing string
	First                        bool // of its fault
	Violations, Others           []ordersCell
	Sum                          string
	Adds                         bool
	Shipped                      string
}

type ordersCell struct {
	N         string
	Zero, Bad bool
}

// A witnessGroup is the violations of one class in one cell, with what shows them.
type witnessGroup struct {
	Title string
	More  string
	List  []witness
}

type witness struct{ Order, Told, Journal string }

// Span is how many columns an INVALID stands in place of.
func (p ordersPart) Span() int { return len(p.Violations) + len(p.Others) + 2 }

func newOrders(g grid) ordersPart {
	p := ordersPart{Violations: shownViolations}
	p.Others, p.Unused = usedClasses(g)
	ran := false
	for _, f := range g.faults {
		for i, c := range g.row(f) {
			ran = ran || len(c.trials) > 0
			for _, class := range shownViolations {
				p.Broken = p.Broken || c.sum(class) > 0
			}
			p.Rows = append(p.Rows, newOrdersRow(c, p.Others, i == 0))
			p.Witnesses = append(p.Witnesses, witnessesOf(c)...)
		}
	}
	if !ran {
		p.Empty = "No order was offered: no trial was run."
	}
	return p
}

// usedClasses parts the harmless classes into those that some order is in, and the rest.
func usedClasses(g grid) (used []bench.Class, unused string) {
	var rest []string
	for _, class := range otherClasses {
		n := 0
		for _, f := range g.faults {
			for _, c := range g.row(f) {
				n += c.sum(class)
			}
		}
		if n > 0 {
			used = append(used, class)
		} else {
			rest = append(rest, string(class))
		}
	}
	return used, strings.Join(rest, ", ")
}

func newOrdersRow(c *cell, others []bench.Class, first bool) ordersRow {
	row := ordersRow{Fault: c.fault.Name, Arch: c.arch.Name, First: first, Remark: c.remark(), Missing: c.missing()}
	if n := len(c.valid()); n > 1 {
		row.Arch += fmt.Sprintf(" (sum of %d)", n)
	}
	for _, class := range shownViolations {
		n := c.sum(class)
		row.Violations = append(row.Violations, ordersCell{count(n), n == 0, n > 0})
	}
	for _, class := range others {
		n := c.sum(class)
		row.Others = append(row.Others, ordersCell{count(n), n == 0, false})
	}
	row.Sum, row.Adds = sumText(c)
	var shipped [3]int
	for _, t := range c.valid() {
		for i, n := range t.Audit.Shipped {
			shipped[i] += n
		}
	}
	row.Shipped = fmt.Sprintf("%s / %s / %s", count(shipped[0]), count(shipped[1]), count(shipped[2]))
	return row
}

// sumText shows that the classes add up to what was offered, or that they don't.
func sumText(c *cell) (text string, adds bool) {
	sum, offered := c.accounted(), c.offered()
	if sum == offered {
		return count(offered) + " offered ✓", true
	}
	return count(sum) + ", but " + count(offered) + " offered ✗", false
}

// mostWitnesses bounds the page: the facts hold the rest.
const mostWitnesses = 10

func witnessesOf(c *cell) []witnessGroup {
	var groups []witnessGroup
	for _, class := range shownViolations {
		var list []witness
		for _, t := range c.valid() {
			for _, w := range t.Audit.Witnesses {
				if w.Class == class {
					list = append(list, newWitness(w))
				}
			}
		}
		if len(list) == 0 {
			continue
		}
		group := witnessGroup{Title: fmt.Sprintf("%s: %s under %s", class, c.arch.Name, c.fault.Name)}
		shown := min(len(list), mostWitnesses)
		group.List = list[:shown]
		if n := c.sum(class); n > shown {
			group.More = fmt.Sprintf("%d more are in the facts of the run.", n-shown)
		}
		groups = append(groups, group)
	}
	return groups
}

func newWitness(w bench.Witness) witness {
	name := w.Order
	if name == "" {
		name = "(no id)"
	}
	if w.Seq >= 0 {
		name += fmt.Sprintf(", number %d", w.Seq)
	}
	out := witness{Order: name, Told: w.Told.String()}
	if w.Status != "" {
		out.Told += ", last seen " + w.Status
	}
	if len(w.Journal) == 0 {
		out.Journal = "no line in any journal"
	}
	for _, e := range w.Journal {
		out.Journal += fmt.Sprintf("%8s  %-10s %-12s %+d\n", duration(e.T), e.Service, e.Effect, e.N)
	}
	return out
}
