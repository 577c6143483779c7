package bench

import "time"

// windows computes the edge's figures by phase. The three are one after the other, and make up the whole.
func windows(f Facts, slo SLO) Windows {
	p := f.Trial.Phases
	baseline, fault, recovery := waitsOf(f.Orders, p.Baseline, p.Fault), waitsOf(f.Orders, p.Fault, p.Recovery), waitsOf(f.Orders, p.Recovery, p.Drain)
	span := func(from, to time.Duration, waits windowWaits) Window {
		w := windowOf(f.Orders, from, to, waits, slo)
		w.Staleness = staleness(f, from, to)
		return w
	}
	return Windows{
		Baseline: span(p.Baseline, p.Fault, baseline),
		Fault:    span(p.Fault, p.Recovery, fault),
		Recovery: span(p.Recovery, p.Drain, recovery),
		All:      span(p.Baseline, p.Drain, baseline.and(fault).and(recovery)),
	}
}

// windowWaits are those of the orders of a window, sorted: for the answer, and until an order was done.
type windowWaits struct{ ack, done latencies }

// waitsOf are the waits of the orders planned in [from, to). Every outcome counts, with its full wait; an order that was declined
// was answered, but has nothing to be done.
func waitsOf(orders []Order, from, to time.Duration) windowWaits {
	n := planned(orders, from, to)
	w := windowWaits{latencies{came: make([]time.Duration, 0, n)}, latencies{came: make([]time.Duration, 0, n)}}
	for i := range orders {
		o := &orders[i]
		if o.Planned < from || o.Planned >= to || o.Told == ToldUnsent {
			continue
		}
		w.ack.add(o.Planned, o.Acked)
		if o.Told != ToldDeclined {
			w.done.add(o.Planned, o.Done)
		}
	}
	w.ack.sorted()
	w.done.sorted()
	return w
}

// and are the waits of two windows together.
func (w windowWaits) and(other windowWaits) windowWaits {
	return windowWaits{w.ack.and(other.ack), w.done.and(other.done)}
}

// window computes the figures of the orders planned in [from, to).
func window(orders []Order, from, to time.Duration, slo SLO) Window {
	return windowOf(orders, from, to, waitsOf(orders, from, to), slo)
}

// windowOf computes the figures of a window of which the waits are known.
func windowOf(orders []Order, from, to time.Duration, waits windowWaits, slo SLO) Window {
	w := Window{From: from, To: to, Ack: waits.ack.quantiles(), Done: waits.done.quantiles()}
	w.Offered = w.Ack.N
	var completed, failed, lateAck int
	for i := range orders {
		o := &orders[i]
		if o.Done != Never && o.Done >= from && o.Done < to {
			completed++
		}
		if o.Planned < from || o.Planned >= to || o.Told == ToldUnsent {
			continue
		}
		if o.failed() {
			failed++
		}
		if o.failed() || o.Acked-o.Planned > slo.Ack {
			lateAck++
		}
	}
	good := waits.done.within(slo.Done)
	w.Throughput, w.Goodput = perSecond(completed, to-from), perSecond(good, to-from)
	w.Errors, w.LateAcks = share(failed, w.Offered), share(lateAck, w.Offered)
	w.LateDone = share(w.Done.N-good, w.Done.N)
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
	w := waitsOf(f.Orders, f.Trial.Phases.Fault, f.Trial.Phases.Recovery)
	return w.ack.curve(), w.done.curve()
}
