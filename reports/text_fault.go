package reports

import (
	"fmt"

	"faultline/bench"
)

// nameWidth is how much of an architecture's or a service's name a table shows.
const nameWidth = 18

// A textColumn is one figure of a trial, and what stands where it is infinite.
type textColumn struct {
	group, head, absent string
	write               func(float64) string
	of                  func(*bench.Summary) float64
}

// windowColumns are the figures over the orders planned in the fault window.
var windowColumns = []textColumn{
	{"answer", "p50", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Ack.P50) }},
	{"", "p99", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Ack.P99) }},
	{"", "max", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Ack.Max) }},
	{"order done", "p50", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Done.P50) }},
	{"", "p99", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Done.P99) }},
	{"", "max", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Done.Max) }},
	{"orders/s", "done", "–", significant, func(s *bench.Summary) float64 { return s.Windows.Fault.Throughput }},
	{"", "good", "–", significant, func(s *bench.Summary) float64 { return s.Windows.Fault.Goodput }},
	{"", "errors", "–", share, func(s *bench.Summary) float64 { return s.Windows.Fault.Errors }},
}

// unseen is what is said of an end that the trial did not live to see.
const unseen = "not seen"

// afterColumns are the figures of what came after the window.
var afterColumns = []textColumn{
	{"recovery", "answer", unseen, seconds, func(s *bench.Summary) float64 { return sec(s.Recovery.Ack) }},
	{"", "done", unseen, seconds, func(s *bench.Summary) float64 { return sec(s.Recovery.Done) }},
	{"drain", "backlog", "–", significant, func(s *bench.Summary) float64 { return float64(s.Drain.Backlog) }},
	{"", "seen", unseen, seconds, func(s *bench.Summary) float64 { return sec(s.Drain.Measured) }},
	{"", "predicted", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Drain.Predicted) }},
}

// besideColumns are what clients saw in "My Orders" after their answer, and what an order cost its services.
var besideColumns = []textColumn{
	{"my orders", "missed", "–", share, func(s *bench.Summary) float64 { return s.Windows.Fault.Staleness.Missed }},
	{"shown done", "p50", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Staleness.Window.P50) }},
	{"", "p99", "never", seconds, func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Staleness.Window.P99) }},
	{"", "of", "–", significant, func(s *bench.Summary) float64 { return float64(s.Windows.Fault.Staleness.Reads) }},
	{"cpu", "an order", "–", seconds, func(s *bench.Summary) float64 { return s.Cost.CPU.Seconds() }},
}

// fault writes the figures of a fault, what came after it, and what became of the orders.
func (t *terminal) fault(g grid, f bench.Fault) {
	cells := g.row(f)
	t.head(f.Name, describe(f)+" · "+windowText(f, cells))
	t.figures(cells, windowColumns, true)
	if !isControl(f) {
		t.figures(cells, afterColumns, false)
	}
	if g.readBack(f) {
		t.figures(cells, besideColumns, false)
	}
	t.recoveryNotes(cells)
	t.orders(cells)
}

// figures writes a table of columns, a row an architecture; one without figures says why if it should.
func (t *terminal) figures(cells []*cell, columns []textColumn, why bool) {
	table := &textTable{}
	heads := []string{""}
	for i, c := range columns {
		if c.group != "" {
			table.groups = append(table.groups, textGroup{i + 1, c.group})
		}
		heads = append(heads, c.head)
	}
	table.add(heads...)
	for _, c := range cells {
		if missing := c.missing(); missing == "" {
			addFigures(table, c, columns)
		} else if why {
			table.instead(textName(c), missing)
		}
	}
	if len(table.rows) > 1 {
		table.write(t)
	}
}

// addFigures adds a row of medians, and over several trials the least and the greatest below it.
func addFigures(table *textTable, c *cell, columns []textColumn) {
	rows := [3][]string{{textName(c)}, {"  least"}, {"  greatest"}}
	for _, col := range columns {
		v := measure{of: col.of}.over(c)
		for i, value := range []float64{v.Value, v.Low, v.High} {
			text := col.absent
			if value >= 0 {
				text = col.write(value)
			}
			rows[i] = append(rows[i], text)
		}
	}
	table.add(rows[0]...)
	if len(c.valid()) > 1 {
		table.add(rows[1]...)
		table.add(rows[2]...)
	}
}

// textName is an architecture's name with the number of trials behind its figures.
func textName(c *cell) string {
	name := shortName(c.arch.Name)
	if n := len(c.valid()); n > 1 {
		name += fmt.Sprintf(" (n=%d)", n)
	}
	return name
}

func shortName(s string) string {
	runes := []rune(plain(s))
	if len(runes) > nameWidth {
		return string(runes[:nameWidth-1]) + "…"
	}
	return string(runes)
}

func windowText(f bench.Fault, cells []*cell) string {
	for _, c := range cells {
		if t := c.median(); t != nil {
			from, to := faultWindow(t)
			text := fmt.Sprintf("orders planned from %s to %s (%d a trial)", short(from.Seconds()), short(to.Seconds()), t.Windows.Fault.Offered)
			if isControl(f) {
				return text + ", the span of a fault"
			}
			return text + ", the fault window"
		}
	}
	return "no valid trial"
}

// recoveryNotes say how long was watched where the end was not seen, and what was cut short or left out.
func (t *terminal) recoveryNotes(cells []*cell) {
	for _, c := range cells {
		m := c.median()
		if m == nil {
			continue
		}
		if m.Recovery.Verdict != "" && (m.Recovery.Ack < 0 || m.Recovery.Done < 0) {
			t.wrap("  note: ", c.arch.Name+" "+m.Recovery.Verdict)
		}
		if remark := c.remark(); remark != "" {
			t.wrap("  note: ", c.arch.Name+": "+remark)
		}
	}
}
