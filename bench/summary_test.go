package bench

import (
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

func TestSummarize(t *testing.T) {
	h := RunHeader{Plan: Plan{SLO: Defaults().SLO, Load: Load{Rate: 100}, Flow: Defaults().Flow}}
	for _, c := range []struct {
		name   string
		change func(*Facts)
		check  func(Summary) bool
	}{
		{"valid", func(*Facts) {}, func(s Summary) bool { return len(s.Invalid) == 0 && len(s.Checks) == 11 && !s.Interrupted }},
		{"invalid says why", func(f *Facts) { without(f, EventHeal) }, func(s Summary) bool {
			return len(s.Invalid) == 1 && s.Invalid[0] == "fault was healed: it was not"
		}},
		{"interrupted", func(f *Facts) { f.Events = append(f.Events, Event{Kind: EventStopped}) }, func(s Summary) bool { return s.Interrupted }},
		{"warned", func(f *Facts) {
			f.Events = append(f.Events, Event{T: 1500 * time.Millisecond, Kind: EventWarning, Detail: "the disk is slow"})
		}, func(s Summary) bool { return len(s.Warnings) == 1 && s.Warnings[0] == "at 1.5 s: the disk is slow" }},
		{"what the harness cost", func(f *Facts) {
			f.Harness = []HarnessSample{{T: time.Second, CPU: 1, Heap: 9, GCPauseMax: 0.002}, {T: 10 * time.Second, CPU: 2, LinksCPU: 1, Heap: 5}}
		}, func(s Summary) bool {
			return s.Harness.CPU == 0.2 && s.Harness.LinksCPU == 0.1 && s.Harness.HeapMax == 9 && s.Harness.GCPauseMax == 2*time.Millisecond
		}},
		{"resolution of polls", func(f *Facts) {
			f.Trial.Architecture.Links[0].Transport = Poll
			f.Orders[0].Polls, f.Orders[1].Polls = 3, 9
		}, func(s Summary) bool { return s.Harness.PollsMax == 9 && s.Harness.Resolution == lastPoll }},
		{"a stream has no resolution", func(f *Facts) {
			f.Trial.Architecture.Links[0].Transport = SSE
			f.Orders[0].Polls = 2 // it was cut once
		}, func(s Summary) bool { return s.Harness.PollsMax == 2 && s.Harness.Resolution == 0 }},
		{"late sends", func(f *Facts) { f.Orders[0].Sent += time.Second }, func(s Summary) bool {
			return s.Harness.Late.Max == time.Second && s.Harness.Late.P50 == 0 && s.Harness.LateP999 == 0
		}},
		{"nothing at all", func(f *Facts) { *f = Facts{} }, func(s Summary) bool { return len(s.Invalid) > 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := validFacts(Slow)
			c.change(&f)
			s := Summarize(h, nil, f)
			if !c.check(s) {
				t.Errorf("invalid %q, warnings %q, harness %+v", s.Invalid, s.Warnings, s.Harness)
			}
			if _, err := json.Marshal(s); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestGapBefore(t *testing.T) {
	for n, want := range map[int]time.Duration{1: 20, 2: 40, 3: 80, 4: 160, 5: 320, 6: 500, 7: 500, 1000: 500} {
		if got := gapBefore(n); got != want*time.Millisecond {
			t.Errorf("poll %d comes %v after the last, want %v", n, got, want*time.Millisecond)
		}
	}
}

// TestFamilies: a trial is held against the control of its architecture and repeat, wherever that stands.
func TestFamilies(t *testing.T) {
	trial := func(architecture string, kind FaultKind, repeat int) TrialHeader {
		return TrialHeader{Architecture: Architecture{Name: architecture}, Fault: Fault{Kind: kind}, Repeat: repeat}
	}
	of := families([]TrialHeader{trial("sync", Slow, 1), trial("sync", NoFault, 2), trial("queue", NoFault, 1), trial("sync", NoFault, 1), trial("queue", Kill, 2)})
	for i, control := range []int{3, 1, 2, 3, -1} {
		if of[i].control != control {
			t.Errorf("trial %d is held against %d, want %d", i, of[i].control, control)
		}
	}
}

// TestSummaries: the facts of each trial are asked for once, figures come in the order of the trials, and a control that can't be read
// is an error of all that need it.
func TestSummaries(t *testing.T) {
	all := []Facts{validFacts(Slow), validFacts(NoFault), validFacts(Slow), validFacts(NoFault)}
	trials := make([]TrialHeader, len(all))
	for i := range all {
		all[i].Trial.Index, all[i].Trial.Repeat = i, 1+i/2
		trials[i] = all[i].Trial
	}
	h := RunHeader{Plan: Plan{SLO: Defaults().SLO}}
	var asked [4]atomic.Int32
	list, err := summaries(h, trials, func(i int) (Facts, error) { asked[i].Add(1); return all[i], nil })
	for i, s := range list {
		if err != nil || s.Trial.Index != i || asked[i].Load() != 1 || s.Spread.Missing != "" {
			t.Errorf("%v: figures of trial %d stand at %d, facts were asked for %d times, %s", err, s.Trial.Index, i, asked[i].Load(), s.Spread.Missing)
		}
	}
	lost := errors.New("lost")
	if _, err := summaries(h, trials, func(i int) (Facts, error) {
		if i == 3 {
			return Facts{}, lost
		}
		return all[i], nil
	}); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
}

func TestAnalyse(t *testing.T) {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	first, last := validFacts(NoFault), validFacts(Slow)
	first.Trial.Base, last.Trial.Base = base, base.Add(time.Minute)
	plan := Plan{SLO: Defaults().SLO, Architectures: []Architecture{first.Trial.Architecture}, Faults: []Fault{first.Trial.Fault, last.Trial.Fault}}
	r := Analyse(RunHeader{Plan: plan}, []Facts{first, last})
	if len(r.Trials) != 2 || r.Took != time.Minute+validPhases.Drain || r.Verdict.Sentence == "" {
		t.Errorf("%d trials, took %v, %q", len(r.Trials), r.Took, r.Verdict.Sentence)
	}
	if r := Analyse(RunHeader{}, nil); r.Verdict.Sentence != "No trial was run." {
		t.Errorf("%+v", r)
	}
}
