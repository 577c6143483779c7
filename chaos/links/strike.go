package links

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"faultline/bench"
)

// A strike is a fault in effect at a place.
type strike struct {
	fault  bench.Fault
	seed   uint64
	since  time.Time
	cured  chan struct{} // closed when it is over
	lines  [2]line       // of Bandwidth, one a way
	firsts firsts        // of FailFirst

	seen, struck, bytes, waited atomic.Int64
}

// kinds are those that a place can be struck with.
var kinds = []bench.FaultKind{
	bench.Latency, bench.Bandwidth, bench.SlowStart, bench.Reset, bench.Refuse, bench.Blackhole, bench.HalfOpen,
	bench.Respond, bench.Hold, bench.FailFirst, bench.Truncate,
}

func newStrike(f bench.Fault, seed uint64) (*strike, error) {
	if !slices.Contains(kinds, f.Kind) {
		return nil, fmt.Errorf("a link can't be struck with %q: use one of %v", f.Kind, kinds)
	}
	if f.Delay < 0 || f.Jitter < 0 || f.Rate < 0 || (f.Kind == bench.Bandwidth || f.Kind == bench.SlowStart) && f.Rate == 0 {
		return nil, fmt.Errorf("fault %s: delay %v, jitter %v and rate %d must not be negative, and a rate not be 0", f.Name, f.Delay, f.Jitter, f.Rate)
	}
	return &strike{fault: f, seed: seed, since: time.Now(), cured: make(chan struct{})}, nil
}

// is reports whether the strike is of a kind and works in a way.
func (s *strike) is(way way, kinds ...bench.FaultKind) bool {
	return slices.Contains(kinds, s.fault.Kind) && (s.fault.Direction == "" || s.fault.Direction == way.String())
}

// draw returns the random numbers for the nth decision about a connection. They depend on nothing else, so that a seed
// repeats them however connections take turns.
func (s *strike) draw(connection int64, nth uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed^uint64(connection)<<32, nth))
}

// delay is how long something is held back: Delay, spread by the jitter.
func (s *strike) delay(connection int64, nth uint64) time.Duration {
	f := s.fault
	if f.Jitter == 0 {
		return f.Delay
	}
	return max(0, f.Delay+time.Duration(float64(f.Jitter)*stray(f.Distribution, s.draw(connection, nth))))
}

// Counts are what a fault has done at its place. Seen are the requests (kinds of HTTP), chunks of bytes (Latency,
// Bandwidth, SlowStart) or connections (all others) that it could strike, and Struck those that it struck: had wait, lose bytes
// or fail.
type Counts struct {
	Seen   int64         `json:"seen"`
	Struck int64         `json:"struck"`
	Bytes  int64         `json:"bytes"`     // carried under the fault, or swallowed by it
	Waited time.Duration `json:"waited_ns"` // of all that was struck, added up
}

func (s *strike) counts() Counts {
	return Counts{Seen: s.seen.Load(), Struck: s.struck.Load(), Bytes: s.bytes.Load(), Waited: time.Duration(s.waited.Load())}
}

// held counts n bytes that were held back for a while.
func (s *strike) held(n int, d time.Duration) {
	s.seen.Add(1)
	s.bytes.Add(int64(n))
	if d > 0 {
		s.struck.Add(1)
		s.waited.Add(int64(d))
	}
}
