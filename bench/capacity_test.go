package bench_test

import (
	"testing"
	"time"

	"faultline/bench"
)

// TestCapacityOfAPool: c slots with service time s do c/s orders a second: above that a queue grows by the rest, and an answer is
// late by the end of the window. make capacities asks 5 times, on a quiet machine: 10 minutes. With arrivals that are constant the edge is at c/s · W/(W − L), W the window and L the limit.
func TestCapacityOfAPool(t *testing.T) {
	if *capacities == 0 {
		t.Skip("skipped: make capacities")
	}
	const slots, work = 2, 50 * time.Millisecond // 40 a second
	plan := defaultPlan(t, "sync")
	plan.Faults, plan.Share = []bench.Fault{catalogued(bench.Control)}, true
	plan.Load.Arrivals, plan.Flow.Spread = bench.Constant, 0
	plan.Flow.Slots["risk"], plan.Flow.Work["risk"] = slots, work
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 10 * time.Second, Recovery: time.Second, Drain: 20 * time.Second}
	objective, err := bench.ParseObjective("ack p99 < 400ms")
	if err != nil {
		t.Fatal(err)
	}
	c := bench.Capacity{Plan: plan, Objectives: []bench.Objective{objective}, Sought: bench.Bisection{From: 32, To: 50, Precision: 0.03, Repeats: 1}}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	want := slots / work.Seconds()
	for range *capacities {
		found, err := c.Find(t.Context(), searchOn(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("it keeps %s at %.1f/s and breaks it at %.1f/s; slots do %.1f/s; %d trials", objective, found.Edge.Low, found.Edge.High, want, found.Edge.Trials)
		if !found.Edge.Found() || found.Edge.Middle() < 0.95*want || found.Edge.Middle() > 1.05*want {
			t.Errorf("capacity is %+v, want %.1f/s ± 5 %%", found.Edge, want)
		}
	}
}
