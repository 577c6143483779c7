package bench_test

import (
	"strings"
	"testing"
	"time"

	"faultline/bench"
)

// TestSeveralFaults: faults that overlap, grow and come again are injected and cured when the timetable says, each is felt at
// its own place, and no order is lost by it.
func TestSeveralFaults(t *testing.T) {
	t.Parallel()
	needTime(t)
	plan := defaultPlan(t, "sync")
	plan.Load.Rate = 40
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: 2 * time.Second, Fault: 6 * time.Second, Recovery: 2 * time.Second, Drain: 30 * time.Second}
	plan.Faults = []bench.Fault{{Name: "a-bad-day", Kind: bench.Several, Steps: []bench.Fault{
		{Name: "risk-slower", Kind: bench.Slow, Place: "risk", Delay: 60 * time.Millisecond,
			When: bench.When{For: 3 * time.Second, Ramp: time.Second}},
		{Name: "far-payment", Kind: bench.Latency, Place: "order->payment", Delay: 40 * time.Millisecond,
			When: bench.When{At: 2 * time.Second}},
		{Name: "inventory-flaps", Kind: bench.Kill, Place: "inventory",
			When: bench.When{At: 500 * time.Millisecond, For: 1500 * time.Millisecond, Every: 3 * time.Second}},
	}}}
	s := runPlan(t, plan).Trials[0]
	for _, c := range s.Checks {
		if felt := strings.HasPrefix(c.Name, "fault was felt"); felt && !c.Passed {
			t.Errorf("%s: %s", c.Name, c.Saw)
		}
	}
	if n := s.Audit.Broken(); n > 0 {
		t.Errorf("%d broken promises: %v", n, s.Audit.Classes)
	}
	// when tells the moments of a fault's events, after the window's start.
	when := func(fault string, kind bench.EventKind) (at []time.Duration) {
		for _, e := range s.Events {
			if e.Fault == fault && e.Kind == kind {
				at = append(at, e.T-s.Trial.Phases.Fault)
			}
		}
		return at
	}
	for _, c := range []struct {
		fault string
		kind  bench.EventKind
		want  []time.Duration
	}{
		{"inventory-flaps", bench.EventInject, []time.Duration{500 * time.Millisecond, 3500 * time.Millisecond}},
		{"inventory-flaps", bench.EventHeal, []time.Duration{2 * time.Second, 5 * time.Second}},
		{"far-payment", bench.EventInject, []time.Duration{2 * time.Second}},
		{"far-payment", bench.EventHeal, []time.Duration{6 * time.Second}},
		{"risk-slower", bench.EventHeal, []time.Duration{3 * time.Second}},
	} {
		got := when(c.fault, c.kind)
		if len(got) != len(c.want) {
			t.Errorf("%s of %s at %v, want %v", c.kind, c.fault, got, c.want)
			continue
		}
		for i, at := range got {
			if late := at - c.want[i]; late < 0 || late > time.Second {
				t.Errorf("%s of %s at %v, want %v", c.kind, c.fault, at, c.want[i])
			}
		}
	}
	levels := 0
	for _, e := range s.Events {
		if e.Fault == "risk-slower" && e.Kind == bench.EventInject {
			levels++
		}
	}
	if levels != 10 {
		t.Errorf("risk grew slower by %d levels, want 10", levels)
	}
}
