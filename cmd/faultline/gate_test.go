package main

import (
	"errors"
	"strings"
	"testing"

	"faultline/bench"
)

// audited is a trial whose audit found some orders of a class.
func audited(architecture string, class bench.Class, n int, invalid ...string) bench.Summary {
	return bench.Summary{Trial: bench.TrialHeader{Architecture: bench.Architecture{Name: architecture}, Fault: bench.Fault{Name: "broker-down"}},
		Audit: bench.Audit{Classes: map[bench.Class]int{bench.OK: 100, class: n}}, Invalid: invalid}
}

func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		trials []bench.Summary
		gates  []string
		want   string
		code   int
	}{
		"fine":        {[]bench.Summary{audited("queue", bench.Lost, 0)}, []string{"lost"}, "", exitOK},
		"no gate":     {[]bench.Summary{audited("queue", bench.Lost, 3)}, nil, "", exitOK},
		"one":         {[]bench.Summary{audited("queue", bench.Lost, 3)}, []string{"duplicated", "lost"}, "queue under broker-down: 3 lost", exitGate},
		"two trials":  {[]bench.Summary{audited("queue", bench.Lost, 3), audited("queue", bench.Lost, 4)}, []string{"lost"}, ": 7 lost", exitGate},
		"another":     {[]bench.Summary{audited("queue", bench.Zombie, 3)}, []string{"lost"}, "", exitOK},
		"invalid":     {[]bench.Summary{audited("queue", bench.Lost, 3, "load too weak")}, []string{"lost"}, "3 lost", exitGate},
		"and invalid": {[]bench.Summary{audited("queue", bench.Lost, 3), audited("sync", bench.OK, 1, "load too weak")}, []string{"lost"}, "3 lost", exitGate},
	} {
		gates, err := classes(c.gates)
		must(t, err)
		err = verdict(bench.Results{Trials: c.trials}, gates)
		var said strings.Builder
		if code := exitCode(err, &said); code != c.code || !strings.Contains(said.String(), c.want) {
			t.Errorf("%s: %d, %s", name, code, said.String())
		}
	}
	if _, err := classes([]string{"lots", "lost", "zombi"}); err == nil || strings.Count(err.Error(), "did you mean") != 2 || errors.Is(err, errInvalid) {
		t.Errorf("%v", err)
	}
}
