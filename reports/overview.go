package reports

import (
	"fmt"
	"math"
	"slices"

	"faultline/bench"
)

// overviewFrom is how many faults a run must have for an overview; of fewer the comparison shows all.
const overviewFrom = 6

// An overviewPart is a run of many faults at a glance: a row a fault, an architecture a column, and what was felt worst.
type overviewPart struct {
	Archs []string
	Rows  []overviewRow
}

type overviewRow struct {
	Fault, About string
	Cells        []searchCell
}

const (
	overviewTitle = "Every place, at a glance"
	overviewAbout = "What was felt worst, over the orders planned in the fault's window: the answer's p99 / the p99 of order done, or the share of answers that failed. Of several trials the worst."
	overviewShade = "The darker, the larger the share of answers that failed or missed the SLO."
)

// About and Shading say what a cell is, for the page.
func (overviewPart) About() string { return overviewAbout }

// Shading says what the shade of a cell is.
func (overviewPart) Shading() string { return overviewShade }

// newOverview is nil for a run of few faults.
func newOverview(g grid) *overviewPart {
	if len(g.faults) < overviewFrom {
		return nil
	}
	p := &overviewPart{}
	for _, a := range g.archs {
		p.Archs = append(p.Archs, a.Name)
	}
	for _, f := range g.faults {
		row := overviewRow{Fault: f.Name, About: describe(f)}
		for _, c := range g.row(f) {
			row.Cells = append(row.Cells, overviewCell(c))
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// overviewCell is the worst of a cell's valid trials.
func overviewCell(c *cell) searchCell {
	valid := c.valid()
	switch {
	case len(c.trials) == 0:
		return number("does not fit", "")
	case len(valid) == 0:
		return number("INVALID", "")
	}
	worst := slices.MaxFunc(valid, func(a, b *bench.Summary) int { return harm(a) - harm(b) })
	w := worst.Windows.Fault
	out := searchCell{Number: true, Text: duration(w.Ack.P99) + " / " + duration(w.Done.P99)}
	if w.Errors > 0.01 {
		out.Text = share(w.Errors) + " failed / " + duration(w.Done.P99)
	}
	if n := worst.Audit.Broken(); n > 0 {
		out.Note = plural(n, "broken promise")
	}
	if w.LateAcks > 0 {
		out.Shade = fmt.Sprintf("s%d", min(10, max(1, int(math.Ceil(10*w.LateAcks)))))
	}
	return out
}

// harm orders trials by what was felt: broken promises, then answers that failed or were late, then their p99.
func harm(s *bench.Summary) int {
	w := s.Windows.Fault
	return s.Audit.Broken()*1_000_000_000 + int(w.LateAcks*1000)*1_000_000 + int(min(finiteOrLast(w.Ack.P99).Milliseconds(), 999_999))
}

// overview writes a run of many faults at a glance.
func (t *terminal) overview(g grid) {
	p := newOverview(g)
	if p == nil {
		return
	}
	t.head(overviewTitle, overviewAbout)
	table := &textTable{}
	table.add(append([]string{""}, p.Archs...)...)
	for _, row := range p.Rows {
		cells := []string{plain(row.Fault)}
		for _, c := range row.Cells {
			text := c.Text
			if c.Note != "" {
				text += " (" + c.Note + ")"
			}
			cells = append(cells, text)
		}
		table.add(cells...)
	}
	table.write(t)
}
