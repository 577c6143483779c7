package bench

import (
	"testing"
	"time"
)

// outage are facts of an order every 10 ms whose fault ends at 10 s, with load until 17 s; good says which of the
// orders after it are quick. Others are failures.
func outage(good func(i int, after time.Duration) bool) Facts {
	p := Phases{Baseline: 2 * time.Second, Fault: 6 * time.Second, Recovery: 10 * time.Second, Drain: 17 * time.Second}
	f := Facts{Trial: TrialHeader{Phases: p, Fault: Fault{Kind: Kill}}, Orders: quick.times(600, 0, p.Fault)}
	f.Orders = append(f.Orders, broken.times(400, p.Fault, p.Recovery)...)
	for i := range 700 {
		after := time.Duration(i) * 10 * time.Millisecond
		o := broken
		if good(i, after) {
			o = quick
		}
		f.Orders = append(f.Orders, o.at(p.Recovery+after))
	}
	return f
}

func TestRecovery(t *testing.T) {
	for _, c := range []struct {
		name string
		good func(i int, after time.Duration) bool
		want time.Duration
	}{
		{"at once", func(int, time.Duration) bool { return true }, 0},
		{"after two seconds", func(_ int, after time.Duration) bool { return after >= 2*time.Second }, 2 * time.Second},
		{"never", func(int, time.Duration) bool { return false }, Never},
		{"one lucky success ends nothing", func(i int, after time.Duration) bool { return i == 3 || after >= 3*time.Second }, 3 * time.Second},
		{"nor does a lucky second", func(_ int, after time.Duration) bool {
			return after < time.Second || after >= 3500*time.Millisecond
		}, 3500 * time.Millisecond},
		{"one order in a hundred may be late", func(i int, _ time.Duration) bool { return i%100 != 50 }, 0},
		{"one in twenty may not", func(i int, _ time.Duration) bool { return i%20 != 10 }, Never},
		{"relapse", func(_ int, after time.Duration) bool { return after < 2900*time.Millisecond }, Never},
		{"too late to be seen for three seconds", func(_ int, after time.Duration) bool { return after >= 4500*time.Millisecond }, Never},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := outage(c.good)
			r := recovery(f, baselineOf(f), Defaults().SLO)
			verdict := "recovered"
			if c.want == Never {
				verdict = "not seen to recover in 7.0 s"
			}
			if r.Ack != c.want || r.Done != c.want || r.Verdict != verdict || r.Watched != 7*time.Second {
				t.Errorf("%+v, want %v: %s", r, c.want, verdict)
			}
		})
	}
}

func TestRecoveryOfAnswersAndCompletionsApart(t *testing.T) {
	f := outage(func(int, time.Duration) bool { return true })
	for i, o := range f.Orders {
		if o.Planned >= 10*time.Second && o.Planned < 13*time.Second {
			f.Orders[i].Done, f.Orders[i].Settled = 15*time.Second, 15*time.Second
		}
	}
	r := recovery(f, baselineOf(f), Defaults().SLO)
	if r.Ack != 0 || r.Done < 2900*time.Millisecond || r.Done > 3*time.Second {
		t.Errorf("%+v: answers were never late, orders were done late for 3 s", r)
	}
}

func TestRecoveryCountsFromTheCure(t *testing.T) {
	f := outage(func(_ int, after time.Duration) bool { return after >= 3*time.Second })
	f.Events = []Event{{T: 12 * time.Second, Kind: EventHeal}}
	r := recovery(f, baselineOf(f), Defaults().SLO)
	if r.Ack != time.Second || r.Watched != 5*time.Second {
		t.Errorf("%+v: the cure was in effect at 12 s, all is well from 13 s on, load ends at 17 s", r)
	}
}

func TestControlHasNothingToRecoverFrom(t *testing.T) {
	f := outage(func(int, time.Duration) bool { return false })
	f.Trial.Fault = Fault{Name: Control}
	if r := recovery(f, baselineOf(f), Defaults().SLO); r != (Recovery{}) {
		t.Errorf("%+v", r)
	}
}

func TestRecoverySkipsWhatWasNotSent(t *testing.T) {
	f := outage(func(int, time.Duration) bool { return true })
	for i := range 5 {
		f.Orders[1000+i] = unsent.at(f.Orders[1000+i].Planned)
	}
	if r := recovery(f, baselineOf(f), Defaults().SLO); r.Ack != 50*time.Millisecond {
		t.Errorf("%+v: the first order that was sent came 50 ms after the cure", r)
	}
}

func TestBand(t *testing.T) {
	for p99, want := range map[time.Duration]time.Duration{
		0:                      50 * time.Millisecond,
		10 * time.Millisecond:  60 * time.Millisecond,
		200 * time.Millisecond: 400 * time.Millisecond,
		Never:                  0,
	} {
		if got := band(p99); got != want {
			t.Errorf("a baseline of %v has the band %v, want %v", p99, got, want)
		}
	}
}
