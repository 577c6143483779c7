package main

import (
	"strings"
	"testing"

	"faultline/bench"
)

// audited is a trial whose audit found some orders of a class.
func audited(architecture string, class bench.Class, n int, invalid ...string) bench.Summary {
	return bench.Summary{Trial: bench.TrialHeader{Architecture: bench.Architecture{Name: architecture}, Fault: bench.Fault{Name: "broker-down", Kind: bench.Kill}},
		Audit: bench.Audit{Classes: map[bench.Class]int{bench.OK: 100, class: n}}, Invalid: invalid}
}

// auditedRun is a run of such trials.
func auditedRun(trials ...bench.Summary) bench.Results {
	r := bench.Results{Trials: trials}
	r.Run.Plan.Architectures = []bench.Architecture{{Name: "queue"}, {Name: "sync"}}
	r.Run.Plan.Faults = []bench.Fault{{Name: "broker-down", Kind: bench.Kill}}
	return r
}

func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		trials []bench.Summary
		flags  gateFlags
		want   string
		code   int
	}{
		"fine":        {[]bench.Summary{audited("queue", bench.Lost, 0)}, gateFlags{FailOn: []string{"lost"}}, "", exitOK},
		"no gate":     {[]bench.Summary{audited("queue", bench.Lost, 3)}, gateFlags{}, "", exitOK},
		"one":         {[]bench.Summary{audited("queue", bench.Lost, 3)}, gateFlags{FailOn: []string{"duplicated", "lost"}}, "lost = 0: queue under broker-down: fail: 3 lost", exitGate},
		"two trials":  {[]bench.Summary{audited("queue", bench.Lost, 3), audited("queue", bench.Lost, 4)}, gateFlags{Gate: []string{"lost = 0"}}, "7 lost in 2 of 2 trials", exitGate},
		"another":     {[]bench.Summary{audited("queue", bench.Zombie, 3)}, gateFlags{FailOn: []string{"lost"}}, "", exitOK},
		"invalid":     {[]bench.Summary{audited("queue", bench.Lost, 3, "load too weak")}, gateFlags{FailOn: []string{"lost"}}, "3 lost", exitGate},
		"and invalid": {[]bench.Summary{audited("queue", bench.Lost, 3), audited("sync", bench.OK, 1, "load too weak")}, gateFlags{FailOn: []string{"lost"}}, "3 lost", exitGate},
		"unknown":     {[]bench.Summary{audited("queue", bench.OK, 1)}, gateFlags{Gate: []string{"ack p99 < 1s"}}, "", exitOK},
		"strict":      {[]bench.Summary{audited("queue", bench.OK, 1)}, gateFlags{Gate: []string{"ack p99 < 1s"}, Inconclusive: "fail"}, "inconclusive: unknown in 1 trial", exitGate},
		"no baseline": {[]bench.Summary{audited("queue", bench.OK, 1)}, gateFlags{Gate: []string{"ack p99 not worse by 10%"}, Inconclusive: "fail"}, "--against", exitGate},
	} {
		r := auditedRun(c.trials...)
		if c.flags.Inconclusive == "" {
			c.flags.Inconclusive = "pass"
		}
		gates, err := c.flags.gates(r.Run.Plan)
		must(t, err)
		r.Gates = bench.Judge(gates, r, nil, nil)
		var said strings.Builder
		if code := exitCode(c.flags.verdict(r), &said); code != c.code || !strings.Contains(said.String(), c.want) {
			t.Errorf("%s: %d, %s", name, code, said.String())
		}
	}
}

func TestGateFlagsAreChecked(t *testing.T) {
	plan := auditedRun().Run.Plan
	for want, flags := range map[string]gateFlags{
		`"lots" is not known (did you mean "lost"?)`: {FailOn: []string{"lots"}, Inconclusive: "pass"},
		`architecture "sinc" is not known`:           {Gate: []string{"lost of sinc = 0"}, Inconclusive: "pass"},
		`fault "slow" is not known`:                  {Gate: []string{"lost under slow = 0"}, Inconclusive: "pass"},
		`is no objective`:                            {Gate: []string{"be fast"}, Inconclusive: "pass"},
		`--inconclusive: "maybe"`:                    {Inconclusive: "maybe"},
	} {
		if _, err := flags.gates(plan); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
