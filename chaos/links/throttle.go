package links

import (
	"math"
	"sync"
	"time"

	"faultline/bench"
)

// slice is how long one piece of bytes may take to pass a throttle: they trickle, and a cure finds no more than that under way.
const slice = 20 * time.Millisecond

// A line is one way of a place that carries a bounded number of bytes a second, of all its connections together.
type line struct {
	mu   sync.Mutex
	free time.Time // when what was taken on will have been carried
}

// book takes n bytes on and returns when they will have been carried.
func (l *line) book(n int, rate int64) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(float64(n) / float64(rate) * float64(time.Second)))
	return l.free
}

// appetite is how many bytes may be read at once.
func (p *pipe) appetite(most int) int {
	for _, s := range p.session.place.strikes() {
		switch {
		case s.is(p.way, bench.Bandwidth):
			most = min(most, inSlice(float64(s.fault.Rate)))
		case s.is(p.way, bench.SlowStart) && p.session.startsUnder(s):
			doublings := float64(p.session.age()) / float64(s.fault.Delay)
			most = min(most, inSlice(float64(s.fault.Rate)*math.Exp2(doublings)))
		}
	}
	return most
}

func inSlice(rate float64) int { return max(1, int(min(rate*slice.Seconds(), 1<<20))) }

// throttle waits until n bytes have passed what is narrow. Meanwhile nothing is read, so that the sender feels it.
func (p *pipe) throttle(on []*strike, n int) {
	for _, s := range on {
		at := time.Time{}
		switch {
		case s.is(p.way, bench.Bandwidth):
			at = s.lines[p.way].book(n, s.fault.Rate)
		case s.is(p.way, bench.SlowStart) && p.session.startsUnder(s):
			at = p.session.began.Add(afterStart(s.fault, p.carried.Add(int64(n))))
		default:
			continue
		}
		wait := time.Until(at)
		s.held(n, wait)
		p.session.wait(wait, s.cured)
	}
}

// afterStart is the age at which a connection has carried n bytes: its rate begins at r and is 2^(t/τ)·r at the age t, so
// that n = r·τ/ln 2 · (2^(t/τ) − 1).
func afterStart(f bench.Fault, n int64) time.Duration {
	scale := float64(f.Rate) * f.Delay.Seconds() / math.Ln2
	return time.Duration(float64(f.Delay) * math.Log2(1+float64(n)/scale))
}
