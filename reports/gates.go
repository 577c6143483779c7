package reports

import (
	"fmt"

	"faultline/bench"
)

// A gatesPart is what the gates of a run, or of a comparison, say.
type gatesPart struct {
	Rows []gateRow
}

// A gateRow is a gate for one architecture under one fault.
type gateRow struct {
	Gate                    string
	First                   bool // of its gate
	Mark, Outcome, Of, Saw  string
	Failed, Undecided, Pass bool
}

var outcomeMarks = map[bench.Outcome]string{bench.Pass: "✓", bench.Fail: "✗", bench.Inconclusive: "~"}

func newGates(results []bench.GateResult) gatesPart {
	var p gatesPart
	row := func(g bench.GateResult, first bool, o bench.Outcome, of, saw string) {
		p.Rows = append(p.Rows, gateRow{g.Gate, first, outcomeMarks[o], string(o), of, saw, o == bench.Fail, o == bench.Inconclusive, o == bench.Pass})
	}
	for _, g := range results {
		if len(g.Cells) == 0 {
			row(g, true, g.Outcome, "", g.Why)
		}
		for i, c := range g.Cells {
			row(g, i == 0, c.Outcome, c.Architecture+" under "+c.Fault, c.Saw)
		}
	}
	return p
}

// mostGates bounds the rows of a comment: the failed ones come first.
const mostGates = 60

func mdGates(results []bench.GateResult) string {
	rows := newGates(results).Rows
	if len(rows) == 0 {
		return ""
	}
	t := &mdTable{heads: []string{"gate", "", "of", "saw"}, left: 4}
	for _, pick := range []func(gateRow) bool{
		func(r gateRow) bool { return r.Failed }, func(r gateRow) bool { return r.Undecided }, func(r gateRow) bool { return r.Pass }} {
		for _, r := range rows {
			if pick(r) && len(t.rows) < mostGates {
				t.add(code(r.Gate), r.Mark+" "+r.Outcome, inert(r.Of), inert(cut(r.Saw, 300)))
			}
		}
	}
	text := t.String()
	if len(rows) > mostGates {
		text += fmt.Sprintf("\nand %s more\n", count(len(rows)-mostGates))
	}
	return text
}

// gates writes what the gates say, a line each.
func (t *terminal) gates(results []bench.GateResult) {
	for i, r := range newGates(results).Rows {
		label := "         "
		if i == 0 {
			t.line("")
			label = "GATES    "
		}
		text := r.Gate
		if r.Of != "" {
			text += ", " + r.Of
		}
		t.wrap(label+r.Mark+" "+r.Outcome+"  ", text+": "+r.Saw)
	}
}
