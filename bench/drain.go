package bench

import (
	"slices"
	"sort"
	"time"
)

// drainTime sets the measured drain of the backlog at the fault's end beside B / (μ − λ) (MEASURES).
func drainTime(h RunHeader, f Facts) DrainTime {
	if f.Trial.Fault.Kind == NoFault {
		return DrainTime{}
	}
	open := newOpenOrders(f.Orders)
	healed := f.healed()
	d := DrainTime{Backlog: open.at(healed), Measured: Never, Predicted: Never, Mu: capacity(h.Plan, f), Lambda: h.Plan.Load.Rate}
	level := 0
	for t := f.Trial.Phases.Baseline; t < f.Trial.Phases.Fault; t += drainStep {
		level = max(level, open.at(t))
	}
	for t := healed; t <= max(healed, open.last()+drainStep); t += drainStep {
		if open.at(t) <= level {
			d.Measured = t - healed
			break
		}
	}
	if d.Mu > d.Lambda {
		d.Predicted = time.Duration(float64(d.Backlog) / (d.Mu - d.Lambda) * float64(time.Second))
	}
	return d
}

const drainStep = 20 * time.Millisecond

// capacity is μ: what the slowest service can do per second, its slots over its mean own work in the baseline.
func capacity(p Plan, f Facts) float64 {
	least := 0.0
	for _, service := range f.Trial.Architecture.Services() {
		slots, ok := f.Trial.Architecture.Slots[service]
		if !ok {
			slots = p.Flow.Slots[service]
		}
		var work float64
		var n int64
		for _, s := range f.samples(service, f.Trial.Phases.Baseline, f.Trial.Phases.Fault) {
			work += s.WorkSum
			n += s.Work.Count()
		}
		if n == 0 || work == 0 || service == "shipping" {
			continue // shipping is no part of "done"
		}
		if mu := float64(slots) * float64(n) / work; least == 0 || mu < least {
			least = mu
		}
	}
	return least
}

// openOrders tell how many orders were sent and not settled at a moment.
type openOrders struct{ sent, ended []time.Duration }

func newOpenOrders(orders []Order) openOrders {
	var o openOrders
	for _, order := range orders {
		if order.Told == ToldUnsent {
			continue
		}
		o.sent = append(o.sent, order.Sent)
		if end := order.end(); end != Never {
			o.ended = append(o.ended, end)
		}
	}
	slices.Sort(o.sent)
	slices.Sort(o.ended)
	return o
}

func (o openOrders) at(t time.Duration) int { return upTo(o.sent, t) - upTo(o.ended, t) }

// last is when the last order ended.
func (o openOrders) last() time.Duration {
	if len(o.ended) == 0 {
		return 0
	}
	return o.ended[len(o.ended)-1]
}

func upTo(moments []time.Duration, t time.Duration) int {
	return sort.Search(len(moments), func(i int) bool { return moments[i] > t })
}
