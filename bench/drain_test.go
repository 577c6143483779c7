package bench

import (
	"testing"
	"time"
)

// jam are facts in which 50 orders a second of one service's 100 are offered, and those of [1 s, 2 s) pile up:
// from the cure at 2 s on, the service does what it can.
func jam(mu float64) (RunHeader, Facts) {
	const rate = 50
	p := Phases{Baseline: 0, Fault: time.Second, Recovery: 2 * time.Second, Drain: 6 * time.Second}
	a := Architecture{Links: []Link{{From: Client, To: "order"}, {From: "order", To: "risk"}, {From: "order", To: "shipping"}}}
	f := Facts{Trial: TrialHeader{Phases: p, Architecture: a, Fault: Fault{Kind: Slow, Place: "risk"}}}
	free := p.Recovery
	for _, at := range Schedule(Load{Rate: rate, Arrivals: Constant}, p.Drain, 1) {
		o := quick.at(at)
		if at >= p.Fault {
			free = max(free, at) + time.Duration(float64(time.Second)/mu)
			o.Acked, o.Done, o.Settled = free, free, free
		}
		f.Orders = append(f.Orders, o)
	}
	work := func(service string, seconds float64) Sample {
		return Sample{From: 0, To: p.Fault, Service: service, Work: Histogram{1: rate}, WorkSum: rate * seconds}
	}
	f.Samples = []Sample{work("order", 0.001), work("risk", 4/mu), work("shipping", 10)}
	return RunHeader{Plan: Plan{Load: Load{Rate: rate}, Flow: Flow{Slots: map[string]int{"order": 512, "risk": 4, "shipping": 1}}}}, f
}

// baselineOf is the reference of a trial without a control.
func baselineOf(f Facts) reference { return newReference(nil, f, windows(f, Defaults().SLO)) }

// TestOracleDrain is oracle 4 of MEASURES: B / (μ − λ), predicted and measured.
func TestOracleDrain(t *testing.T) {
	for _, mu := range []float64{80, 100, 200} {
		h, f := jam(mu)
		d := drainTime(h, f, baselineOf(f))
		want := time.Duration(float64(d.Backlog) / (mu - 50) * float64(time.Second))
		if d.Backlog < 50 || d.Backlog > 51 || d.Mu < mu*0.999 || d.Mu > mu*1.001 || d.Lambda != 50 {
			t.Fatalf("μ = %g: %+v: 50 orders pile up in a second", mu, d)
		}
		if off := d.Predicted - want; off.Abs() > time.Millisecond {
			t.Errorf("μ = %g: predicted %v, want %v", mu, d.Predicted, want)
		}
		if off := d.Measured - d.Predicted; off.Abs() > 100*time.Millisecond {
			t.Errorf("μ = %g: measured %v, predicted %v", mu, d.Measured, d.Predicted)
		}
	}
}

func TestDrain(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*RunHeader, *Facts)
		check  func(DrainTime) bool
	}{
		{"no capacity left", func(h *RunHeader, _ *Facts) { h.Plan.Load.Rate = 100 }, func(d DrainTime) bool { return d.Predicted == Never && d.Mu == 100 }},
		{"less than none", func(h *RunHeader, _ *Facts) { h.Plan.Load.Rate = 300 }, func(d DrainTime) bool { return d.Predicted == Never }},
		{"no work was seen", func(_ *RunHeader, f *Facts) { f.Samples = nil }, func(d DrainTime) bool { return d.Mu == 0 && d.Predicted == Never }},
		{"slots of the architecture", func(_ *RunHeader, f *Facts) { f.Trial.Architecture.Slots = map[string]int{"risk": 8} },
			func(d DrainTime) bool { return d.Mu == 200 }},
		{"a control", func(_ *RunHeader, f *Facts) { f.Trial.Fault = Fault{} }, func(d DrainTime) bool { return d == DrainTime{} }},
		{"never settled", func(_ *RunHeader, f *Facts) {
			for i := range f.Orders[50:] {
				f.Orders[50+i].Told, f.Orders[50+i].Done, f.Orders[50+i].Settled = ToldAccepted, Never, Never
			}
		}, func(d DrainTime) bool { return d.Measured == Never && d.Backlog >= 50 }},
		{"all was done before the cure", func(_ *RunHeader, f *Facts) { f.Orders = f.Orders[:50] },
			func(d DrainTime) bool { return d.Backlog == 0 && d.Measured == 0 && d.Predicted == 0 }},
		{"nothing was offered", func(_ *RunHeader, f *Facts) { f.Orders = nil }, func(d DrainTime) bool { return d.Backlog == 0 && d.Measured == 0 }},
		{"clients that try again take the capacity away", func(_ *RunHeader, f *Facts) {
			for i := range f.Orders[50:100] {
				f.Orders[50+i].Attempts = 2
			}
		}, func(d DrainTime) bool { return d.Retries == 1 && d.Predicted == Never }},
		{"no more can wait than the queue lets in", func(h *RunHeader, f *Facts) {
			h.Plan.Flow.Queue, h.Transports = 6, []Transport{{Name: "http", Blocking: true}}
			f.Trial.Architecture.Links[0].Transport, f.Trial.Architecture.Links[1].Transport = Wait, "http"
		}, func(d DrainTime) bool {
			return d.Backlog >= 50 && (d.Predicted-200*time.Millisecond).Abs() < time.Millisecond
		}},
		{"a broker's queue has no such bound", func(h *RunHeader, f *Facts) {
			h.Plan.Flow.Queue, h.Transports = 6, []Transport{{Name: "queue", Broker: true}}
			f.Trial.Architecture.Links[0].Transport, f.Trial.Architecture.Links[1].Transport = Wait, "queue"
		}, func(d DrainTime) bool { return d.Predicted >= time.Second }},
		{"given up is not open", func(_ *RunHeader, f *Facts) { f.Orders = append(f.Orders[:50], timedOut.at(-9*time.Second)) },
			func(d DrainTime) bool { return d.Backlog == 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, f := jam(100)
			c.change(&h, &f)
			if d := drainTime(h, f, baselineOf(f)); !c.check(d) {
				t.Errorf("%+v", d)
			}
		})
	}
}
