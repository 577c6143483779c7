package bench_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
)

// noise is how often a control is set against the next; make noise raises it.
var noise = flag.Int("noise", 2, "controls set against controls")

// alarm is the failure propagation of the largest cell that counts as an alarm.
const alarm = 0.05

// TestNoise sets a control against itself: the same arrivals, and nothing broken in either. The largest cell of the whole matrix
// raises an alarm in at most one of twenty; a time of which a row is INVALID shows nothing, and may be one of ten.
func TestNoise(t *testing.T) {
	needTime(t)
	t.Parallel()
	plan := defaultPlan(t, "sync", "queue", "hybrid")
	if *noise < 20 { // a cut
		plan = defaultPlan(t, "sync")
		plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 3 * time.Second, Recovery: time.Second, Drain: 10 * time.Second}
	}
	plan.Faults = nil
	for i := range *noise + 1 {
		plan.Faults = append(plan.Faults, bench.Fault{Name: fmt.Sprintf("control-%d", i), About: "nothing is broken"})
	}
	alarms, whole := 0, 0
	for n, rows := range noiseRows(t, plan) {
		cell, row := bench.Largest(rows)
		t.Logf("%d: the largest cell of %d rows is %.3f (%s of %s)", n+1, len(rows), cell.Propagation.Value, cell.Who, row.Architecture)
		if cell.Propagation.Value > alarm {
			alarms++
		}
		if !slices.ContainsFunc(rows, func(r bench.MatrixRow) bool { return r.Missing != "" }) {
			whole++
		}
	}
	if least := *noise - *noise/10; whole < least {
		t.Errorf("%d of %d times have all their rows, want %d", whole, *noise, least)
	}
	if alarms > 1 {
		t.Errorf("%d alarms in %d times that nothing was broken, want at most one", alarms, *noise)
	}
}

// noiseRows runs the controls of a plan, and sets each against the next of its architecture.
func noiseRows(t *testing.T, plan bench.Plan) [][]bench.MatrixRow {
	t.Helper()
	dir, err := os.MkdirTemp("", "noise-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	header := bench.RunHeader{Schema: bench.SchemaVersion, Plan: plan, Transports: newCatalogue().Transports}
	if err := bench.Run(t.Context(), lab.New(), header, dir, func(bench.Progress) {}); err != nil {
		t.Fatal(err)
	}
	header, all, err := bench.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	step := len(plan.Architectures)
	times := make([][]bench.Summary, len(plan.Faults)-1)
	for i, f := range all[step:] {
		s := bench.Against(header, all[i], f)
		if len(s.Invalid) > 0 {
			t.Logf("%s: left out: %v", f.Trial.Architecture.Name, s.Invalid)
		}
		times[i/step] = append(times[i/step], s)
	}
	var rows [][]bench.MatrixRow
	for _, summaries := range times {
		rows = append(rows, bench.Matrix(summaries))
	}
	return rows
}
