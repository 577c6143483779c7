package bench

import (
	"slices"
	"testing"
	"time"
)

func TestPoliciesArePutOnLinks(t *testing.T) {
	second := time.Second
	a := Architecture{Links: []Link{{From: Client, To: "order", Transport: Wait, Broken: []string{NoCompensation}},
		{From: "order", To: "payment", Transport: "queue"}, {From: "payment", To: "fraud", Transport: "http"}}}
	p := Policy{Client: Resilience{Timeout: &second, Retry: &Retry{Attempts: 1}}, NewKeys: true, Services: &Resilience{Breaker: &Breaker{Failures: 3}}}
	on := p.On(a)
	if l := on.Links[0]; l.Retry == nil || !l.Breaks(NewKey) || !l.Breaks(NoCompensation) {
		t.Errorf("the client's link is %+v", l)
	}
	if on.Links[1].Breaker != nil || on.Links[2].Breaker == nil {
		t.Errorf("services call by http with a breaker, and over nothing else: %+v", on.Links[1:])
	}
	if a.Links[0].Retry != nil || a.Links[2].Breaker != nil {
		t.Error("the architecture itself was changed")
	}
	p.NewKeys = false
	if p.On(on).Links[0].Breaks(NewKey) {
		t.Error("a policy of one key keeps the new keys of the one before")
	}
}

// TestDrainIsPredictedWithRetries is B / (μ − λ(1 + retries)) at the numbers of oracle 5, a fifth of its rates.
func TestDrainIsPredictedWithRetries(t *testing.T) {
	plan := Plan{Architectures: []Architecture{{Links: []Link{{From: Client, To: "order", Transport: Wait}, {From: "order", To: "risk", Transport: "http"}}}},
		Flow:    Flow{Slots: map[string]int{"order": 512, "risk": 6}, Work: map[string]time.Duration{"order": 5 * time.Millisecond, "risk": 100 * time.Millisecond}, Queue: 120},
		Windows: PlanWindows{Fault: 5 * time.Second}}
	twice := Policy{Client: Resilience{Retry: &Retry{Attempts: 1}}}
	seldom := Policy{Client: Resilience{Retry: &Retry{Attempts: 1, Budget: 0.1}}}
	for _, c := range []struct {
		policy Policy
		rate   float64
		link   string
		want   time.Duration
	}{
		{twice, 48, Wait, Never},
		{twice, 28, Wait, 30 * time.Second},          // 120 / (60 − 56)
		{Policy{}, 48, Wait, 10 * time.Second},       // 120 / (60 − 48)
		{seldom, 48, Wait, 16667 * time.Millisecond}, // 120 / (60 − 52.8)
		{twice, 48, Poll, 20 * time.Second},          // a broker's queue: 240 / (60 − 48)
	} {
		plan.Load.Rate, plan.Architectures[0].Links[0].Transport = c.rate, c.link
		if got := plan.drainsIn(c.policy); (got - c.want).Abs() > time.Millisecond {
			t.Errorf("%d attempts at %g/s over %s: %v, want %v", int(c.policy.attempts()), c.rate, c.link, got, c.want)
		}
	}
}

func TestLoadIsCut(t *testing.T) {
	w := PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: time.Second, Recovery: 2 * time.Second, Cut: time.Second, Restored: 3 * time.Second, Drain: time.Second}
	p := w.Phases()
	if p.Cut != (LoadCut{From: 5 * time.Second, To: 6 * time.Second}) || p.Drain != 9*time.Second || p.End != 10*time.Second {
		t.Fatalf("%+v", p)
	}
	planned := p.Cut.out(Schedule(Load{Rate: 10, Arrivals: Constant}, p.Drain, 1))
	if n := len(planned); n != 80 || slices.ContainsFunc(planned, func(at time.Duration) bool { return at >= p.Cut.From && at < p.Cut.To }) {
		t.Errorf("%d orders are planned, want 80 and none in the cut", n)
	}
	w.Cut, w.Restored = 0, 0
	if p := w.Phases(); p.Cut != (LoadCut{}) || p.Drain != 5*time.Second || len(p.Cut.out([]time.Duration{0, 1})) != 2 {
		t.Errorf("without a cut: %+v", p)
	}
}

func TestWhoIsBusyWhenTheLoadIsRestored(t *testing.T) {
	f := Facts{Trial: TrialHeader{Architecture: Architecture{Links: []Link{{From: Client, To: "order"}, {From: "order", To: "risk"}}}}}
	sample := func(service string, to float64, queue, inFlight int) Sample {
		at := time.Duration(to * float64(time.Second))
		return Sample{Service: service, From: at - time.Second, To: at, Queue: queue, InFlight: inFlight}
	}
	for _, c := range []struct {
		last []Sample
		want string
	}{
		{[]Sample{sample("order", 9.0, 0, 0), sample("risk", 9.9, 0, 0)}, ""},
		{[]Sample{sample("order", 9.0, 0, 0), sample("risk", 9.9, 3, 6)}, "risk"},
		{[]Sample{sample("order", 9.0, 0, 0), sample("risk", 9.9, 0, 1)}, "risk"},
		{[]Sample{sample("order", 9.1, 0, 0), sample("risk", 9.1, 0, 0), sample("risk", 10.1, 0, 4)}, ""}, // of the load that is back
		{[]Sample{sample("order", 9.1, 0, 0), sample("risk", 10.1, 30, 6)}, "risk"},
		{[]Sample{sample("order", 9.1, 0, 0), sample("risk", 9.1, 0, 0), sample("risk", 11, 40, 6)}, ""},
	} {
		f.Samples = c.last
		if got := f.busyAt(10 * time.Second); got != c.want {
			t.Errorf("%+v: %q is busy, want %q", c.last, got, c.want)
		}
	}
}
