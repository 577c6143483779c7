package bench_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
)

// TestTrialsShareASystem: what one trial does leaves no trace in the next, and a system that has dead letters is not shared.
func TestTrialsShareASystem(t *testing.T) {
	needTime(t)
	t.Parallel()
	plan := defaultPlan(t, "queue")
	plan.Share, plan.Load.Rate = true, 30
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 2500 * time.Millisecond, Recovery: time.Second, Drain: 20 * time.Second}
	plan.Faults = nil
	for _, name := range []string{bench.Control, "payment-down", "poison", "risk-latency"} {
		i := slices.IndexFunc(newCatalogue().Faults, func(f bench.Fault) bool { return f.Name == name })
		fault := newCatalogue().Faults[i]
		if fault.Kind == bench.Poison {
			fault.Share = 0.5 // of some 70 orders: one at least is parked
		}
		plan.Faults = append(plan.Faults, fault)
	}
	header := bench.RunHeader{Schema: bench.SchemaVersion, Plan: plan, Transports: newCatalogue().Transports}
	dir := t.TempDir()
	if err := bench.Run(t.Context(), lab.New(), header, dir, func(bench.Progress) {}); err != nil {
		t.Fatal(err)
	}
	_, all, err := bench.ReadRun(dir)
	if err != nil || len(all) != 4 {
		t.Fatalf("%d trials, %v; want 4", len(all), err)
	}
	declined := func(f bench.Facts) (seqs []int) {
		for _, o := range f.Orders {
			if o.Told == bench.ToldDeclined {
				seqs = append(seqs, o.Seq)
			}
		}
		return seqs
	}
	for i, f := range all {
		s := bench.Summarize(header, nil, f)
		name := f.Trial.Architecture.Name + " under " + f.Trial.Fault.Name
		if s.Audit.Broken() > 0 || s.Audit.Offered != len(f.Orders) || s.Audit.Classes[bench.Unknown] > 0 {
			t.Errorf("%s: %v, witnesses %+v", name, s.Audit.Classes, s.Audit.Witnesses)
		}
		records, err := os.ReadFile(filepath.Join(f.Dir, "records.csv"))
		if err != nil {
			t.Fatal(err)
		}
		if onRecord := bytes.Count(records, []byte("\n")); onRecord > len(f.Orders) {
			t.Errorf("%s: %d orders on record, %d were planned: some are of the trial before", name, onRecord, len(f.Orders))
		}
		answered := 0
		for _, sample := range f.Samples {
			if sample.Service == "order" {
				for _, n := range sample.Requests {
					answered += int(n)
				}
			}
		}
		if sent := len(f.Orders); f.Trial.Fault.Name == bench.Control && answered != sent {
			t.Errorf("%s: order counted %d requests, %d were sent", name, answered, sent)
		}
		if !slices.Equal(declined(f), declined(all[0])) && f.Trial.Fault.Kind != bench.Poison && f.Trial.Fault.Kind != bench.Kill {
			t.Errorf("%s: orders %v were declined, under the control of queue %v", name, declined(f), declined(all[0]))
		}
		if want := i % 3; f.Trial.Round != want { // poison, the third, leaves dead letters on the broker
			t.Errorf("%s: it was trial %d on its system, want %d", name, f.Trial.Round, want)
		}
	}
	if bench.Summarize(header, nil, all[2]).Audit.Classes[bench.Parked] == 0 {
		t.Error("poison parked no order: that a system with dead letters is replaced was not tested")
	}
}
