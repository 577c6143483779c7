package bench

import (
	"cmp"
	"slices"
	"time"
)

// A Lag is how long after the fault's start somebody was first in sustained alarm.
type Lag struct {
	// After is Never if there was no alarm.
	After time.Duration `json:"after"`
	// Within is how much sooner it may have been: the length of the scrape in which it was.
	Within time.Duration `json:"within,omitempty"`
}

// The alarm is a CUSUM of the calls outside of the control band: it adds each, takes off the share that may be outside at any
// time, is never below 0, and alarms at a height that stands for a tenth of a second of nothing but such calls.
const (
	alarmSlack  = 0.1 // of calls that may be outside, beside the control's own share
	alarmSpan   = 100 * time.Millisecond
	leastHeight = 5 // calls
)

// A batch is some calls seen together: until when, how many, and how many of them outside of the band.
type batch struct {
	from, to   time.Duration
	n, outside float64
}

// firstAlarm is when the CUSUM first reaches its height.
func firstAlarm(batches []batch, begin time.Duration, slack, height float64) Lag {
	sum := 0.0
	for _, b := range batches {
		if sum = max(0, sum+b.outside-slack*b.n); sum >= height {
			return Lag{After: max(0, b.to-begin), Within: b.to - b.from}
		}
	}
	return Lag{After: Never}
}

// alarmHeight is the CUSUM's height for a rate of calls.
func alarmHeight(perSecond float64) float64 { return max(leastHeight, perSecond*alarmSpan.Seconds()) }

// edgeLags are the lags of answers and of completions. Each order is a batch of its own, at the moment it is known to be in
// the band or not: when it came, or when the band was over.
func edgeLags(f Facts, ref reference) (ack, done Lag) {
	calm, p := ref.calm(), f.Trial.Phases
	height := alarmHeight(perSecond(calm.Offered, calm.To-calm.From))
	lag := func(limit time.Duration, slack float64, of func(*Order) (time.Duration, bool)) Lag {
		list := make([]batch, 0, planned(f.Orders, p.Fault, p.Drain))
		for i := range f.Orders {
			if o := &f.Orders[i]; o.Planned >= p.Fault && o.Planned < p.Drain && o.Told != ToldUnsent {
				if b, counts := known(o, limit, of); counts {
					list = append(list, b)
				}
			}
		}
		slices.SortFunc(list, func(a, b batch) int { return cmp.Compare(a.to, b.to) })
		return firstAlarm(list, p.Fault, alarmSlack+slack, height)
	}
	ack = lag(band(calm.Ack.P99), calm.Errors, func(o *Order) (time.Duration, bool) { return o.Acked, o.failed() })
	done = lag(band(calm.Done.P99), share(calm.Done.Never, calm.Done.N), func(o *Order) (time.Duration, bool) { return o.Done, false })
	return ack, done
}

// known is when one knew whether an order is outside of the band; a declined order that is never done counts nowhere.
func known(o *Order, limit time.Duration, of func(*Order) (came time.Duration, failed bool)) (batch, bool) {
	came, failed := of(o)
	at, outside := came, 0.0
	switch {
	case came == Never && o.Told == ToldDeclined:
		return batch{}, false
	case came == Never || came-o.Planned > limit:
		at, outside = o.Planned+limit, 1
	case failed:
		outside = 1
	}
	return batch{from: at, to: at, n: 1, outside: outside}, true
}

// serviceLag is a service's lag. Being down is an alarm by itself.
func serviceLag(f Facts, ref reference, service string) Lag {
	from, to := ref.span()
	calm := Histogram{}
	var all, wrong int64
	for _, s := range ref.facts.samples(service, from, to) {
		calm.Add(s.Latency)
		n, _ := s.bad(time.Hour)
		all, wrong = all+n, wrong+s.Requests[OutcomeFailed]+s.Requests[OutcomeShed]
	}
	limit, p := band(calm.Quantile(0.99)), f.Trial.Phases
	height := alarmHeight(float64(all) / (to - from).Seconds())
	var list []batch
	for _, s := range f.samples(service, p.Fault, p.Drain) {
		n, outside := s.bad(limit)
		b := batch{from: s.From, to: s.To, n: float64(n), outside: float64(outside)}
		if s.Down {
			b.outside = b.n + height/(1-alarmSlack)
		}
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b batch) int { return cmp.Compare(a.to, b.to) })
	return firstAlarm(list, p.Fault, alarmSlack+share(int(wrong), int(all)), height)
}
