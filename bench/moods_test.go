package bench_test

import (
	"slices"
	"testing"
	"time"

	"faultline/bench"
)

// TestClientsLosePatience: what impatient clients and a retry storm send is counted, none of it is done twice under one key, and a
// client that mints a key for each attempt is charged twice.
func TestClientsLosePatience(t *testing.T) {
	needTime(t)
	t.Parallel()
	plan := defaultPlan(t, "sync")
	naive := plan.Architectures[0]
	naive.Name, naive.Links = "sync-new-key", slices.Clone(naive.Links)
	naive.Links[0].Broken = []string{bench.NewKey}
	plan.Architectures = append(plan.Architectures, naive)
	plan.Share, plan.Load.Rate, plan.Load.Arrivals = true, 40, bench.Constant
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 3 * time.Second, Recovery: time.Second, Drain: 40 * time.Second}
	plan.Flow.Slots["risk"] = 5 // 23 orders a second while it is slow
	plan.Faults = []bench.Fault{catalogued("impatient"), catalogued("retry-storm")}
	r := runPlan(t, plan)
	if len(r.Trials) != 4 {
		t.Fatalf("%d trials, want 4", len(r.Trials))
	}
	judged, twice := 0, 0 // trials and orders, where each attempt has a key of its own
	for _, s := range r.Trials {
		name := s.Trial.Architecture.Name + " under " + s.Trial.Fault.Name
		f, err := bench.ReadTrial(s.Dir)
		if err != nil {
			t.Fatal(err)
		}
		in, out := attemptsIn(f, true), attemptsIn(f, false)
		if in <= out || in < 1.2 {
			t.Errorf("%s: %.2f requests an order in the window, %.2f outside; want more", name, in, out)
		}
		if s.Audit.Classes[bench.Unfinished] > 0 {
			t.Logf("%s: its undos were not over by the end of the drain, so what stands is not the last word: %v", name, s.Audit.Classes)
			continue
		}
		if s.Trial.Architecture.Name == "sync-new-key" {
			judged++
			twice += s.Audit.Classes[bench.Duplicated]
		} else if s.Audit.Broken() > 0 {
			t.Errorf("%s: %v, witnesses %+v; one key is one order", name, s.Audit.Classes, s.Audit.Witnesses)
		}
		for _, c := range s.Checks {
			if !c.Passed && c.Name == "fault was felt at client" {
				t.Errorf("%s: %s", name, c.Saw)
			}
		}
	}
	if judged > 0 && twice == 0 {
		t.Error("sync-new-key: no order was done twice under either fault")
	}
}

// attemptsIn are the requests an order of those planned in the fault's window, or before it.
func attemptsIn(f bench.Facts, window bool) float64 {
	orders, requests := 0, 0
	for _, o := range f.Orders {
		if in := o.Planned >= f.Trial.Phases.Fault && o.Planned < f.Trial.Phases.Recovery; in == window && (window || o.Planned < f.Trial.Phases.Fault) {
			orders++
			requests += int(o.Attempts)
		}
	}
	return float64(requests) / float64(orders)
}
