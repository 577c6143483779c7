package bench

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestObjectivesAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]struct {
		measure, of, under, op string
		limit                  float64
		written                string
	}{
		"ack p99 < 500ms":      {"ack p99", "", "", "<", 0.5, "ack p99 < 500ms"},
		"  done   p99<2 s ":    {"done p99", "", "", "<", 2, "done p99 < 2s"},
		"lost = 0":             {"lost", "", "", "=", 0, "lost = 0"},
		"errors < 1 %":         {"errors", "", "", "<", 0.01, "errors < 1%"},
		"recovery <= 10s":      {"recovery", "", "", "<=", 10, "recovery <= 10s"},
		"goodput > 90/s":       {"goodput", "", "", ">", 90, "goodput > 90/s"},
		"blast radius >= 0.5%": {"blast radius", "", "", ">=", 0.005, "blast radius >= 0.5%"},
		"half-done = 0":        {"half-done", "", "", "=", 0, "half-done = 0"},
		"ack p99 of sync under slow-risk < 3.5 s":    {"ack p99", "sync", "slow-risk", "<", 3.5, "ack p99 of sync under slow-risk < 3.5s"},
		"late answers under broker-down < 12.5%":     {"late answers", "", "broker-down", "<", 0.125, "late answers under broker-down < 12.5%"},
		"throughput   of sync-small-pools > 99.5 /s": {"throughput", "sync-small-pools", "", ">", 99.5, "throughput of sync-small-pools > 99.5/s"},
	} {
		o, err := ParseObjective(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if o.Measure.Name != want.measure || o.Of != want.of || o.Under != want.under || o.Op != want.op || math.Abs(o.Limit-want.limit) > 1e-12 {
			t.Errorf("%q was read as %+v", text, o)
		}
		if o.String() != want.written {
			t.Errorf("%q is written as %q, want %q", text, o, want.written)
		}
		if again, err := ParseObjective(o.String()); err != nil || again.String() != o.String() {
			t.Errorf("%q does not survive being written: %v, %v", text, again, err)
		}
	}
}

func TestWhatIsNoObjectiveSaysWhatWouldBe(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "no objective",
		"ack p99":                "no objective",
		"< 3s":                   "no objective",
		"ack p99 < ":             "with its unit",
		"ack p99 < 3s < 4s":      "no objective",
		"ack p98 < 3s":           `did you mean "ack p9`,
		"ack p99 < 500":          "with its unit",
		"ack p99 < -1s":          "with its unit",
		"errors < 1":             "in per cent",
		"errors < NaN%":          "from 0 up",
		"goodput > 90":           "90/s",
		"lost = 0.5":             "count",
		"lost = Inf":             "count",
		"lost of sync queue = 0": "not known",
	} {
		if o, err := ParseObjective(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q was read as %v, with error %v; want one with %q", text, o, err, want)
		}
	}
	if _, err := ParseObjectives([]string{"ack p99 < 1", "lost = 0", "errors < 2"}); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("both mistakes should be told, a line each: %v", err)
	}
}

func TestObjectivesJudgeTrials(t *testing.T) {
	trial := Summary{
		Windows: Windows{Fault: Window{Offered: 100, Errors: 0.25, Goodput: 75,
			Ack: Quantiles{N: 100, P99: 300 * time.Millisecond}, Done: Quantiles{N: 100, Never: 25, P99: Never}}},
		Audit:    Audit{Offered: 100, Classes: map[Class]int{OK: 75, Refused: 25}},
		Recovery: Recovery{Ack: time.Second, Done: 2 * time.Second, Verdict: "recovered"},
		Blast:    &Blast{Radius: 0.25},
	}
	for text, want := range map[string]bool{
		"ack p99 < 500ms": true, "ack p99 < 300ms": false, "ack p99 <= 300ms": true, "ack p99 > 299ms": true, "ack p99 >= 301ms": false,
		"done p99 < 1h": false, "errors < 25%": false, "errors <= 25%": true, "goodput > 75/s": false, "goodput >= 75/s": true,
		"recovery < 2s": false, "recovery <= 2s": true, "lost = 0": true, "refused = 25": true, "refused = 24": false, "blast radius < 30%": true,
	} {
		o, err := ParseObjective(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Holds(o.Measure.Of(trial)); got != want {
			t.Errorf("%s: got %v with %g", o, got, o.Measure.Of(trial))
		}
	}
	empty := Summary{Audit: Audit{Offered: 5, Classes: map[Class]int{Unknown: 5}}}
	for _, m := range Measures() {
		if v := m.Of(empty); m.Name != string(Unknown) && !math.IsNaN(v) {
			t.Errorf("%s of a trial without orders, cure, control and books is %g; nobody knows it", m.Name, v)
		}
	}
}
