package reports

import (
	"fmt"
	"strings"

	"faultline/bench"
)

// matrix writes a fault's rows of the matrix place × service, an architecture a line, and what followed from it.
func (t *terminal) matrix(cells []*cell) {
	rows := rowsOf(cells)
	who := columnsOf(rows)
	if len(who) == 0 {
		return
	}
	for _, f := range matrixFigures {
		if !f.known(rows) {
			continue
		}
		t.wrap("  "+f.name+"  ", f.about)
		table := &textTable{}
		table.add(append([]string{""}, who...)...)
		for _, r := range rows {
			f.add(table, r, who)
		}
		table.write(t)
	}
	for _, c := range cells {
		t.account(c)
	}
}

// add adds a row's figures to a table, and below them how far they may be off: by a bootstrap, or over several trials.
func (f matrixFigure) add(table *textTable, r bench.MatrixRow, who []string) {
	if len(r.Cells) == 0 {
		table.instead(shortName(r.Architecture), r.Missing)
		return
	}
	heads := [3]string{shortName(r.Architecture), "  2.5 %", "  97.5 %"}
	if r.Trials > 1 {
		heads = [3]string{fmt.Sprintf("%s (n=%d)", heads[0], r.Trials), "  least", "  greatest"}
	}
	rows, any := [3][]string{{heads[0]}, {heads[1]}, {heads[2]}}, false
	for _, name := range who {
		text, low, high := "", "", ""
		if c, ok := cellAt(r, name); ok {
			text = f.text(c)
			if f.interval(c) != "" {
				any, low, high = true, f.write(f.of(c).Low), f.write(f.of(c).High)
			}
		}
		rows[0], rows[1], rows[2] = append(rows[0], text), append(rows[1], low), append(rows[2], high)
	}
	table.add(rows[0]...)
	if any {
		table.add(rows[1]...)
		table.add(rows[2]...)
	}
}

// account says of one architecture who was hit when, and where the time went.
func (t *terminal) account(c *cell) {
	m := c.median()
	if m == nil || len(m.Spread.Cells) == 0 {
		return
	}
	label := "  " + shortName(c.arch.Name) + "  "
	for _, line := range accountLines(c) {
		t.wrap(label, line)
		label = strings.Repeat(" ", width(label))
	}
}

// accountLines are what follows from a cell's row of the matrix, in the trial that is drawn.
func accountLines(c *cell) (lines []string) {
	m := c.median()
	for _, r := range rowsOf([]*cell{{arch: c.arch, fault: c.fault, trials: []*bench.Summary{m}}}) {
		lines = append(lines, "hit: "+pathText(r))
	}
	lines = append(lines, extentText(m))
	if work := workText(m.Spread.Work); work != "" {
		lines = append(lines, "work "+work)
	}
	switch {
	case m.Spread.Cause.Sentence != "":
		lines = append(lines, m.Spread.Cause.Sentence)
	case m.Spread.Cause.Missing != "" && m.Spread.Missing == "":
		lines = append(lines, "Where the time went: "+m.Spread.Cause.Missing+".")
	}
	if m.Spread.Missing != "" {
		lines = append(lines, "Against its own baseline: "+m.Spread.Missing+"; work, harm, blast radius and cause need one.")
	}
	return lines
}

func pathText(r bench.MatrixRow) string {
	hits, spared := pathOf(r)
	var parts []string
	for _, h := range hits {
		parts = append(parts, h.who+" "+h.after)
	}
	text := strings.Join(parts, " → ")
	if text == "" {
		text = "nobody"
	}
	if len(spared) > 0 && len(hits) > 0 {
		text += "; not hit: " + strings.Join(spared, ", ")
	}
	return text
}
