package bench_test

import (
	"flag"
	"os"
	"testing"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/targets/process"
)

// rounds is how often each promise is tested at its crash point; make soak raises it.
var rounds = flag.Int("rounds", 2, "kills at each crash point")

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
	header, facts, err := bench.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	return bench.Analyse(header, facts)
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
