package bench

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// cutTrial is a trial of a cut under slow-risk.
func cutTrial(name string, ack, done time.Duration, radius float64, parts int) Summary {
	s := trialOf(name, "slow-risk", ack, done)
	s.Trial.Fault.Kind = Slow
	s.Blast, s.Parts = &Blast{Radius: radius}, Parts{Queues: parts}
	return s
}

// frontOf is the front of a run of those trials; the cuts are in the order of their names.
func frontOf(trials ...Summary) Front {
	r := runOf(trials...)
	r.Run.Plan.Architectures = nil
	var names []string
	for _, t := range trials {
		names = append(names, t.Trial.Architecture.Name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		r.Run.Plan.Architectures = append(r.Run.Plan.Architectures, Architecture{Name: name, Cut: name})
	}
	return fronts(r)[0]
}

func TestBeats(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	base := cutTrial("a", s, 2*s, 0.5, 5)
	for _, c := range []struct {
		name         string
		other        Summary
		beats, loses bool // a beats b; b beats a
	}{
		{"equal", cutTrial("b", s, 2*s, 0.5, 5), false, false},
		{"slower answers", cutTrial("b", 2*s, 2*s, 0.5, 5), true, false},
		{"slower done", cutTrial("b", s, 3*s, 0.5, 5), true, false},
		{"never done", cutTrial("b", s, Never, 0.5, 5), true, false},
		{"wider", cutTrial("b", s, 2*s, 0.6, 5), true, false},
		{"more parts", cutTrial("b", s, 2*s, 0.5, 6), true, false},
		{"quicker answers", cutTrial("b", s/2, 2*s, 0.5, 5), false, true},
		{"a trade", cutTrial("b", s/2, 2*s, 0.5, 6), false, false},
		{"a tenth slower is equal", cutTrial("b", 1100*ms, 2200*ms, 0.5, 5), false, false},
		{"more than a tenth is not", cutTrial("b", 1120*ms, 2*s, 0.5, 5), true, false},
		{"5 points wider is equal", cutTrial("b", s, 2*s, 0.55, 5), false, false},
		{"equal but for a part", cutTrial("b", 1050*ms, 1900*ms, 0.52, 4), false, true},
		{"failing answers acknowledge nothing", failing(0.02, cutTrial("b", ms, 2*s, 0.5, 5)), true, false},
		{"1 % of failures is within the p99", failing(0.01, cutTrial("b", ms, 2*s, 0.5, 5)), false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := frontOf(base, c.other)
			a, b := f.Cuts[0], f.Cuts[1]
			if beats, loses := slices.Contains(b.BeatenBy, "a"), slices.Contains(a.BeatenBy, "b"); beats != c.beats || loses != c.loses {
				t.Errorf("beats %t, loses %t", beats, loses)
			}
			if a.OnFront == c.loses || b.OnFront == c.beats {
				t.Errorf("on the front: %t, %t", a.OnFront, b.OnFront)
			}
		})
	}
}

func TestBeatsNeedsAllTrials(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name string
		low  time.Duration // b's best trial
		want bool
	}{
		{"ranges apart", 1900 * time.Millisecond, true},
		{"ranges overlap", 1100 * time.Millisecond, false},
	} {
		f := frontOf(cutTrial("a", s, s, 0, 1), cutTrial("a", s*12/10, s, 0, 1), cutTrial("b", c.low, s, 0, 1), cutTrial("b", 2*s, s, 0, 1))
		if got := len(f.Cuts[1].BeatenBy) == 1; got != c.want || f.Cuts[1].Ack.N != 2 {
			t.Errorf("%s: beaten by %v, of %d trials", c.name, f.Cuts[1].BeatenBy, f.Cuts[1].Ack.N)
		}
	}
}

// TestFrontNamesWhoBeatsWhom is the picture that is expected of the flow: in the middle one pays for a broker and waits all the same.
func TestFrontNamesWhoBeatsWhom(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	f := frontOf(cutTrial("cut-1client", 12*ms, 3*s, 0.9, 12), cutTrial("cut-2order", 3*s, 3*s, 1.2, 12),
		cutTrial("cut-3payment", 3*s, 3*s, 1.2, 7), cutTrial("cut-4risk", 3*s, 3*s, 1.2, 0))
	want := []string{"", "cut-1client cut-3payment cut-4risk", "cut-4risk", ""}
	for i, c := range f.Cuts {
		if got := strings.Join(c.BeatenBy, " "); got != want[i] {
			t.Errorf("%s is beaten by %q, want %q", c.Architecture, got, want[i])
		}
	}
}

func TestFrontLeavesOut(t *testing.T) {
	const s = time.Second
	good := cutTrial("good", 2*s, 2*s, 1, 9)
	for _, c := range []struct {
		name   string
		trials func(better Summary) []Summary
		why    string
	}{
		{"invalid", func(b Summary) []Summary { b.Invalid = []string{"load was enough: 3"}; return []Summary{b} }, "INVALID under slow-risk: load was enough: 3"},
		{"one of two invalid", func(b Summary) []Summary { x := b; x.Invalid = []string{"y"}; return []Summary{b, x} }, "INVALID under slow-risk: y"},
		{"invalid control", func(b Summary) []Summary {
			control := trialOf("better", Control, s, s)
			control.Invalid = []string{"late"}
			return []Summary{b, control}
		}, "INVALID under control: late"},
		{"interrupted", func(b Summary) []Summary { b.Interrupted = true; return []Summary{b} }, "interrupted under slow-risk"},
		{"no control", func(b Summary) []Summary { b.Blast = nil; return []Summary{b} }, "no control"},
		{"lost orders", func(b Summary) []Summary { b.Audit.Classes[Lost] = 3; return []Summary{b} }, "3 orders lost under slow-risk"},
		{"not run", func(Summary) []Summary { return []Summary{trialOf("better", Control, s, s)} }, "not run under this fault"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := frontOf(append(c.trials(cutTrial("better", s, s, 0, 1)), good)...)
			if out := f.Cuts[0]; out.OnFront || !strings.Contains(out.Unplaced, c.why) {
				t.Errorf("on the front %t: %q", out.OnFront, out.Unplaced)
			}
			if !f.Cuts[1].OnFront {
				t.Errorf("beaten by a cut that takes no part: %v", f.Cuts[1].BeatenBy)
			}
		})
	}
}

func TestFrontsAreOfCutsAndOfFaults(t *testing.T) {
	r := runOf(trialOf("sync", Control, 1, 1))
	if got := fronts(r); got != nil {
		t.Errorf("a run of no cuts has %v", got)
	}
	r.Run.Plan.Architectures[0].Cut = "risk"
	r.Run.Plan.Faults = append(r.Run.Plan.Faults, Fault{Name: "payment-down", Kind: Kill})
	if got := fronts(r); len(got) != 2 || got[0].Fault != "slow-risk" || got[1].Fault != "payment-down" {
		t.Errorf("got %v", got)
	}
}
