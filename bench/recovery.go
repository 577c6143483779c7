package bench

import (
	"fmt"
	"time"
)

// The control band: the reference's p99, doubled, at least bandSlack above it; an SLI is in it when at most bandShare of the
// orders of the next H are outside, beside the share that failed in the reference already.
const (
	bandFactor = 2
	bandSlack  = 50 * time.Millisecond
	bandShare  = 0.02
)

// band is the limit beyond which an order is outside the control band; a failure always is.
func band(p99 time.Duration) time.Duration {
	if p99 == Never {
		return 0
	}
	return max(bandFactor*p99, p99+bandSlack)
}

// recovery finds when acknowledgement and completion were back in the control band and stayed there for
// slo.Recovered, counted from the moment the cure was in effect (MEASURES).
func recovery(f Facts, ref reference, slo SLO) Recovery {
	if f.Trial.Fault.Kind == NoFault {
		return Recovery{}
	}
	healed := f.healed()
	b := ref.calm()
	ack := recovered(f, healed, slo.Recovered, bandShare+b.Errors, func(o *Order) bool {
		return !o.failed() && o.Acked-o.Planned <= band(b.Ack.P99)
	})
	done := recovered(f, healed, slo.Recovered, bandShare+share(b.Done.Never, b.Done.N), func(o *Order) bool {
		return o.Told == ToldDeclined || o.Done != Never && o.Done-o.Planned <= band(b.Done.P99)
	})
	r := Recovery{Ack: ack, Done: done, Watched: max(0, f.Trial.Phases.Drain-healed), Verdict: "recovered"}
	if ack == Never || done == Never {
		r.Verdict = fmt.Sprintf("not seen to recover in %.1f s", r.Watched.Seconds())
	}
	return r
}

// healed is when the last cure was in effect, or should have been.
func (f Facts) healed() time.Duration {
	at := f.Trial.Phases.Recovery
	for _, e := range f.Events {
		if e.Kind == EventHeal {
			at = e.T
		}
	}
	return at
}

// recovered is the time from healed to the first order that is good and is followed by good ones, all but
// a share of them, for hold; Never if none was seen.
func recovered(f Facts, healed, hold time.Duration, but float64, good func(*Order) bool) time.Duration {
	orders := make([]*Order, 0, len(f.Orders))
	for i := range f.Orders {
		if o := &f.Orders[i]; o.Planned >= healed && o.Told != ToldUnsent {
			orders = append(orders, o)
		}
	}
	wrong, next := 0, 0 // of the orders in [i, next)
	for i, o := range orders {
		if o.Planned+hold > f.Trial.Phases.Drain {
			break
		}
		for ; next < len(orders) && orders[next].Planned < o.Planned+hold; next++ {
			if !good(orders[next]) {
				wrong++
			}
		}
		if good(o) && float64(wrong) <= but*float64(next-i) {
			return o.Planned - healed
		}
		if !good(o) {
			wrong--
		}
	}
	return Never
}
