package bench

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// checkPunctual begins the names of the checks of the generator's schedule.
const checkPunctual = "generator kept its schedule"

// Limits of the validity checks (DESIGN, rules of truth, 5).
const (
	minOrders    = 100  // in the fault's window; fewer have no p99
	lateMedian   = 0.1  // share of p50 that may be lateness
	lateTail     = 0.25 // of p99, which a few hundred orders tell no better
	injectedLate = 500 * time.Millisecond
	steadyShare  = 0.05 // of the baseline's orders may be late or failed
)

// validity are all checks of whether a trial tested what it says. alone is whether there is no control to hold it against: then
// that is its own baseline.
func validity(f Facts, w Windows, alone bool) []Check {
	checks := []Check{started(f), finished(f), enough(w.Fault), punctual("baseline", f, w.Baseline, alone && f.Trial.Fault.Kind != NoFault),
		punctual("fault", f, w.Fault, w.Fault.Errors < 1), steadyClock(f), unguarded(f)}
	if f.Trial.Fault.Kind != NoFault {
		checks = append(checks, steady(w.Baseline), injected(f), healedInTime(f))
		checks = append(checks, felt(f)...)
	}
	return checks
}

func started(f Facts) Check {
	c := Check{Name: "system started", Passed: len(f.Orders) > 0, Saw: fmt.Sprintf("ready in %.2f s", f.Trial.Ready.Seconds())}
	for _, s := range f.Samples {
		if s.Down && s.To < f.Trial.Phases.Fault {
			return Check{Name: c.Name, Saw: fmt.Sprintf("%s was down before the fault, at %.1f s", s.Service, s.To.Seconds())}
		}
	}
	if !c.Passed {
		c.Saw = "no order was planned: the system did not come up"
	}
	return c
}

func finished(f Facts) Check {
	for _, e := range f.Events {
		if e.Kind == EventFailed {
			return Check{Name: "harness worked", Saw: e.Detail}
		}
	}
	if len(f.events(EventFinish)) == 0 && len(f.events(EventStopped)) == 0 {
		return Check{Name: "harness worked", Saw: "the trial was cut off: its facts end early"}
	}
	return Check{Name: "harness worked", Passed: true, Saw: "all facts were written"}
}

func enough(w Window) Check {
	return Check{Name: "load was enough", Passed: w.Offered >= minOrders,
		Saw: fmt.Sprintf("%d orders in the fault's window (at least %d)", w.Offered, minOrders)}
}

// punctual checks that the generator's own lateness is not what is reported: that the answers' p50 and p99, which count from the plan,
// are nearly what they are from when orders were sent. A tenth of p50 means that most orders were late. Of p99 it is a quarter, which
// a few late orders in a short window make of a quick architecture, and less than chance makes: the 95 % interval of a p99 of 430
// orders is from their 421st to their 430th. Under what no comparison regards nothing counts: timers alone are a third of a refusal
// that takes half a millisecond. How late the latest orders were says less: whether their answers were slow, too, is chance.
// Without tail, p99 is not judged: nothing is held against that of a baseline beside a control, and where everything was refused, how
// quickly is of no account.
func punctual(phase string, f Facts, w Window, tail bool) Check {
	sent := fromSent(f.Orders, w.From, w.To)
	c := Check{Name: checkPunctual + ", " + phase, Passed: true}
	for _, q := range []struct {
		name                string
		fromPlan, fromSends time.Duration
		most                float64
		judged              bool
	}{{"p50", w.Ack.P50, sent.at(0.5), lateMedian, true}, {"p99", w.Ack.P99, sent.at(0.99), lateTail, tail}} {
		own := q.fromPlan - q.fromSends // 0 where both are never
		if q.judged && own >= leastSpan && float64(own) >= q.most*float64(q.fromPlan) {
			c.Passed = false
		}
		c.Saw += fmt.Sprintf("%s of the answer's %s of %s are its own, ", ms(own), q.name, ms(q.fromPlan))
	}
	c.Saw += fmt.Sprintf("late by %s at p99", ms(lateness(f, w.From, w.To).at(0.99)))
	return c
}

// fromSent are the answers' latencies counted from when orders were sent.
func fromSent(orders []Order, from, to time.Duration) *latencies {
	waits := latencies{came: make([]time.Duration, 0, planned(orders, from, to))}
	for i := range orders {
		o := &orders[i]
		if o.Planned >= from && o.Planned < to && o.Told != ToldUnsent {
			waits.add(o.Sent, o.Acked)
		}
	}
	return waits.sorted()
}

// lateness is how long after their planned times orders were sent.
func lateness(f Facts, from, to time.Duration) *latencies {
	late := latencies{came: make([]time.Duration, 0, planned(f.Orders, from, to))}
	for i := range f.Orders {
		o := &f.Orders[i]
		if o.Planned >= from && o.Planned < to && o.Sent != Never {
			late.add(o.Planned, o.Sent)
		}
	}
	return late.sorted()
}

func steadyClock(f Facts) Check {
	steps := f.events(EventClock)
	if len(steps) == 0 {
		return Check{Name: "clock was steady", Passed: true, Saw: "no step"}
	}
	return Check{Name: "clock was steady", Saw: fmt.Sprintf("the wall clock stepped by %.3f s", steps[0].Value)}
}

func unguarded(f Facts) Check {
	if e := f.events(EventGuard); len(e) > 0 {
		return Check{Name: "memory sufficed", Saw: fmt.Sprintf("at %.1f s: %s", e[0].T.Seconds(), e[0].Detail)}
	}
	return Check{Name: "memory sufficed", Passed: true, Saw: "the driver's limit was not reached"}
}

// steady checks that the system was well before the fault: what is measured are differences against that.
func steady(w Window) Check {
	return Check{Name: "baseline was steady", Passed: w.LateAcks <= steadyShare,
		Saw: fmt.Sprintf("%.1f %% of its answers were late or failed (at most %.0f %%)", 100*w.LateAcks, 100*steadyShare)}
}

// injected checks that every turn of the timetable began when it was planned to.
func injected(f Facts) Check {
	return f.onTime("fault was injected", EventInject, func(e Event, t turn) (time.Duration, string) {
		return e.T - t.from, fmt.Sprintf("in effect at %.2f s, planned for %.2f s", e.T.Seconds(), t.from.Seconds())
	})
}

// healedInTime checks that every turn's cure began when it was planned to; how long it took is the fault's own.
func healedInTime(f Facts) Check {
	return f.onTime("fault was healed", EventHeal, func(e Event, t turn) (time.Duration, string) {
		begun := e.T - time.Duration(e.Value*float64(time.Second))
		return begun - t.to, fmt.Sprintf("cure begun at %.2f s, planned for %.2f s, in effect at %.2f s", begun.Seconds(), t.to.Seconds(), e.T.Seconds())
	})
}

// onTime checks that each turn has its event, and how late it is; of several the first that is wrong is told, or the last.
func (f Facts) onTime(name string, kind EventKind, late func(Event, turn) (time.Duration, string)) (c Check) {
	c.Name = name
	for _, fault := range f.Trial.Fault.Singles() {
		first := func(e Event) bool { return kind != EventInject || e.Value == 0 || e.Value == fault.levels()[0] }
		events := f.about(fault, kind, first)
		for n, t := range fault.turns(f.Trial.Phases) {
			if n >= len(events) {
				c.Passed, c.Saw = false, "it was not"
				return c
			}
			by, saw := late(events[n], t)
			if c.Passed, c.Saw = by <= injectedLate, saw; !c.Passed {
				return c
			}
		}
	}
	return c
}

func (f Facts) events(kind EventKind) []Event {
	var list []Event
	for _, e := range f.Events {
		if e.Kind == kind {
			list = append(list, e)
		}
	}
	return list
}

// median is the middle value, 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// ms writes a duration in milliseconds with three significant digits.
func ms(d time.Duration) string {
	if d == Never {
		return "never"
	}
	v := float64(d) / float64(time.Millisecond)
	digits := 0
	if v > 0 {
		digits = max(0, 2-int(math.Floor(math.Log10(v))))
	}
	return fmt.Sprintf("%.*f ms", min(digits, 3), v)
}
