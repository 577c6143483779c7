package bench_test

import (
	"fmt"
	"testing"
	"time"

	"faultline/bench"
)

// TestSeams runs the outermost cuts for a few seconds: their front is computed from the facts of real systems.
func TestSeams(t *testing.T) {
	needTime(t)
	t.Parallel()
	cuts, err := newCatalogue().Cuts([]string{"queue"})
	if err != nil {
		t.Fatal(err)
	}
	plan := defaultPlan(t, "sync")
	plan.Architectures = []bench.Architecture{cuts[0], cuts[len(cuts)-1]}
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 2500 * time.Millisecond, Recovery: time.Second, Drain: 20 * time.Second}
	plan.SLO.Done = 500 * time.Millisecond // the longest wait at risk is 1.6 s
	plan.Load.Rate, plan.Flow.Slots["risk"] = 60, 5
	r := runQuietly(t, plan, unplaced)
	if len(r.Fronts) != 1 || len(r.Fronts[0].Cuts) != 2 {
		t.Fatalf("got fronts %+v", r.Fronts)
	}
	for _, s := range r.Trials {
		want := bench.Parts{}
		if s.Trial.Architecture.Cut == bench.Client {
			want = bench.Parts{Brokers: 1, Queues: 8, Tables: 3} // a queue for each callee, and replies for each of three callers
		}
		if s.Parts != want {
			t.Errorf("%s needs %+v, want %+v", s.Trial.Architecture.Name, s.Parts, want)
		}
		if s.Blast != nil && s.Blast.Affected == 0 {
			t.Errorf("%s: nobody was affected by a risk that is 11 times slower", s.Trial.Architecture.Name)
		}
	}
	for i, c := range r.Fronts[0].Cuts {
		if c.Unplaced != "" {
			t.Errorf("cut %d is not placed: %s", i, c.Unplaced)
		} else if !c.OnFront {
			t.Errorf("cut %d is beaten by %v: one answers sooner, the other needs nothing to run", i, c.BeatenBy)
		}
	}
}

// unplaced says which cut has no place on the front.
func unplaced(r bench.Results) string {
	for _, f := range r.Fronts {
		for i, c := range f.Cuts {
			if c.Unplaced != "" {
				return fmt.Sprintf("cut %d: %s", i, c.Unplaced)
			}
		}
	}
	return ""
}
