package reports

import (
	"strings"
	"testing"
	"time"

	"faultline/bench"
)

// untilRun is a run of six rounds that its width ended.
func untilRun() bench.Results {
	r := made(6)
	r.Run.Plan.Until = bench.Until{Width: 0.1, Budget: 30 * time.Minute}
	r.Run.Rounds = &bench.Rounds{Done: 6, Spent: 8*time.Minute + 3*time.Second, Ended: bench.EndedByWidth}
	for _, a := range r.Run.Plan.Architectures {
		for _, w := range []bench.Width{
			{Measure: "ack p99", Fault: "slow-risk", Median: bench.Interval{Value: 3, Low: 2.9, High: 3.06, Least: 2.9, Greatest: 3.06, N: 6}},
			{Measure: "done p99", Fault: "slow-risk", Median: bench.Interval{Value: 4, Low: 3.8, High: 4.3, Least: 3.8, Greatest: 4.3, N: 6}},
		} {
			w.Architecture = a.Name
			r.Widths = append(r.Widths, w)
		}
	}
	return r
}

// TestRoundsAreTold: what was asked, what ended the run and what is known least, wherever people read.
func TestRoundsAreTold(t *testing.T) {
	r := untilRun()
	words := func(s string) string {
		return strings.Join(strings.Fields(strings.NewReplacer("\\", "", "`", "").Replace(s)), " ")
	}
	for name, f := range map[string]Format{"text": Text, "md": MD, "html": HTML, "junit": JUnit} {
		text := words(render(t, f, r))
		for _, want := range []string{"until every p99 is known to ± 10 %, while they fit into 30m0s", "6 rounds in 8m3s, ended because every p99 is known as well as was asked",
			"done p99 of sync under slow-risk, ± 7.5 %; done p99 of queue under slow-risk, ± 7.5 %; ack p99 of sync"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
	}
	r.Run.Rounds.Ended = ""
	if text := words(render(t, Text, r)); !strings.Contains(text, "6 rounds in 8m3s, then stopped") {
		t.Error("it does not say that it was stopped")
	}
	for range 4 {
		r.Widths = append(r.Widths, r.Widths[:4]...)
	}
	if text := words(render(t, Text, r)); !strings.Contains(text, "and 8 more") {
		t.Error("it does not say that it leaves some out")
	}
}

func TestRoundsOnlyWhereAsked(t *testing.T) {
	if facts := roundsOf(made(6)); facts != nil {
		t.Errorf("%v", facts)
	}
}
