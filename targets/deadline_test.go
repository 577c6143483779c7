package targets

import (
	"maps"
	"slices"
	"testing"
	"time"

	"faultline/bench"
)

// TestDeadlines: what is left of a request's time is divided over the chain as service times are, twice over; of what goes over a
// broker nobody waits for the reply.
func TestDeadlines(t *testing.T) {
	const ms = time.Millisecond
	p := bench.Plan{Flow: bench.Flow{Work: map[string]time.Duration{"order": 1 * ms, "payment": 2 * ms, "fraud": 4 * ms, "risk": 8 * ms, "inventory": 16 * ms, "shipping": 32 * ms}}}
	for _, c := range []struct {
		architecture, service string
		needs                 time.Duration
		rests                 map[string]time.Duration
	}{
		{"sync", "order", 126 * ms, map[string]time.Duration{"payment": 2*ms + 2*(16+32)*ms, "inventory": 2*ms + 2*32*ms, "shipping": 2 * ms}},
		{"stream", "order", 2 * ms, nil},
		{"sync", "risk", 16 * ms, nil},
		{"sync", "fraud", 24 * ms, map[string]time.Duration{"risk": 8 * ms}},
		{"sync", "payment", 28 * ms, map[string]time.Duration{"fraud": 4 * ms}},
		{"queue", "order", 2 * ms, nil},
		{"queue", "payment", 28 * ms, map[string]time.Duration{"fraud": 4 * ms}},
	} {
		list := Architectures()
		a := list[slices.IndexFunc(list, func(a bench.Architecture) bool { return a.Name == c.architecture })]
		if got := needs(p, a, c.service); got != c.needs {
			t.Errorf("%s: %s needs %v, want %v", c.architecture, c.service, got, c.needs)
		}
		if got := rests(p, a, c.service); !maps.Equal(got, c.rests) {
			t.Errorf("%s: %s takes %v after its callees, want %v", c.architecture, c.service, got, c.rests)
		}
	}
}
