package bench

import (
	"math"
	"strings"
	"testing"
	"time"
)

// planOf is a run's header for facts of validFacts.
func planOf() RunHeader {
	d := Defaults()
	return RunHeader{Plan: Plan{SLO: d.SLO, Load: Load{Rate: 100}, Flow: d.Flow}, Transports: []Transport{{Name: "http", Blocking: true}}}
}

// pair is a trial and its control, which differ by what change does to each order of the fault's window.
func pair(kind FaultKind, change func(i int, o *Order)) (control, f Facts) {
	control, f = validFacts(NoFault), validFacts(kind)
	for i := range f.Orders {
		jitter := time.Duration(i*7919%10) * time.Millisecond
		for _, o := range []*Order{&control.Orders[i], &f.Orders[i]} {
			o.Seq, o.Acked, o.Done = i, o.Acked+jitter, o.Done+jitter
		}
		if o := &f.Orders[i]; o.Planned >= validPhases.Fault && o.Planned < validPhases.Recovery {
			change(i, o)
		}
	}
	return control, f
}

func later(by time.Duration) func(int, *Order) {
	return func(_ int, o *Order) { o.Acked, o.Done, o.Settled = o.Acked+by, o.Done+by, o.Settled+by }
}

func cellOf(t *testing.T, s Spread, who string) Cell {
	t.Helper()
	for _, c := range s.Cells {
		if c.Who == who {
			return c
		}
	}
	t.Fatalf("no cell of %s in %+v", who, s.Cells)
	return Cell{}
}

// TestLatencyCoupling: 200 ms at risk that reach the edge as they are have κ_L = 1, those that do not have 0.
func TestLatencyCoupling(t *testing.T) {
	control, f := pair(Slow, func(_ int, o *Order) { o.Done += 200 * time.Millisecond })
	s := Summarize(planOf(), &control, f).Spread
	for who, want := range map[string]float64{AtAnswer: 0, AtDone: 1} {
		c := cellOf(t, s, who)
		for q, e := range map[string]Effect{"p50": c.P50, "p99": c.P99} {
			if math.Abs(e.Value-want) > 0.05 || e.Low > want+0.02 || e.High < want-0.02 || e.How != ByBootstrap || e.High-e.Low > 0.2 {
				t.Errorf("%s at %s: %+v, want %g", who, q, e, want)
			}
		}
		if c.Availability.Missing == "" {
			t.Errorf("%s: κ_A of a slow service: %+v", who, c.Availability)
		}
	}
}

func TestAmplifiedAndInfinite(t *testing.T) {
	control, f := pair(Slow, later(600*time.Millisecond))
	if c := cellOf(t, Summarize(planOf(), &control, f).Spread, AtAnswer); math.Abs(c.P50.Value-3) > 0.05 || c.Propagation.Value != 1 {
		t.Errorf("200 ms that become 600 ms: %+v", c)
	}
	control, f = pair(Slow, func(_ int, o *Order) { o.Done, o.Settled = Never, Never })
	if c := cellOf(t, Summarize(planOf(), &control, f).Spread, AtDone); !c.P99.Infinite || c.Propagation.Value != 1 {
		t.Errorf("never done: %+v", c)
	}
}

// TestAvailabilityCoupling: of the time that its place is out, a part reaches the edge.
func TestAvailabilityCoupling(t *testing.T) {
	control, f := pair(Kill, func(i int, o *Order) {
		if i%2 == 0 {
			o.Code, o.Told, o.Done, o.Settled = 502, ToldFailed, Never, Never
		}
	})
	set(&f, EventInject, func(e *Event) { e.T = validPhases.Fault })
	c := cellOf(t, Summarize(planOf(), &control, f).Spread, AtAnswer)
	if math.Abs(c.Availability.Value-0.5) > 0.01 || c.Availability.Low > 0.5 || c.Availability.High < 0.5 || c.P50.Missing == "" {
		t.Errorf("half of the answers failed all the while: %+v", c)
	}
}

func TestWithoutControl(t *testing.T) {
	_, f := pair(Slow, later(200*time.Millisecond))
	s := Summarize(planOf(), nil, f).Spread
	c := cellOf(t, s, AtAnswer)
	if s.Missing != "no control was run" || math.Abs(c.P50.Value-1) > 0.05 || c.P50.How != "" || s.Harm.Missing == "" || s.Cause.Missing == "" || s.Work != nil {
		t.Errorf("%+v", s)
	}
	control := validFacts(NoFault)
	without(&control, EventFinish)
	if s := Summarize(planOf(), &control, f); !strings.HasPrefix(s.Spread.Missing, "the control is invalid: harness worked") || s.Blast != nil {
		t.Errorf("an invalid control: %+v", s.Spread)
	}
	if s := Summarize(planOf(), nil, validFacts(NoFault)).Spread; s.Cells != nil {
		t.Errorf("a control has no place: %+v", s)
	}
}

// TestStarvedIsNotZero: a service without calls has no figure, and takes no part in the breadth.
func TestStarvedIsNotZero(t *testing.T) {
	control, f := pair(Slow, later(0))
	f.Samples = nil
	s := Summarize(planOf(), &control, f).Spread
	if c := cellOf(t, s, "risk"); c.Propagation.Missing != "starved" || c.P50.Missing != "starved" || s.Measured != 0 {
		t.Errorf("%+v, measured %d", c, s.Measured)
	}
	f.Samples = []Sample{{From: 3 * time.Second, To: 4 * time.Second, Service: "risk", Down: true}}
	if c := cellOf(t, Summarize(planOf(), &control, f).Spread, "risk"); c.Propagation.Missing != "down" || c.Lag.After != time.Second {
		t.Errorf("%+v", c)
	}
}

// TestCallersKnowOfADeadService: its own counters end with it.
func TestCallersKnowOfADeadService(t *testing.T) {
	_, f := pair(Kill, later(0))
	p := validPhases
	f.Samples = []Sample{{From: p.Fault, To: 4 * time.Second, Service: "risk", Down: true},
		{From: p.Fault, To: 4 * time.Second, Service: "order", Requests: map[string]int64{OutcomeFailed: 40},
			Calls: map[string]CallsByCallee{"risk": {Outcomes: map[string]int64{OutcomeFailed: 40}}}}}
	if w := f.service("risk", p.Fault, p.Recovery, time.Second); w.Calls != 40 || w.Bad != 1 || w.Starved || !w.Down {
		t.Errorf("%+v", w)
	}
}

func TestHarm(t *testing.T) {
	control, f := pair(Slow, func(i int, o *Order) {
		if i%4 == 0 {
			o.Done = Never
		}
	})
	if h := Summarize(planOf(), &control, f).Spread.Harm; h.Value != 75 {
		t.Errorf("a quarter of the 300 orders of the window were never done: %+v", h)
	}
}

func TestLag(t *testing.T) {
	control, f := pair(Slow, func(_ int, o *Order) {
		if o.Planned >= validPhases.Fault+time.Second {
			later(time.Second)(0, o)
		}
	})
	s := Summarize(planOf(), &control, f).Spread
	// 10 orders out of the band, 10 ms apart, each known when the band of about 70 ms is over
	if c := cellOf(t, s, AtAnswer); c.Lag.After < 1150*time.Millisecond || c.Lag.After > 1250*time.Millisecond || c.Lag.Within != 0 {
		t.Errorf("%+v", c.Lag)
	}
	control, f = pair(Slow, func(i int, o *Order) {
		if i%20 == 0 {
			later(time.Second)(0, o)
		}
	})
	if c := cellOf(t, Summarize(planOf(), &control, f).Spread, AtAnswer); c.Lag.After != Never {
		t.Errorf("one of twenty is nothing sustained: %+v", c.Lag)
	}
}

func TestFirstAlarm(t *testing.T) {
	for _, c := range []struct {
		name    string
		batches []batch
		want    Lag
	}{
		{"nothing", nil, Lag{After: Never}},
		{"at once", []batch{{0, 10, 20, 20}}, Lag{After: 10, Within: 10}},
		{"adds up", []batch{{0, 10, 4, 4}, {10, 20, 4, 4}}, Lag{After: 20, Within: 10}},
		{"forgets", []batch{{0, 10, 4, 4}, {10, 20, 100, 0}, {20, 30, 4, 4}}, Lag{After: Never}},
	} {
		if got := firstAlarm(c.batches, 0, 0.1, 5); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestWork: what a service was asked more than in the control was asked for the orders of the window.
func TestWork(t *testing.T) {
	control, f := pair(Slow, later(0))
	calls := func(n int64, at time.Duration) Sample {
		return Sample{From: at, To: at + time.Second, Service: "order", Calls: map[string]CallsByCallee{"risk": {Outcomes: map[string]int64{OutcomeFailed: n}}}}
	}
	control.Samples = append(control.Samples, calls(700, 4*time.Second))
	f.Samples = append(f.Samples, calls(700, 4*time.Second), calls(300*15, 12*time.Second))
	for i := range f.Orders[300:600] {
		f.Orders[300+i].Attempts = 4
	}
	list := Summarize(planOf(), &control, f).Spread.Work
	if len(list) != 2 || list[0].Factor != 4 || math.Abs(list[1].Factor-16) > 0.1 {
		t.Errorf("four attempts of clients and sixteen of order: %+v", list)
	}
}

// chain adds what risk and its caller spent on some orders: seconds an order for a slot of risk and in its work.
func chain(f *Facts, orders, slot, work float64) {
	each := slot + work
	f.Samples = append(f.Samples,
		Sample{From: 4 * time.Second, To: 5 * time.Second, Service: "risk", Requests: map[string]int64{OutcomeOK: int64(orders)}, Sum: orders * each,
			Spent: Spent{Slot: orders * slot, Work: orders * work}},
		Sample{From: 4 * time.Second, To: 5 * time.Second, Service: "order", Requests: map[string]int64{OutcomeOK: int64(orders)},
			Sum: orders * (each + 0.006), Spent: Spent{Work: orders * 0.005, Others: map[string]float64{"risk": orders * (each + 0.001)}},
			Calls: map[string]CallsByCallee{"risk": {Sum: orders * (each + 0.001)}}})
}

// TestCause: 2 s that risk's slots cost are found there, and add up.
func TestCause(t *testing.T) {
	control, f := pair(Slow, later(2*time.Second))
	control.Trial.Architecture.Links[1].Transport, f.Trial.Architecture.Links[1].Transport = "http", "http"
	chain(&control, 300, 0, 0.02)
	chain(&f, 300, 1.8, 0.22)
	c := Summarize(planOf(), &control, f).Spread.Cause
	want := "200 ms at risk became 2.00 s until an order was answered, what orders after the fault waited included: " +
		"1.80 s waiting for one of risk's 8 slots, 200 ms risk's own work."
	if c.Sentence != want {
		t.Errorf("%s\nwant %s", c.Sentence, want)
	}
	sum := 0.0
	for _, p := range c.Parts {
		sum += p.Seconds
	}
	if c.Of != AtAnswer || math.Abs(c.Extra-2) > 1e-9 || math.Abs(sum-2) > 1e-9 {
		t.Errorf("%+v adds up to %g", c, sum)
	}
}

func TestMatrix(t *testing.T) {
	control, f := pair(Slow, later(200*time.Millisecond))
	var trials []Summary
	for i, by := range []time.Duration{0, 100, 400} {
		_, g := pair(Slow, later(by*time.Millisecond))
		g.Trial.Repeat = i + 1
		trials = append(trials, Summarize(planOf(), &control, g))
	}
	bad := Summarize(planOf(), &control, f)
	bad.Invalid = []string{"late"}
	rows := Matrix(append(trials, bad, Summarize(planOf(), nil, control)))
	if len(rows) != 1 || rows[0].Trials != 3 || rows[0].Place != "risk" {
		t.Fatalf("%+v", rows)
	}
	e := rows[0].Cells[0].P50
	if math.Abs(e.Value-0.5) > 0.05 || math.Abs(e.Low) > 0.05 || math.Abs(e.High-2) > 0.05 || e.N != 3 || e.How != ByTrials {
		t.Errorf("0, 0.5 and 2: %+v", e)
	}
	if rows := Matrix([]Summary{bad}); rows[0].Missing != "no valid trial" || rows[0].Cells != nil {
		t.Errorf("%+v", rows)
	}
}

// TestAgainst: a control against one like it raises nothing; against one in which something happened it does.
func TestAgainst(t *testing.T) {
	control, other := pair(NoFault, later(3*time.Millisecond))
	other.Trial.Fault = Fault{}
	s := Against(planOf(), control, other)
	if c, _ := Largest(Matrix([]Summary{s})); len(s.Invalid) > 0 || c.Propagation.Value > reached || len(s.Spread.Cells) == 0 {
		t.Errorf("%+v, invalid %v", c, s.Invalid)
	}
	_, other = pair(NoFault, later(time.Second))
	if c, row := Largest(Matrix([]Summary{Against(planOf(), control, other)})); c.Propagation.Value != 1 || row.Fault != noFault {
		t.Errorf("%+v of %+v", c, row)
	}
}
