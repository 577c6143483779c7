package bench

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// What must hold before two architectures are said to differ.
const (
	clearRatio = 3    // of their values, however few trials there are
	clearShare = 0.05 // apart, where the values are shares
	// clearTrials of each, whose ranges don't overlap, say as much: by chance that happens 2 times in C(2n, n), 2.9 %.
	clearTrials = 4
)

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
	if c.Unit == "orders" || best == worst {
		return
	}
	c.Ratio = ratio(c.Values[best], c.Values[worst])
	if c.apart(c.Values[best], c.Values[worst]) {
		c.Best = best
	}
}

// ratio is that of the larger value to the smaller; 0 where it can't be formed.
func ratio(a, b Compare) float64 {
	low, high := min(a.Value, b.Value), max(a.Value, b.Value)
	if a.Infinite || b.Infinite || low <= 0 {
		return 0
	}
	return high / low
}

// leaders are the best and whoever is clearly apart from the worst and nearer to the best than to it, in the order of the plan.
func (c *Comparison) leaders(architectures []Architecture) (names []string) {
	worst := c.Values[c.worst()]
	for _, a := range architectures {
		if x, ok := c.Values[a.Name]; a.Name == c.Best || ok && c.apart(x, worst) && c.near(x) {
			names = append(names, a.Name)
		}
	}
	return names
}

// near reports whether a value is nearer to the best than to the worst: as ratios, shares as differences.
func (c *Comparison) near(x Compare) bool {
	best, worst := c.Values[c.Best], c.Values[c.worst()]
	if c.Unit == "share" || worst.Infinite {
		return worst.Infinite || math.Abs(x.Value-best.Value) < math.Abs(x.Value-worst.Value)
	}
	return (x.Value*x.Value < best.Value*worst.Value) == c.Lower
}

// stands is the first of the leaders that the best is not clearly apart from: which of those is the best is chance.
func (c *Comparison) stands(leaders []string) string {
	return leaders[slices.IndexFunc(leaders, func(name string) bool {
		return name == c.Best || !c.apart(c.Values[c.Best], c.Values[name])
	})]
}

// apart reports whether the better value may be called so: what every trial of one said is beyond what
// every trial of the other said, and by enough.
func (c *Comparison) apart(best, worst Compare) bool {
	if best.Infinite || c.overlap(best, worst) {
		return false
	}
	if c.Unit == "share" {
		return math.Abs(best.Value-worst.Value) > clearShare
	}
	return worst.Infinite || ratio(best, worst) > clearRatio || min(best.N, worst.N) >= clearTrials
}

// overlap reports whether the ranges of two values do.
func (c *Comparison) overlap(best, worst Compare) bool {
	if c.Lower {
		return beyond(best.High) >= beyond(worst.Low)
	}
	return beyond(best.Low) <= beyond(worst.High)
}

// beyond is a value with infinity as such.
func beyond(v float64) float64 {
	if v < 0 {
		return math.Inf(1)
	}
	return v
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

// spread is how far the largest and the smallest value are apart.
func (c Comparison) spread() float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range c.Values {
		low, high = min(low, x.Value), max(high, x.Value)
	}
	return high - low
}
