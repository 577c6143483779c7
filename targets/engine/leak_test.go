package engine

import (
	"testing"
	"time"

	"faultline/internal/poll"
	"faultline/internal/procs"
)

// TestLeak: the process grows to the limit, stays there, and is what it was when the leak is healed.
func TestLeak(t *testing.T) {
	const limit, slack = 64 << 20, 8 << 20
	e := newEngine(t, payment)
	before := procs.Resident(t)
	must(t, e.Leak(Leak{Rate: 4 * limit, Limit: limit}))
	poll.Until(t, 5*time.Second, "it has grown by the limit", func() bool { return procs.Resident(t) > before+limit-slack })
	time.Sleep(3 * leakEvery) // it would go on growing
	if more := procs.Resident(t) - before; more > limit+slack {
		t.Errorf("it grew by %d bytes, the limit is %d", more, limit)
	}
	must(t, e.Leak(Leak{}))
	poll.Until(t, 5*time.Second, "all is given back", func() bool { return procs.Resident(t) < before+slack })
	for _, l := range []Leak{{Rate: 1}, {Limit: 1}, {Rate: -1, Limit: -1}, {Rate: 1, Limit: maxLeak + 1}} {
		if e.Leak(l) == nil {
			t.Errorf("%+v was taken", l)
		}
	}
}
