package bench

import (
	"testing"
	"time"
)

// storm are facts with a fault from 4 s to 5 s, load until 20 s, none until 24 s and load again until 30 s; good says
// which orders are done in time.
func storm(good func(at time.Duration) bool) (control, f Facts, cut LoadCut) {
	cut = LoadCut{From: 20 * time.Second, To: 24 * time.Second}
	p := Phases{Baseline: time.Second, Fault: 4 * time.Second, Recovery: 5 * time.Second, Drain: 30 * time.Second, End: 60 * time.Second}
	control = Facts{Trial: TrialHeader{Phases: p}, Orders: quick.times(3000, 0, p.Drain)}
	f = Facts{Trial: TrialHeader{Phases: p, Fault: Fault{Kind: Hang}}}
	for _, o := range control.Orders {
		if o.Planned >= cut.From && o.Planned < cut.To {
			continue
		}
		if !good(o.Planned) {
			o.Done += time.Minute
		}
		f.Orders = append(f.Orders, o)
	}
	return control, f, cut
}

func TestJudgeMetastable(t *testing.T) {
	between := func(from, to time.Duration) func(time.Duration) bool {
		return func(at time.Duration) bool { return at < from*time.Second || at >= to*time.Second }
	}
	for _, c := range []struct {
		name      string
		good      func(time.Duration) bool
		predicted time.Duration
		change    func(*Facts, *LoadCut)
		want      string
	}{
		{"broken under load, well after the cut", between(4, 24), Never, nil, Metastable},
		{"well again by itself", between(4, 12), Never, nil, Healed},
		{"well again for one second only", func(at time.Duration) bool {
			return between(4, 24)(at) || at >= 15*time.Second && at < 16*time.Second
		}, Never, nil, Healed},
		{"not even after the cut", between(4, 90), Never, nil, Broken},
		{"the cut came too early for 3 drains", between(4, 24), 6 * time.Second, nil, Unjudged},
		{"three drains", between(4, 24), 5 * time.Second, nil, Metastable},
		{"the cure came late", between(4, 24), Never, func(f *Facts, _ *LoadCut) {
			f.Events = []Event{{T: 11 * time.Second, Kind: EventHeal}}
		}, Unjudged},
		{"load was not restored", between(4, 24), Never, func(_ *Facts, cut *LoadCut) { cut.To = 30 * time.Second }, Unjudged},
	} {
		control, f, cut := storm(c.good)
		if c.change != nil {
			c.change(&f, &cut)
		}
		if m := JudgeMetastable(control, f, Defaults().SLO, c.predicted, cut); m.Verdict != c.want || m.Why == "" {
			t.Errorf("%s: %+v, want %s", c.name, m, c.want)
		}
	}
	control, f, cut := storm(between(4, 24))
	control.Orders = nil
	if m := JudgeMetastable(control, f, Defaults().SLO, Never, cut); m.Verdict != Unjudged {
		t.Errorf("nothing to compare with: %+v", m)
	}
}
