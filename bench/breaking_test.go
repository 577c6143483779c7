package bench_test

import (
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
)

// catalogued is a fault of the catalogue.
func catalogued(name string) bench.Fault {
	all := newCatalogue().Faults
	return all[slices.IndexFunc(all, func(f bench.Fault) bool { return f.Name == name })]
}

// searchOn is a search whose facts are removed with the test.
func searchOn(t *testing.T) *bench.Search {
	stage := bench.NewStage(lab.New())
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return &bench.Search{Stage: stage, Header: bench.RunHeader{Schema: bench.SchemaVersion, Transports: newCatalogue().Transports},
		Dir: t.TempDir(), Report: func(bench.Progress) {}}
}

// TestBreakingPointIsWhereQueueingSays: a pool of c slots, slowed by δ for D at rate λ, has a peak wait of D·(1 − 1/ρ′),
// ρ′ = λ(s + δ)/c. With arrivals that are constant the p99 is that of a wait that grows evenly, so the δ that makes it just too
// long can be computed: see predictedDelay.
func TestBreakingPointIsWhereQueueingSays(t *testing.T) {
	needTime(t)
	t.Parallel()
	const limit, lasts = 1.0, 4 * time.Second
	plan := defaultPlan(t, "sync")
	plan.Faults, plan.Share = []bench.Fault{catalogued("slow-risk")}, true
	plan.Load = bench.Load{Rate: 40, Arrivals: bench.Constant, Timeout: 10 * time.Second, Memory: 1 << 30}
	plan.Flow.Slots["risk"], plan.Flow.Spread = 4, 0
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: lasts, Recovery: time.Second, Drain: 20 * time.Second}
	objective, err := bench.ParseObjective("ack p99 < 1s")
	if err != nil {
		t.Fatal(err)
	}
	b := bench.BreakingPoint{Plan: plan, Objectives: []bench.Objective{objective}, Durations: []time.Duration{lasts}, Rates: []float64{40},
		Sought: bench.Bisection{From: 0.05, To: 0.5, Precision: 0.08, Repeats: 1}}
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	s, err := b.Find(t.Context(), searchOn(t))
	if err != nil {
		t.Fatal(err)
	}
	want := predictedDelay(limit, lasts.Seconds(), 40, 4, 0.020)
	got := s.Cells[0].Edge
	t.Logf("the edge is from %.1f to %.1f ms, predicted %.1f ms, after %d trials", 1000*got.Low, 1000*got.High, 1000*want, s.Trials)
	if !got.Found() || got.High < 0.85*want || got.Low > 1.15*want {
		t.Errorf("the edge is %+v, want %.1f ms ± 15 %%", got, 1000*want)
	}
}

// predictedDelay is the δ at which an order that comes after 99 % of the window just takes the limit: it waits for
// 0.99·D·(1 − c/(λ(s + δ))), works s + δ at risk, and 15 ms elsewhere.
func predictedDelay(limit, lasts, rate, slots, work float64) float64 {
	took := func(delay float64) float64 {
		wait := 0.99 * lasts * (1 - slots/(rate*(work+delay)))
		return max(0, wait) + work + delay + 0.015
	}
	low, high := 0.0, limit
	for range 50 {
		if middle := (low + high) / 2; took(middle) < limit {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
