package reports

import (
	"fmt"
	"strings"
	"time"

	"faultline/bench"
)

// rowsOf are the rows of the matrix for a fault, in the order of its cells.
func rowsOf(cells []*cell) []bench.MatrixRow {
	var trials []bench.Summary
	for _, c := range cells {
		for _, t := range c.trials {
			trials = append(trials, *t)
		}
	}
	return bench.Matrix(trials)
}

// columnsOf are who is in a column of some rows, the edge first.
func columnsOf(rows []bench.MatrixRow) []string {
	var who []string
	seen := map[string]bool{}
	for _, r := range rows {
		for _, c := range r.Cells {
			if !seen[c.Who] {
				seen[c.Who] = true
				who = append(who, c.Who)
			}
		}
	}
	return who
}

// cellAt is a row's cell of a column, if it has one.
func cellAt(r bench.MatrixRow, who string) (bench.Cell, bool) {
	for _, c := range r.Cells {
		if c.Who == who {
			return c, true
		}
	}
	return bench.Cell{}, false
}

// A matrixFigure is one figure of a cell, and how it is written.
type matrixFigure struct {
	name, about string
	of          func(bench.Cell) bench.Effect
	write       func(float64) string
}

var matrixFigures = []matrixFigure{
	{"P", "failure propagation: of calls that are fine in the control, the share that is not here",
		func(c bench.Cell) bench.Effect { return c.Propagation }, share},
	{"κ_L p50", "latency coupling: seconds later at p50 for each second injected", func(c bench.Cell) bench.Effect { return c.P50 }, coupling},
	{"κ_L p99", "the same at p99", func(c bench.Cell) bench.Effect { return c.P99 }, coupling},
	{"κ_A", "availability coupling: share gone bad for each share of the time that the place was out",
		func(c bench.Cell) bench.Effect { return c.Availability }, coupling},
}

// coupling writes a coefficient: two digits after the point, less where it is large. Nearly nothing has no sign.
func coupling(v float64) string {
	switch {
	case v > -0.005 && v < 0.005:
		return "0.00"
	case v >= 100 || v <= -100:
		return significant(v)
	case v >= 10 || v <= -10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// text is a figure of a cell, or why there is none in a word or two.
func (f matrixFigure) text(c bench.Cell) string {
	switch e := f.of(c); {
	case e.Missing == "starved", e.Missing == "down":
		return e.Missing
	case e.Missing != "":
		return "–"
	case e.Infinite:
		return "∞"
	default:
		return f.write(e.Value)
	}
}

// interval is a figure's interval, "" if it has none.
func (f matrixFigure) interval(c bench.Cell) string {
	e := f.of(c)
	if e.How == "" || e.Missing != "" || e.Infinite {
		return ""
	}
	return f.write(e.Low) + " to " + f.write(e.High)
}

// known is whether a figure is there for anybody in some rows.
func (f matrixFigure) known(rows []bench.MatrixRow) bool {
	for _, r := range rows {
		for _, c := range r.Cells {
			if f.of(c).Missing == "" {
				return true
			}
		}
	}
	return false
}

// A hit is somebody in sustained alarm, with how long after the fault's start.
type hit struct {
	who   string
	after string
}

// pathOf is the order in which those in a row were hit, and who was not. Those hit at the same moment, as far as can be seen, are in
// the order in which a fault travels: from who is asked to who asks, the client last.
func pathOf(r bench.MatrixRow) (hits []hit, spared []string) {
	order := make([]bench.Cell, 0, len(r.Cells))
	for i := len(r.Cells) - 1; i >= 0; i-- {
		order = append(order, r.Cells[i])
	}
	for i := range order { // the client's two are the first of the cells, so the last here: answer before done
		if order[i].Who == bench.AtDone && i+1 < len(order) && order[i+1].Who == bench.AtAnswer {
			order[i], order[i+1] = order[i+1], order[i]
		}
	}
	sortBy(order, func(c bench.Cell) time.Duration { return c.Lag.After })
	for _, c := range order {
		if c.Lag.After < 0 {
			spared = append(spared, c.Who)
			continue
		}
		hits = append(hits, hit{c.Who, lagText(c.Lag)})
	}
	return hits, spared
}

// lagText writes a lag with what it is exact to.
func lagText(l bench.Lag) string {
	switch {
	case l.After < 0:
		return "no alarm"
	case l.Within > 0:
		return "within " + short(l.After.Round(10*time.Millisecond).Seconds())
	}
	return short(l.After.Round(time.Millisecond).Seconds())
}

// sortBy sorts by a time, never last, and leaves what is equal in its order.
func sortBy[T any](list []T, of func(T) time.Duration) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && uint64(of(list[j])) < uint64(of(list[j-1])); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// workText says at whom work was amplified, or that it was at nobody.
func workText(list []bench.Work) string {
	var parts []string
	for _, w := range list {
		if w.Factor > 1.05 {
			parts = append(parts, fmt.Sprintf("%s %s (%s attempts an order, %s in the control)", w.Service, times(w.Factor), significantShort(w.Fault), significantShort(w.Control)))
		}
	}
	switch {
	case len(list) == 0:
		return ""
	case len(parts) == 0:
		return "not amplified: as many attempts an order as in the control"
	}
	return "amplified at " + strings.Join(parts, ", ")
}

// extentText says how many services were reached, how many orders, and what was lost.
func extentText(t *bench.Summary) string {
	s := t.Spread
	parts := []string{fmt.Sprintf("%d of %s reached", s.Reached, plural(s.Measured, "service"))}
	if t.Blast != nil {
		parts = append(parts, "blast radius "+share(t.Blast.Radius))
	}
	if s.Harm.Missing == "" {
		parts = append(parts, plural(int(s.Harm.Value), "order")+" of goodput lost")
	}
	return strings.Join(parts, ", ")
}
