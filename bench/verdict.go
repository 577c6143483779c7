package bench

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// clearRatio is how far apart two values must be before a single trial may say that they differ.
const clearRatio = 3

// A figure is one measure of a trial that a verdict compares.
type figure struct {
	name, unit string
	lower      bool // lower is better
	of         func(Summary) float64
}

func figures() []figure {
	list := []figure{
		{"p99 answer", "s", true, func(s Summary) float64 { return secondsOr(s.Windows.Fault.Ack.P99, InfiniteBin) }},
		{"p99 order done", "s", true, func(s Summary) float64 { return secondsOr(s.Windows.Fault.Done.P99, InfiniteBin) }},
		{"goodput", "/s", false, func(s Summary) float64 { return s.Windows.Fault.Goodput }},
		{"failed answers", "share", true, func(s Summary) float64 { return s.Windows.Fault.Errors }},
		{"time to recover", "s", true, recoverySeconds},
	}
	for _, c := range Violations {
		list = append(list, figure{"orders " + string(c), "orders", true, func(s Summary) float64 { return float64(s.Audit.Classes[c]) }})
	}
	return list
}

// recoverySeconds is when acknowledgement and completion had both recovered.
func recoverySeconds(s Summary) float64 {
	if s.Recovery.Ack == Never || s.Recovery.Done == Never {
		return InfiniteBin
	}
	return max(s.Recovery.Ack, s.Recovery.Done).Seconds()
}

// comparisons set every figure of every fault side by side.
func comparisons(r Results) []Comparison {
	var list []Comparison
	for _, fault := range r.Run.Plan.Faults {
		for _, f := range figures() {
			if fault.Kind == NoFault && f.name == "time to recover" {
				continue
			}
			if c := compare(r, fault.Name, f); len(c.Values) > 0 {
				list = append(list, c)
			}
		}
	}
	return list
}

func compare(r Results, fault string, f figure) Comparison {
	c := Comparison{Fault: fault, Measure: f.name, Unit: f.unit, Lower: f.lower, Values: map[string]Compare{}}
	for _, a := range r.Run.Plan.Architectures {
		var values []float64
		invalid := 0
		for _, t := range r.Trials {
			switch {
			case t.Trial.Architecture.Name != a.Name || t.Trial.Fault.Name != fault:
			case len(t.Invalid) > 0 || t.Interrupted:
				invalid++
			default:
				values = append(values, f.of(t))
			}
		}
		if len(values)+invalid > 0 {
			c.Values[a.Name] = middle(values, invalid)
		}
	}
	c.rank()
	return c
}

// middle is the median of some trials with the least and the greatest; a negative value is infinite.
func middle(values []float64, invalid int) Compare {
	c := Compare{N: len(values), Invalid: invalid}
	if len(values) == 0 {
		return c
	}
	slices.SortFunc(values, func(a, b float64) int {
		switch {
		case a < 0 && b >= 0:
			return 1
		case b < 0 && a >= 0:
			return -1
		}
		return cmp.Compare(a, b)
	})
	low, high := values[(len(values)-1)/2], values[len(values)/2]
	c.Low, c.High, c.Value = values[0], values[len(values)-1], (low+high)/2
	if low < 0 || high < 0 {
		c.Value, c.Infinite = InfiniteBin, true
	}
	return c
}

// rank forms the ratio of the worst value to the best, and names the best where they are clearly apart.
func (c *Comparison) rank() {
	best, worst := "", ""
	better := func(a, b string) bool {
		x, y := c.Values[a], c.Values[b]
		if x.Infinite != y.Infinite {
			return y.Infinite == c.Lower
		}
		return x.Value != y.Value && (x.Value < y.Value) == c.Lower
	}
	for _, name := range c.names() {
		if c.Values[name].N == 0 {
			return // nothing may be said beside an architecture that has no valid trial
		}
		if best == "" || better(name, best) {
			best = name
		}
		if worst == "" || better(worst, name) {
			worst = name
		}
	}
	low, high := c.Values[best], c.Values[worst]
	if !c.Lower {
		low, high = high, low
	}
	if c.Unit == "orders" || best == worst || low.Infinite {
		return
	}
	if high.Infinite {
		c.Best = best // infinitely apart: no ratio to write
		return
	}
	if low.Value > 0 {
		c.Ratio = high.Value / low.Value
	}
	if c.Ratio > clearRatio {
		c.Best = best
	}
}

// verdict is the run in one sentence, computed from its figures.
func verdict(r Results) Verdict {
	v := Verdict{Comparisons: comparisons(r)}
	switch invalid := invalidTrials(r); {
	case len(r.Trials) == 0:
		v.Sentence = "No trial was run."
	case len(invalid) > 0:
		first := invalid[0]
		v.Sentence = fmt.Sprintf("INVALID: %d of %d trials tested nothing. The first, %s under %s: %s.", len(invalid), len(r.Trials),
			first.Trial.Architecture.Name, first.Trial.Fault.Name, first.Invalid[0])
	case slices.ContainsFunc(r.Trials, func(t Summary) bool { return t.Interrupted }):
		v.Sentence = "Interrupted: the figures are partial, and nothing may be concluded."
	case brokenOrders(r) != "":
		v.Sentence = "Promises were broken: " + brokenOrders(r) + "."
	default:
		v.choose(r)
	}
	return v
}

func invalidTrials(r Results) []Summary {
	var list []Summary
	for _, t := range r.Trials {
		if len(t.Invalid) > 0 && !t.Interrupted {
			list = append(list, t)
		}
	}
	return list
}

// brokenOrders lists the violations, "" if there is none.
func brokenOrders(r Results) string {
	var parts []string
	for _, t := range r.Trials {
		for _, c := range Violations {
			if n := t.Audit.Classes[c]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s in %s under %s", n, c, t.Trial.Architecture.Name, t.Trial.Fault.Name))
			}
		}
	}
	return strings.Join(parts, ", ")
}

// choose writes the sentence about the fault under which answers are furthest apart.
func (v *Verdict) choose(r Results) {
	widest := -1
	for i, c := range v.Comparisons {
		if c.Measure == "p99 answer" && c.Best != "" && (widest < 0 || wider(c, v.Comparisons[widest])) {
			widest = i
		}
	}
	if widest < 0 {
		v.Sentence = v.same(r)
		return
	}
	c := v.Comparisons[widest]
	worst := c.worst()
	v.Winner = c.Best
	v.Sentence = fmt.Sprintf("When %s, %s answers in %s at p99, %s in %s; its orders are done by %s (%s: %s).",
		occasion(r, c.Fault), worst, c.text(worst), c.Best, c.text(c.Best), v.text(c.Fault, "p99 order done", c.Best), worst, v.text(c.Fault, "p99 order done", worst))
	v.Price = v.price(r, c.Fault, c.Best, worst)
}

// wider reports whether a's values are further apart than b's. A fault says more than the control.
func wider(a, b Comparison) bool {
	if (a.Fault == Control) != (b.Fault == Control) {
		return b.Fault == Control
	}
	return a.Ratio == 0 || b.Ratio != 0 && a.Ratio > b.Ratio
}

// same says that nothing is clearly apart, which is an answer.
func (v Verdict) same(r Results) string {
	if len(r.Run.Plan.Architectures) < 2 {
		var parts []string
		for _, c := range v.Comparisons {
			if c.Measure == "p99 answer" {
				name := r.Run.Plan.Architectures[0].Name
				parts = append(parts, fmt.Sprintf("%s under %s (done %s)", c.text(name), c.Fault, v.text(c.Fault, "p99 order done", name)))
			}
		}
		return fmt.Sprintf("%s answers at p99 in %s.", r.Run.Plan.Architectures[0].Name, strings.Join(parts, ", "))
	}
	return fmt.Sprintf("No difference: no two architectures' p99 answers are more than %d times apart under any of these faults.", clearRatio)
}

// price is what the better answers cost: when an answer no longer means done, and what else must run.
func (v Verdict) price(r Results, fault, best, worst string) string {
	var parts []string
	if a := architecture(r, best); a.ClientLink() != Wait {
		parts = append(parts, fmt.Sprintf("in %s an answer is a promise, not an outcome: the order is done %s later at p99 under this fault", best,
			v.gap(fault, best)))
		if c, ok := v.find(Control, "p99 order done"); ok {
			parts = append(parts, fmt.Sprintf("without a fault it is done by %s at p99 (%s: %s)", c.text(best), worst, c.text(worst)))
		}
	}
	for _, t := range r.Trials {
		if t.Trial.Architecture.Name == best && t.Trial.Broker != "" {
			parts = append(parts, "and a broker must run ("+t.Trial.Broker+")")
			break
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "The price: " + strings.Join(parts, "; ") + "."
}

// gap is p99 done less p99 answer.
func (v Verdict) gap(fault, architecture string) string {
	ack, ok1 := v.find(fault, "p99 answer")
	done, ok2 := v.find(fault, "p99 order done")
	if !ok1 || !ok2 || done.Values[architecture].Infinite {
		return "an unknown time"
	}
	return span3(done.Values[architecture].Value - ack.Values[architecture].Value)
}

func (v Verdict) find(fault, measure string) (Comparison, bool) {
	i := slices.IndexFunc(v.Comparisons, func(c Comparison) bool { return c.Fault == fault && c.Measure == measure })
	if i < 0 {
		return Comparison{}, false
	}
	return v.Comparisons[i], true
}

func (v Verdict) text(fault, measure, architecture string) string {
	c, ok := v.find(fault, measure)
	if !ok {
		return "unknown"
	}
	return c.text(architecture)
}

func (c Comparison) text(architecture string) string {
	if c.Values[architecture].Infinite {
		return "never"
	}
	return span3(c.Values[architecture].Value)
}

// names are sorted, so that the same facts name the same architecture where two are equal.
func (c Comparison) names() []string { return slices.Sorted(maps.Keys(c.Values)) }

// worst is the architecture furthest from the best.
func (c Comparison) worst() string {
	worst := ""
	for _, name := range c.names() {
		x := c.Values[name]
		if worst == "" || !c.Values[worst].Infinite && (x.Infinite || x.Value > c.Values[worst].Value) {
			worst = name
		}
	}
	return worst
}

// occasion words a fault as a clause.
func occasion(r Results, name string) string {
	for _, f := range r.Run.Plan.Faults {
		if f.Name == name && f.Kind != NoFault {
			return fmt.Sprintf("for %s %s", span3(r.Run.Plan.Windows.Fault.Seconds()), f.About)
		}
	}
	return "nothing is broken"
}

func architecture(r Results, name string) Architecture {
	i := slices.IndexFunc(r.Run.Plan.Architectures, func(a Architecture) bool { return a.Name == name })
	return r.Run.Plan.Architectures[i]
}

// span3 writes seconds with three significant digits.
func span3(seconds float64) string {
	switch {
	case seconds < 1:
		return ms(time.Duration(seconds * float64(time.Second)))
	case seconds < 10:
		return fmt.Sprintf("%.2f s", seconds)
	}
	return fmt.Sprintf("%.1f s", seconds)
}
