package reports

import (
	"math"
	"sort"
	"time"

	"faultline/bench"
)

// A measure is one figure of a trial, over the fault window where it has one (for a control the same span).
type measure struct {
	name, unit string
	lower      bool // lower is better
	absent     string
	of         func(*bench.Summary) float64 // negative: infinite
}

// measures are the figures of a comparison, used where the results bring none of their own.
var measures = []measure{
	{"p99 answer", "s", true, "never", func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Ack.P99) }},
	{"p99 order done", "s", true, "never", func(s *bench.Summary) float64 { return sec(s.Windows.Fault.Done.P99) }},
	{"goodput", "/s", false, "–", func(s *bench.Summary) float64 { return s.Windows.Fault.Goodput }},
	{"time to recover", "s", true, "not seen", func(s *bench.Summary) float64 { return recovered(s.Recovery) }},
}

// recovery is the measure that has no meaning without a fault.
const recovery = "time to recover"

func sec(d time.Duration) float64 {
	if d < 0 {
		return infinite
	}
	return d.Seconds()
}

// recovered is when both answers and completions were as before; if one was not seen to be, neither was the whole.
func recovered(r bench.Recovery) float64 {
	if r.Ack < 0 || r.Done < 0 {
		return infinite
	}
	return sec(max(r.Ack, r.Done))
}

// over is a measure's median over the valid trials of a cell, with the least and the greatest.
func (m measure) over(c *cell) bench.Compare {
	var values []float64
	for _, t := range c.valid() {
		values = append(values, m.of(t))
	}
	mid, low, high := middle(values)
	return bench.Compare{Value: mid, Low: low, High: high, N: len(values),
		Invalid: len(c.trials) - len(values), Infinite: mid < 0}
}

// middle returns median, least and greatest; a negative value counts as infinite, and is returned as such.
// Of an even number it is the mean of the two in the middle.
func middle(values []float64) (mid, low, high float64) {
	n := len(values)
	if n == 0 {
		return 0, 0, 0
	}
	v := make([]float64, n)
	for i, x := range values {
		v[i] = x
		if x < 0 {
			v[i] = math.Inf(1)
		}
	}
	sort.Float64s(v)
	return marked((v[(n-1)/2] + v[n/2]) / 2), marked(v[0]), marked(v[n-1])
}

func marked(v float64) float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return infinite
	}
	return v
}

// comparisons are the rows that set architectures side by side under a fault: those of the verdict, or the
// same measures without a ratio where the verdict has none (one architecture, or nothing valid).
func comparisons(r bench.Results, g grid, f bench.Fault) []bench.Comparison {
	var rows []bench.Comparison
	for _, c := range r.Verdict.Comparisons {
		if c.Fault == f.Name && c.Unit != "orders" {
			rows = append(rows, c)
		}
	}
	if rows != nil {
		return rows
	}
	for _, m := range measures {
		if m.name == recovery && isControl(f) {
			continue
		}
		c := bench.Comparison{Fault: f.Name, Measure: m.name, Unit: m.unit, Lower: m.lower, Values: map[string]bench.Compare{}}
		for _, cell := range g.row(f) {
			c.Values[cell.arch.Name] = m.over(cell)
		}
		rows = append(rows, c)
	}
	return rows
}

// violations sums a class over the valid trials of a cell.
func (c *cell) sum(class bench.Class) int {
	n := 0
	for _, t := range c.valid() {
		n += t.Audit.Classes[class]
	}
	return n
}

// offered sums what was offered over the valid trials of a cell.
func (c *cell) offered() int {
	n := 0
	for _, t := range c.valid() {
		n += t.Audit.Offered
	}
	return n
}

// accounted sums every class but phantom: it must equal what was offered.
func (c *cell) accounted() int {
	n := 0
	for _, class := range bench.Classes {
		if class != bench.Phantom {
			n += c.sum(class)
		}
	}
	return n
}

// shownViolations is the order in which reports list them.
var shownViolations = []bench.Class{bench.Lost, bench.Duplicated, bench.HalfDone, bench.Zombie, bench.Phantom}

// otherClasses are the classes that break no promise.
var otherClasses = []bench.Class{bench.OK, bench.Recovered, bench.Declined, bench.Refused, bench.Vanished,
	bench.Parked, bench.Unfinished, bench.Unsent, bench.Unknown}
