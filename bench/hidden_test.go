package bench_test

import (
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
)

// oracle5 is the retry storm of MEASURES at a fifth of its rates: μ = 60/s in place of 300, so 48 and 28 orders/s for 240 and
// 140, and a queue bound of 120 for 600. The times are as they are: clients wait 1 s, the hang lasts 5 s, and two seconds of work may wait.
func oracle5(t *testing.T, architecture string) bench.HiddenCapacity {
	t.Helper()
	c := lab.New().Catalogue
	c.Faults = append(slices.Clone(c.Faults), bench.Fault{Name: "risk-hang", Kind: bench.Hang, Place: "risk", About: "risk is stopped"})
	file := bench.MetastableDefaults()
	file.Architectures = []string{architecture}
	plan, err := file.Resolve(c)
	if err != nil {
		t.Fatal(err)
	}
	return bench.HiddenCapacity{Plan: plan, Policies: c.Policies, Watch: 2 * time.Minute}
}

// judged carries out one experiment of an oracle.
func judged(t *testing.T, s *bench.Search, h bench.HiddenCapacity, policy string, rate float64, repeat int) bench.Metastability {
	t.Helper()
	i := slices.IndexFunc(h.Policies, func(p bench.Policy) bool { return p.Name == policy })
	p := h.Plan
	p.Load.Rate, p.Trials = rate, 300
	for try := repeat; ; try += 100 { // a trial that tested nothing is no verdict
		m, err := h.Trial(t.Context(), s, p, h.Policies[i], try)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s with %s at %g/s: %s: %s", p.Architectures[0].Name, policy, rate, m.Verdict, m.Why)
		switch {
		case m.Verdict != bench.Unjudged:
			return m
		case try > 200:
			t.Fatal("three trials tested nothing: this machine is too busy to judge")
		}
	}
}

// noGoodput is a share of the control's goodput that counts as none.
const noGoodput = 0.05

// TestOracleRetryStorm is the cut of oracle 5 that takes a minute: the storm outlives its hang where each attempt is new work, and
// does not where an attempt joins the one that is under way. make storms carries out all of it.
func TestOracleRetryStorm(t *testing.T) {
	needTime(t)
	t.Parallel()
	s, h := searchOn(t), oracle5(t, "sync")
	m := judged(t, s, h, "retry", 48, 1)
	if m.Verdict != bench.Metastable || m.Before > noGoodput {
		t.Errorf("at 48/s with new keys: %+v, want metastable with goodput 0", m)
	}
	if m := judged(t, s, h, "retry-same-key", 48, 1); m.Verdict != bench.Healed {
		t.Errorf("at 48/s under one key: %+v, want healed", m)
	}
}

// TestRetryStorms is oracle 5 whole: each verdict right in 9 of 10 runs. -storms names how often.
func TestRetryStorms(t *testing.T) {
	if *storms == 0 {
		t.Skip("skipped: make storms")
	}
	same := func(*bench.Plan) {}
	for _, c := range []struct {
		name, architecture, policy string
		rate                       float64
		change                     func(*bench.Plan)
		want                       string
	}{
		{"storm", "sync", "retry", 48, same, bench.Metastable},
		{"less load", "sync", "retry", 28, same, bench.Healed},
		{"budget", "sync", "budget", 48, same, bench.Healed},
		{"breaker", "sync", "breaker", 48, same, bench.Healed},
		{"broker's queue", "queue", "retry", 48, func(p *bench.Plan) { // in the place of risk's: no more are taken than that holds
			p.Architectures[0].Slots = map[string]int{"payment": 64}
		}, bench.Healed},
		{"the queue dies with it", "sync", "retry", 48, func(p *bench.Plan) {
			p.Faults = []bench.Fault{{Name: "risk-down", Kind: bench.Kill, Place: "risk", About: "risk is killed and started again"}}
		}, bench.Healed},
		{"bound under μ × time-out", "sync", "retry", 48, func(p *bench.Plan) { p.Flow.Queue = 40 }, bench.Healed},
		{"what can't be done in time is dropped", "sync", "deadline", 48, same, bench.Healed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, h := searchOn(t), oracle5(t, c.architecture)
			c.change(&h.Plan)
			right := 0
			for repeat := 1; repeat <= *storms; repeat++ {
				m := judged(t, s, h, c.policy, c.rate, repeat)
				if m.Verdict == c.want && (c.want != bench.Metastable || m.Before <= noGoodput) {
					right++
				}
			}
			if 10*right < 9**storms {
				t.Errorf("%s with %s at %g/s was %s in %d of %d", c.architecture, c.policy, c.rate, c.want, right, *storms)
			}
		})
	}
}
