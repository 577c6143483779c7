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
	return bench.HiddenCapacity{Plan: plan, Policies: c.Policies, Watch: 40 * time.Second}
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

// TestOracleRetryStorm is the cut of oracle 5 that takes a minute: the storm outlives its hang where each attempt is new work, and
// does not where an attempt joins the one that is under way. make storms carries out all of it.
func TestOracleRetryStorm(t *testing.T) {
	needTime(t)
	t.Parallel()
	s, h := searchOn(t), oracle5(t, "sync")
	m := judged(t, s, h, "retry", 48, 1)
	if m.Verdict != bench.Metastable || m.Before > 0.05 {
		t.Errorf("at 48/s with new keys: %+v, want metastable with goodput 0", m)
	}
	if m := judged(t, s, h, "retry-same-key", 48, 1); m.Verdict != bench.Healed {
		t.Errorf("at 48/s under one key: %+v, want healed", m)
	}
}

// TestRetryStorms is oracle 5 whole: each verdict right in 9 of 10 runs. It takes an hour; -storms names how often.
func TestRetryStorms(t *testing.T) {
	if *storms == 0 {
		t.Skip("skipped: make storms")
	}
	for _, c := range []struct {
		architecture, policy string
		rate                 float64
		want                 string
	}{
		{"sync", "retry", 48, bench.Metastable},
		{"sync", "retry", 28, bench.Healed},
		{"sync", "budget", 48, bench.Healed},
		{"sync", "breaker", 48, bench.Healed},
		{"queue", "retry", 48, bench.Healed},
	} {
		s, h := searchOn(t), oracle5(t, c.architecture)
		if c.architecture == "queue" { // the broker's queue in the place of risk's: no more are taken than that holds
			h.Plan.Architectures[0].Slots = map[string]int{"payment": 64}
		}
		right := 0
		for repeat := 1; repeat <= *storms; repeat++ {
			if m := judged(t, s, h, c.policy, c.rate, repeat); m.Verdict == c.want {
				right++
			}
		}
		if 10*right < 9**storms {
			t.Errorf("%s with %s at %g/s was %s in %d of %d", c.architecture, c.policy, c.rate, c.want, right, *storms)
		}
	}
}
