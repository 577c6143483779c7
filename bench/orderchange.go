package bench

import (
	"math"
	"slices"
	"time"
)

// An OrderChange sets the waits of the orders planned in the fault's window against those of the same orders in the
// baseline: the same arrivals, the same draws of service times.
type OrderChange struct {
	Measure string `json:"measure"` // ack or done
	// Pairs is how many orders both runs sent, over all trials.
	Pairs int `json:"pairs"`
	// Slower and Faster are shares of the pairs, by more than a millisecond.
	Slower float64 `json:"slower"`
	Faster float64 `json:"faster"`
	// Shift is the median of new − base in seconds, bounded by a bootstrap of blocks: neighbours wait in the same queue. Its
	// bounds are those of these trials; what other trials would say is not in them.
	Shift Interval `json:"shift"`
}

// factsOf are the facts of trials, in their order; some may be missing.
func factsOf(all []Facts, c cellTrials) (list []Facts) {
	for _, t := range c.valid {
		if i := slices.IndexFunc(all, func(f Facts) bool { return f.Dir == t.Dir }); i >= 0 {
			list = append(list, all[i])
		}
	}
	return list
}

// orderChanges compare the orders of trials that belong together; nil if none do.
func orderChanges(base, now []Facts) (list []OrderChange) {
	for _, m := range []struct {
		name string
		of   func(Order) time.Duration
	}{{"ack", func(o Order) time.Duration { return o.Acked }}, {"done", func(o Order) time.Duration { return o.Done }}} {
		var differences []float64
		for _, f := range now {
			i := slices.IndexFunc(base, func(b Facts) bool { return belong(b.Trial, f.Trial) })
			if i >= 0 {
				differences = append(differences, orderDifferences(base[i], f, m.of)...)
			}
		}
		if len(differences) > 0 {
			list = append(list, newOrderChange(m.name, differences))
		}
	}
	return list
}

// orderDifferences are those of the waits of the orders that both trials planned for the same moment and sent.
func orderDifferences(base, now Facts, of func(Order) time.Duration) (list []float64) {
	p := now.Trial.Phases
	for i, o := range now.Orders {
		if i >= len(base.Orders) || o.Planned < p.Fault || o.Planned >= p.Recovery {
			continue
		}
		b := base.Orders[i]
		if b.Planned == o.Planned && b.Told != ToldUnsent && o.Told != ToldUnsent && b.Told != ToldDeclined && o.Told != ToldDeclined {
			list = append(list, minus(waitOf(o, of), waitOf(b, of)))
		}
	}
	return list
}

func waitOf(o Order, of func(Order) time.Duration) float64 {
	if of(o) == Never {
		return math.Inf(1)
	}
	return (of(o) - o.Planned).Seconds()
}

func newOrderChange(name string, differences []float64) OrderChange {
	c := OrderChange{Measure: name, Pairs: len(differences)}
	for _, d := range differences {
		if d > leastSpan.Seconds() {
			c.Slower += 1 / float64(c.Pairs)
		}
		if d < -leastSpan.Seconds() {
			c.Faster += 1 / float64(c.Pairs)
		}
	}
	c.Shift = blockBootstrap(differences, uint64(c.Pairs))
	return c
}
