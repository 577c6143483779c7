package bench

import (
	"strings"
	"testing"
	"time"
)

// validPhases are of a short trial.
var validPhases = Phases{Baseline: time.Second, Fault: 3 * time.Second, Recovery: 6 * time.Second, Drain: 10 * time.Second, End: 20 * time.Second}

// validFacts are of a trial with nothing wrong with it: 100 orders a second, and a fault at risk that was felt.
func validFacts(kind FaultKind) Facts {
	p := validPhases
	f := Facts{Trial: TrialHeader{Schema: SchemaVersion, Phases: p, Repeat: 1, Ready: time.Second,
		Architecture: Architecture{Name: "sync", Links: []Link{{From: Client, To: "order", Transport: Wait}, {From: "order", To: "risk"}}},
		Fault:        Fault{Name: string(kind) + "-risk", Kind: kind, Place: "risk", Delay: 200 * time.Millisecond, Times: 2}},
		Orders: quick.times(1000, 0, p.Drain)}
	work := func(from, to, wait time.Duration) Sample {
		return Sample{From: from, To: to, Service: "risk", Requests: map[string]int64{OutcomeOK: 9}, Work: Histogram{bucketOf(wait): 9}}
	}
	f.Samples = []Sample{work(p.Baseline, 2*time.Second, 20*time.Millisecond), work(2*time.Second, p.Fault, 20*time.Millisecond),
		work(p.Fault, 4*time.Second, 220*time.Millisecond), work(4*time.Second, 5*time.Second, 220*time.Millisecond)}
	event := func(at time.Duration, kind EventKind, value float64, refused bool) {
		f.Events = append(f.Events, Event{T: at, Kind: kind, Place: "risk", Value: value, Refused: refused})
	}
	event(2*time.Second, EventProbe, 0.001, false)
	event(p.Fault+10*time.Millisecond, EventInject, 0, false)
	switch kind {
	case Latency:
		event(4*time.Second, EventProbe, 0.201, false)
	case Kill:
		event(p.Fault, EventKilled, 0, false)
		event(4*time.Second, EventProbe, 0, true)
	case Hang:
		event(4*time.Second, EventProbe, 0.25, false)
	case Poison:
		f.Samples[2].Requests[OutcomeFailed] = 5
	case Forge:
		event(5*time.Second, EventForged, 3, false)
	case Crash, Kills:
		event(4*time.Second, EventKilled, 0, false)
	}
	event(p.Recovery+700*time.Millisecond, EventHeal, 0.6, false) // begun 100 ms after the plan; the cure took 600
	event(15*time.Second, EventFinish, 0, false)
	return f
}

// without removes a kind of events.
func without(f *Facts, kind EventKind) {
	var rest []Event
	for _, e := range f.Events {
		if e.Kind != kind {
			rest = append(rest, e)
		}
	}
	f.Events = rest
}

// set changes every event of a kind after the fault began.
func set(f *Facts, kind EventKind, change func(*Event)) {
	for i, e := range f.Events {
		if e.Kind == kind && e.T >= f.Trial.Phases.Fault {
			change(&f.Events[i])
		}
	}
}

var faultKinds = []FaultKind{Slow, Latency, Kill, Hang, Poison, Forge, Crash, Kills}

func TestValidTrialsPass(t *testing.T) {
	for _, kind := range append(faultKinds, NoFault) {
		f := validFacts(kind)
		checks := validity(f, windows(f, Defaults().SLO), true)
		for _, c := range checks {
			if !c.Passed || c.Name == "" || c.Saw == "" {
				t.Errorf("%q: %+v", kind, c)
			}
		}
		if want := map[bool]int{true: 11, false: 7}[kind != NoFault]; len(checks) != want {
			t.Errorf("%q: %d checks, want %d", kind, len(checks), want)
		}
	}
}

// TestLatenessThatMatters: from a millisecond on, and from a tenth of p50 and a quarter of p99 on.
func TestLatenessThatMatters(t *testing.T) {
	for _, c := range []struct {
		answer, late time.Duration
		valid        bool
		oneIn        int // only each so many orders are late
	}{
		{500 * time.Microsecond, 400 * time.Microsecond, true, 1},
		{500 * time.Microsecond, time.Millisecond, false, 1},
		{5 * time.Millisecond, 2 * time.Millisecond, false, 1},
		{50 * time.Millisecond, 4 * time.Millisecond, true, 1},
		{50 * time.Millisecond, 6 * time.Millisecond, false, 1},
		{50 * time.Millisecond, 15 * time.Millisecond, true, 20},
		{50 * time.Millisecond, 20 * time.Millisecond, false, 20},
	} {
		f := validFacts(Slow)
		for i, o := range f.Orders {
			f.Orders[i].Sent = o.Planned
			if i%c.oneIn == 0 {
				f.Orders[i].Sent += c.late
			}
			f.Orders[i].Acked = f.Orders[i].Sent + c.answer
		}
		if got := punctual("fault", f, windows(f, Defaults().SLO).Fault, true); got.Passed != c.valid {
			t.Errorf("answers of %s, %s late: %+v", c.answer, c.late, got)
		}
	}
}

// TestPunctualWhereItCounts: one order in 20 late makes the trial INVALID by its p99, but not in a baseline that a control stands beside,
// nor where everything was refused.
func TestPunctualWhereItCounts(t *testing.T) {
	late := func(from, to time.Duration, code int16) Facts {
		f := validFacts(Slow)
		for i := range f.Orders {
			o := &f.Orders[i]
			if o.Planned < from || o.Planned >= to {
				continue
			}
			if i%20 == 0 {
				o.Sent = o.Planned + 30*time.Millisecond
			}
			o.Acked = o.Sent + 2*time.Millisecond
			if code > 0 {
				o.Code, o.Told = code, ToldFailed
			}
		}
		return f
	}
	p := validPhases
	for _, c := range []struct {
		name    string
		f       Facts
		alone   bool
		invalid string
	}{
		{"a baseline alone", late(p.Baseline, p.Fault, 0), true, checkPunctual + ", baseline"},
		{"a baseline beside a control", late(p.Baseline, p.Fault, 0), false, ""},
		{"the fault's window", late(p.Fault, p.Recovery, 0), false, checkPunctual + ", fault"},
		{"everything refused", late(p.Fault, p.Recovery, 503), false, ""},
	} {
		invalid := ""
		for _, check := range validity(c.f, windows(c.f, Defaults().SLO), c.alone) {
			if !check.Passed {
				invalid += check.Name
			}
		}
		if invalid != c.invalid {
			t.Errorf("%s: INVALID for %q, want %q", c.name, invalid, c.invalid)
		}
	}
}

func TestValidityFails(t *testing.T) {
	late := func(by, from, to time.Duration) func(*Facts) {
		return func(f *Facts) {
			for i, o := range f.Orders {
				if o.Planned >= from && o.Planned < to {
					f.Orders[i].Sent += by
				}
			}
		}
	}
	for _, c := range []struct {
		name   string
		kind   FaultKind
		change func(*Facts)
		failed string // the one check that must fail
	}{
		{"a service was down before the fault", Slow, func(f *Facts) { f.Samples[0].Down = true }, "system started"},
		{"the harness failed", Slow, func(f *Facts) { f.Events = append(f.Events, Event{Kind: EventFailed, Detail: "no port"}) }, "harness worked"},
		{"cut off", Slow, func(f *Facts) { without(f, EventFinish) }, "harness worked"},
		{"too few orders", Slow, func(f *Facts) { f.Orders = quick.times(300, 0, validPhases.Drain) }, "load was enough"},
		{"late in the baseline", Slow, late(2*time.Millisecond, validPhases.Baseline, validPhases.Fault), "generator kept its schedule, baseline"},
		{"late in the fault", Slow, late(2*time.Millisecond, validPhases.Fault, validPhases.Recovery), "generator kept its schedule, fault"},
		{"clock set", Slow, func(f *Facts) { f.Events = append(f.Events, Event{Kind: EventClock, Value: -3}) }, "clock was steady"},
		{"out of memory", Slow, func(f *Facts) { f.Events = append(f.Events, Event{Kind: EventGuard}) }, "memory sufficed"},
		{"ill from the start", Slow, func(f *Facts) {
			for i := range f.Orders[:150] {
				f.Orders[i].Code, f.Orders[i].Told = 503, ToldFailed
			}
		}, "baseline was steady"},
		{"not injected", Crash, func(f *Facts) { without(f, EventInject) }, "fault was injected"},
		{"injected late", Crash, func(f *Facts) { set(f, EventInject, func(e *Event) { e.T += 600 * time.Millisecond }) }, "fault was injected"},
		{"not healed", Slow, func(f *Facts) { without(f, EventHeal) }, "fault was healed"},
		{"healed late", Slow, func(f *Facts) { set(f, EventHeal, func(e *Event) { e.T += time.Second }) }, "fault was healed"},

		{"not slow", Slow, func(f *Facts) { f.Samples[2].Work, f.Samples[3].Work = f.Samples[0].Work, f.Samples[0].Work }, "fault was felt at risk"},
		{"slow by half of it", Slow, func(f *Facts) { f.Trial.Fault.Delay = 400 * time.Millisecond }, "fault was felt at risk"},
		{"slow elsewhere", Slow, func(f *Facts) { f.Samples[2].Service, f.Samples[3].Service = "order", "order" }, "fault was felt at risk"},
		{"no latency", Latency, func(f *Facts) { set(f, EventProbe, func(e *Event) { e.Value = 0.001 }) }, "fault was felt at risk"},
		{"latency not probed", Latency, func(f *Facts) { without(f, EventProbe) }, "fault was felt at risk"},
		{"latency's probes refused", Latency, func(f *Facts) { set(f, EventProbe, func(e *Event) { e.Refused = true }) }, "fault was felt at risk"},
		{"killed and answering", Kill, func(f *Facts) { set(f, EventProbe, func(e *Event) { e.Refused = false }) }, "fault was felt at risk"},
		{"refusing and alive", Kill, func(f *Facts) { without(f, EventKilled) }, "fault was felt at risk"},
		{"killed and not probed", Kill, func(f *Facts) { without(f, EventProbe) }, "fault was felt at risk"},
		{"hung and answering", Hang, func(f *Facts) { set(f, EventProbe, func(e *Event) { e.Value = 0.01 }) }, "fault was felt at risk"},
		{"hung and refusing", Hang, func(f *Facts) { set(f, EventProbe, func(e *Event) { e.Refused = true }) }, "fault was felt at risk"},
		{"hung and not probed", Hang, func(f *Facts) { without(f, EventProbe) }, "fault was felt at risk"},
		{"poisoned and not failing", Poison, func(f *Facts) { delete(f.Samples[2].Requests, OutcomeFailed) }, "fault was felt at risk"},
		{"failing only before", Poison, func(f *Facts) {
			f.Samples[2].Requests, f.Samples[0].Requests = f.Samples[0].Requests, f.Samples[2].Requests
		}, "fault was felt at risk"},
		{"never crashed", Crash, func(f *Facts) { without(f, EventKilled) }, "fault was felt at risk"},
		{"never killed", Kills, func(f *Facts) { without(f, EventKilled) }, "fault was felt at risk"},
		{"a kind that nobody checks", Slow, func(f *Facts) { f.Trial.Fault.Kind = "new" }, "fault was felt at risk"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := validFacts(c.kind)
			c.change(&f)
			var failed []string
			for _, check := range validity(f, windows(f, Defaults().SLO), true) {
				if !check.Passed {
					failed = append(failed, check.Name)
				}
			}
			if len(failed) != 1 || failed[0] != c.failed {
				t.Errorf("failed: %q, want %q alone", failed, c.failed)
			}
		})
	}
}

func TestNothingWasPlanned(t *testing.T) {
	f := validFacts(Slow)
	f.Orders, f.Samples = nil, nil
	s := Summarize(RunHeader{Plan: Plan{SLO: Defaults().SLO}}, nil, f)
	if len(s.Invalid) == 0 || !strings.HasPrefix(s.Invalid[0], "system started: no order was planned") {
		t.Errorf("%q", s.Invalid)
	}
}

func TestAHopelessSystemIsNotTheGeneratorsFault(t *testing.T) {
	w := Window{To: time.Second, Offered: 100, Ack: Quantiles{N: 100, Never: 100, P99: Never}}
	if c := punctual("fault", Facts{Orders: []Order{quick}}, w, true); !c.Passed {
		t.Errorf("%+v", c)
	}
}

// TestPunctual: what counts is what lateness makes of the figures that are reported.
func TestPunctual(t *testing.T) {
	for name, c := range map[string]struct {
		late  func(i int) time.Duration // of order i of 200, answered i ms after it was sent
		valid bool
	}{
		"none": {func(int) time.Duration { return 0 }, true},
		"two quick orders, much": {func(i int) time.Duration {
			return map[int]time.Duration{3: 90 * time.Millisecond, 7: 90 * time.Millisecond}[i]
		}, true},
		"the slowest orders, much":       {func(i int) time.Duration { return time.Duration(max(0, i-190)) * 10 * time.Millisecond }, false},
		"all, by a little of p99":        {func(int) time.Duration { return 9 * time.Millisecond }, true},
		"all, by a tenth of p50":         {func(int) time.Duration { return 12 * time.Millisecond }, false},
		"most of the quick ones, by p50": {func(i int) time.Duration { return time.Duration(max(0, 150-i)) * time.Millisecond }, false},
	} {
		var f Facts
		for i := range 200 {
			planned := time.Duration(i) * time.Millisecond
			sent := planned + c.late(i)
			f.Orders = append(f.Orders, Order{Planned: planned, Sent: sent, Acked: sent + planned, Code: 201, Done: sent + planned})
		}
		if got := punctual("fault", f, window(f.Orders, 0, time.Second, SLO{}), true); got.Passed != c.valid {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{3, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v: %g", c.values, got)
		}
	}
}

func TestMilliseconds(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 ms", Never: "never", 1234 * time.Microsecond: "1.23 ms", 12345 * time.Microsecond: "12.3 ms",
		123456 * time.Microsecond: "123 ms", 5 * time.Microsecond: "0.005 ms", 2 * time.Second: "2000 ms"} {
		if got := ms(d); got != want {
			t.Errorf("%d ns: %q, want %q", d, got, want)
		}
	}
}
