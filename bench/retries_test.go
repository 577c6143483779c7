package bench_test

import (
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
)

// chain are the links that an order takes to the service that fails, the client's first.
var chain = [][2]string{{bench.Client, "order"}, {"order", "payment"}, {"payment", "fraud"}, {"fraud", "risk"}}

// retriesPlan kills risk for a while in sync whose links on the way there retry.
func retriesPlan(t *testing.T, r bench.Retry) bench.Plan {
	plan := defaultPlan(t, "sync")
	links := plan.Architectures[0].Links
	for i := range links {
		for _, hop := range chain {
			if links[i].From == hop[0] && links[i].To == hop[1] {
				links[i].Retry = &r
			}
		}
	}
	plan.Faults = []bench.Fault{{Name: "risk-down", Kind: bench.Kill, Place: "risk", About: "risk is killed and started again"}}
	return plan
}

// attempts are what came of a trial's failing orders: how many there were, and on each link of the chain the attempts that
// failed, and those in the window that did not, such as undos.
func attempts(t *testing.T, plan bench.Plan) (orders int, failed, others []int) {
	t.Helper()
	dir := t.TempDir()
	header := bench.RunHeader{Schema: bench.SchemaVersion, Plan: plan}
	if err := bench.Run(t.Context(), lab.New(), header, dir, func(bench.Progress) {}); err != nil {
		t.Fatal(err)
	}
	_, facts, err := bench.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	failed, others = make([]int, len(chain)), make([]int, len(chain))
	phases := facts[0].Trial.Phases
	for _, o := range facts[0].Orders {
		if o.Told == bench.ToldFailed || o.Told == bench.ToldNothing {
			orders++
			failed[0] += int(o.Attempts)
		}
	}
	for _, s := range facts[0].Samples {
		for i, hop := range chain[1:] {
			if s.Service != hop[0] {
				continue
			}
			calls := s.Calls[hop[1]].Outcomes
			if s.From >= phases.Fault-scrapeSlack && s.To <= phases.Recovery+scrapeSlack {
				others[i+1] += int(calls[bench.OutcomeOK])
			}
			failed[i+1] += int(calls[bench.OutcomeFailed] + calls[bench.OutcomeLate] + calls[bench.OutcomeShed])
		}
	}
	t.Logf("%d orders failed; attempts on each link that failed: %v, and others: %v", orders, failed, others)
	return orders, failed, others
}

// scrapeSlack is how late a scrape may be told.
const scrapeSlack = 200 * time.Millisecond

// TestOracleRetries is oracle 3 of MEASURES: N retries on each of k links with everything failing are (1+N)^k attempts
// at the last one.
func TestOracleRetries(t *testing.T) {
	needTime(t)
	t.Parallel()
	plan := retriesPlan(t, bench.Retry{Attempts: 3})
	// At 0 and 8 s: a busy machine has all 256 attempts behind it before risk is back, and no other order meets its start.
	plan.Load.Rate, plan.Load.Arrivals = 1./8, bench.Constant
	plan.Flow.Declined = 0
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: 6 * time.Second, Fault: 6 * time.Second, Recovery: 2 * time.Second, Drain: 10 * time.Second}
	orders, failed, _ := attempts(t, plan)
	if orders != 1 {
		t.Fatalf("%d orders failed, want one", orders)
	}
	for i, want := range []int{4, 16, 64, 256} {
		if failed[i] != want {
			t.Errorf("%s->%s: %d attempts for the order, want %d", chain[i][0], chain[i][1], failed[i], want)
		}
	}
}

// TestRetryBudget: a budget of a tenth keeps every link near 1.1 attempts a call, with everything failing.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: -short: slow services run into time-outs, and what they undo then is tried again as well")
	}
	plan := retriesPlan(t, bench.Retry{Attempts: 3, Budget: 0.1})
	plan.Load.Rate = 60
	plan.Flow.Declined = 0
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 5 * time.Second, Recovery: 2 * time.Second, Drain: 10 * time.Second}
	orders, failed, others := attempts(t, plan)
	first := orders
	for i, n := range failed {
		ratio := float64(n+others[i]) / float64(first+others[i])
		if ratio < 1.08 || ratio > 1.15 {
			t.Errorf("%s->%s: %.3f attempts a call, want near 1.1", chain[i][0], chain[i][1], ratio)
		}
		first = n
	}
}
