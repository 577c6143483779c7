package bench

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// An Until says when a run has seen enough, where a number of trials does not: after each whole round, every architecture
// under every fault once, it is asked whether another is begun. The plan's trials are the least. The zero Until asks for those alone.
type Until struct {
	// Width is how near each median of ack p99 and done p99 is to be known: the share of it within which the bounds of its
	// interval are to lie. 0: it does not matter.
	Width float64 `json:"width,omitempty" yaml:"width"`
	// Budget is how long the rounds may take together: none is begun that would probably end later. 0: as long as they do.
	Budget time.Duration `json:"budget,omitempty" yaml:"budget"`
}

// mostRounds is the number of rounds that ends every run.
const mostRounds = MostNeeded

// An Ending is why a run began no other round.
type Ending string

// The endings of a run that does not know its number of trials.
const (
	EndedByWidth  Ending = "width"  // every median is known well enough
	EndedByBudget Ending = "budget" // another round would probably have ended too late
	EndedByRounds Ending = "rounds" // there were as many as a run may have
)

// Rounds say how far a run with an Until has come.
type Rounds struct {
	Done  int           `json:"done"`  // whole ones
	Spent time.Duration `json:"spent"` // on them, without pauses between a run and its resumption
	// Ended is why there was no other; "" where somebody stopped it, or while it runs.
	Ended Ending `json:"ended,omitempty"`
}

// A Width is how near the median of one measure is known, over the valid trials of an architecture under a fault.
type Width struct {
	Measure      string   `json:"measure"`
	Architecture string   `json:"architecture"`
	Fault        string   `json:"fault"`
	Median       Interval `json:"median"`
}

// Share is the larger of the distances of the interval's bounds from the median, as a share of it: what benchstat writes
// after ±. It is infinite while the bounds are unknown.
func (w Width) Share() float64 {
	i := w.Median
	switch {
	case !i.Bounded():
		return math.Inf(1)
	case i.Low == i.High: // of waits that never end, too
		return 0
	case i.Value <= 0 || math.IsInf(i.Value, 1):
		return math.Inf(1)
	}
	return max(i.High-i.Value, i.Value-i.Low) / i.Value
}

// within reports whether a median is known as well as that. To less than a millisecond nobody needs to know it.
func (w Width) within(share float64) bool {
	i := w.Median
	return w.Share() <= share || i.Bounded() && max(i.High-i.Value, i.Value-i.Low) < leastSpan.Seconds()
}

// widthMeasures are those whose medians are to be known.
var widthMeasures = []string{"ack p99", "done p99"}

// widthsOf are the widths of every architecture under every fault of some trials, in the order of the plan.
func widthsOf(p Plan, trials []Summary) (list []Width) {
	measures := slices.DeleteFunc(Measures(), func(m Measure) bool { return !slices.Contains(widthMeasures, m.Name) })
	for _, f := range p.Faults {
		for _, a := range p.Architectures {
			cell := trialsUnder(trials, a.Name, f.Name)
			if len(cell.all) == 0 {
				continue
			}
			for _, m := range measures {
				list = append(list, Width{m.Name, a.Name, f.Name, intervalOf(m.values(cell.valid))})
			}
		}
	}
	return list
}

// values are those of a measure, without those that trials can't tell.
func (m Measure) values(trials []Summary) (values []float64) {
	for _, t := range trials {
		if v := m.Of(t); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	return values
}

// LeastKnown are widths with the least known first, and last those of which no trial tells.
func LeastKnown(widths []Width) []Width {
	list := slices.Clone(widths)
	slices.SortStableFunc(list, func(a, b Width) int {
		if (a.Median.N == 0) != (b.Median.N == 0) {
			return cmp.Compare(b.Median.N, a.Median.N)
		}
		return cmp.Compare(b.Share(), a.Share())
	})
	return list
}

// least is how many rounds a plan has in any case: an interval needs six.
func (p Plan) least() int {
	if p.Until.Width > 0 {
		return max(p.Trials, minTrials)
	}
	return p.Trials
}

// end decides after a round, of which there were as many as the plan wants at least, whether and why it was the last. It looks
// at how wide intervals are and never at who is ahead.
func (u Until) end(r Rounds, widths []Width) Ending {
	switch {
	case u.Width > 0 && u.reached(widths):
		return EndedByWidth
	case r.Done >= mostRounds:
		return EndedByRounds
	case u.Budget > 0 && r.Spent+r.Spent/time.Duration(r.Done) > u.Budget:
		return EndedByBudget
	}
	return ""
}

// reached reports whether every median that trials tell of is known as well as is asked for. An architecture that is INVALID
// under a fault whenever it is tried would be so in every other round too.
func (u Until) reached(widths []Width) bool {
	told := slices.DeleteFunc(slices.Clone(widths), func(w Width) bool { return w.Median.N == 0 })
	return len(told) > 0 && !slices.ContainsFunc(told, func(w Width) bool { return !w.within(u.Width) })
}
