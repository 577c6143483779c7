package chaos

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"faultline/bench"
)

// A held instance notes what is done to it; the first cures fail.
type held struct {
	bench.Instance
	limits   []bench.Limits
	failures int
	on       bench.Constraint
}

func (h *held) Limit(_ context.Context, l bench.Limits) error {
	if l == (bench.Limits{}) && h.failures > 0 {
		h.failures--
		return errors.New("the engine is busy")
	}
	h.limits = append(h.limits, l)
	return nil
}

func (h *held) Constraint(context.Context) (bench.Constraint, error) {
	h.on.Throttled += time.Second
	return h.on, nil
}

func (h *held) Disconnect(context.Context) error                { return nil }
func (h *held) Connect(context.Context) error                   { return nil }
func (h *held) Exec(context.Context, ...string) (string, error) { return "", nil }

// TestStarve: the bound is taken away again, however often that fails at first, and what it did is told.
func TestStarve(t *testing.T) {
	w := newWorld(t)
	h := &held{Instance: w.network.services["payment"].Instance, failures: 2}
	w.network.services["payment"].Instance = h
	w.inject(bench.Fault{Name: "starve", Kind: bench.Starve, Place: "payment", CPUs: 0.1})()
	if want := []bench.Limits{{CPUs: 0.1}, {}}; !slices.Equal(h.limits, want) {
		t.Errorf("bounds %v, want %v", h.limits, want)
	}
	told := slices.IndexFunc(w.events, func(e bench.Event) bool { return e.Kind == bench.EventStruck })
	if told < 0 || w.events[told].Value != 1 {
		t.Errorf("told %v, want a second without a processor", w.events)
	}
	w.network.services["payment"].Instance = h.Instance
}
