package bench_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/targets/process"
)

// rounds is how often each promise is tested at its crash point; make soak raises it.
var rounds = flag.Int("rounds", 2, "kills at each crash point")

// capacities is how often the capacity of a pool is sought; make capacities sets it.
var capacities = flag.Int("capacities", 0, "searches for the capacity of a pool")

// storms is how often each verdict of oracle 5 is asked for; make storms sets it.
var storms = flag.Int("storms", 0, "runs of each retry storm")

func TestMain(m *testing.M) {
	roles := lab.Roles()
	roles["stub"] = runStub
	process.Main(roles) // children are this binary, started again
	flag.Parse()
	os.Exit(m.Run())
}

// defaultPlan is the plan of make report, for some architectures; it may be changed before it is run.
func defaultPlan(t testing.TB, architectures ...string) bench.Plan {
	t.Helper()
	file := bench.Defaults()
	file.Architectures = architectures
	plan, err := file.Resolve(lab.New().Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// runPlan runs a plan and returns its figures. Where it fails, the facts are kept.
func runPlan(t testing.TB, plan bench.Plan) bench.Results {
	t.Helper()
	dir, err := os.MkdirTemp("", "run-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("facts are in %s", dir)
			return
		}
		os.RemoveAll(dir)
	})
	header := bench.RunHeader{Schema: bench.SchemaVersion, Plan: plan, Transports: newCatalogue().Transports}
	if err := bench.Run(t.Context(), lab.New(), header, dir, func(bench.Progress) {}); err != nil {
		t.Fatal(err)
	}
	header, trials, err := bench.ReadSummaries(dir)
	if err != nil {
		t.Fatal(err)
	}
	return bench.Conclude(header, trials)
}

// runEach runs a plan of one fault for each of its architectures, side by side where there is room; the trials are in their order.
func runEach(t *testing.T, plan bench.Plan) []bench.Summary {
	t.Helper()
	trials := make([]bench.Summary, len(plan.Architectures))
	if !t.Run("runs", func(t *testing.T) {
		for i, a := range plan.Architectures {
			one := plan
			one.Architectures = []bench.Architecture{a}
			t.Run(a.Name, func(t *testing.T) {
				t.Parallel()
				trials[i] = runPlan(t, one).Trials[0]
			})
		}
	}) {
		t.FailNow()
	}
	return trials
}

// quietTries is how often a plan is run at most until its figures can be judged.
const quietTries = 3

// runQuietly runs a plan again where a machine that others use as well has left it without what the test judges: missing says
// what that is, "" if nothing.
func runQuietly(t testing.TB, plan bench.Plan, missing func(bench.Results) string) (r bench.Results) {
	t.Helper()
	for range quietTries {
		r = runPlan(t, plan)
		what := missing(r)
		if what == "" {
			break
		}
		t.Logf("a busy machine: %s", what)
	}
	return r
}

// invalid says which trial is INVALID.
func invalid(r bench.Results) string {
	for _, s := range r.Trials {
		if len(s.Invalid) > 0 {
			return fmt.Sprintf("%s under %s: INVALID: %v", s.Trial.Architecture.Name, s.Trial.Fault.Name, s.Invalid)
		}
	}
	return ""
}

func newCatalogue() bench.Catalogue { return lab.New().Catalogue }

// needTime skips a test of absolute times under -short, which is how the race detector is run: it makes everything
// several times slower.
func needTime(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short measures no absolute times")
	}
}
