package bench

import "time"

// windows computes the edge's figures by phase.
func windows(f Facts, slo SLO) Windows {
	p := f.Trial.Phases
	span := func(from, to time.Duration) Window {
		w := window(f.Orders, from, to, slo)
		w.Staleness = staleness(f, from, to)
		return w
	}
	return Windows{
		Baseline: span(p.Baseline, p.Fault),
		Fault:    span(p.Fault, p.Recovery),
		Recovery: span(p.Recovery, p.Drain),
		All:      span(p.Baseline, p.Drain),
	}
}

// window computes the figures of the orders planned in [from, to). Every outcome counts, with its full wait;
// an order that was declined was answered, but has nothing to be done.
func window(orders []Order, from, to time.Duration, slo SLO) Window {
	w := Window{From: from, To: to}
	n := planned(orders, from, to)
	ack, done := latencies{came: make([]time.Duration, 0, n)}, latencies{came: make([]time.Duration, 0, n)}
	var completed, good, failed, lateAck, lateDone int
	for i := range orders {
		o := &orders[i]
		if o.Done != Never && o.Done >= from && o.Done < to {
			completed++
		}
		if o.Planned < from || o.Planned >= to || o.Told == ToldUnsent {
			continue
		}
		w.Offered++
		ack.add(o.Planned, o.Acked)
		if o.failed() {
			failed++
		}
		if o.failed() || o.Acked-o.Planned > slo.Ack {
			lateAck++
		}
		if o.Told == ToldDeclined {
			continue
		}
		done.add(o.Planned, o.Done)
		switch {
		case o.Done == Never || o.Done-o.Planned > slo.Done:
			lateDone++
		default:
			good++
		}
	}
	w.Ack, w.Done = ack.quantiles(), done.quantiles()
	w.Throughput, w.Goodput = perSecond(completed, to-from), perSecond(good, to-from)
	w.Errors, w.LateAcks = share(failed, w.Offered), share(lateAck, w.Offered)
	w.LateDone = share(lateDone, w.Done.N)
	return w
}

// planned are how many orders were planned in [from, to).
func planned(orders []Order, from, to time.Duration) (n int) {
	for i := range orders {
		if orders[i].Planned >= from && orders[i].Planned < to {
			n++
		}
	}
	return n
}

// failed reports whether the answer was a failure, or there was none. An order that was accepted and cancelled
// later was answered well: it fails as a completion.
func (o *Order) failed() bool {
	return o.Acked == Never || o.Code == 0 || told(int(o.Code)) == ToldFailed
}

func perSecond(n int, span time.Duration) float64 {
	if span <= 0 {
		return 0
	}
	return float64(n) / span.Seconds()
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// curves are the percentile curves of the orders planned in the fault's window.
func curves(f Facts) (ack, done []Point) {
	n := planned(f.Orders, f.Trial.Phases.Fault, f.Trial.Phases.Recovery)
	a, d := latencies{came: make([]time.Duration, 0, n)}, latencies{came: make([]time.Duration, 0, n)}
	for i := range f.Orders {
		o := &f.Orders[i]
		if o.Planned < f.Trial.Phases.Fault || o.Planned >= f.Trial.Phases.Recovery || o.Told == ToldUnsent {
			continue
		}
		a.add(o.Planned, o.Acked)
		if o.Told != ToldDeclined {
			d.add(o.Planned, o.Done)
		}
	}
	return a.curve(), d.curve()
}
