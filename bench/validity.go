package bench

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Limits of the validity checks (DESIGN, rules of truth, 5).
const (
	minOrders    = 100 // in the fault's window; fewer have no p99
	lateShare    = 0.1 // of the p99 that is reported
	feltShare    = 0.9 // of the delay that was asked for
	injectedLate = 500 * time.Millisecond
	steadyShare  = 0.05 // of the baseline's orders may be late or failed
)

// validity are all checks of whether a trial tested what it says.
func validity(f Facts, w Windows) []Check {
	checks := []Check{started(f), finished(f), enough(w.Fault), punctual("baseline", f, w.Baseline), punctual("fault", f, w.Fault), steadyClock(f), unguarded(f)}
	if f.Trial.Fault.Kind != NoFault {
		checks = append(checks, steady(w.Baseline), injected(f), healedInTime(f), felt(f))
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

// punctual checks that the generator was late by less than a tenth of the p99 that is reported.
func punctual(phase string, f Facts, w Window) Check {
	late := lateness(f, w.From, w.To).at(0.99)
	c := Check{Name: "generator kept its schedule, " + phase,
		Saw: fmt.Sprintf("late by %s at p99, the answer's p99 is %s", ms(late), ms(w.Ack.P99))}
	c.Passed = w.Offered == 0 || w.Ack.P99 == Never || float64(late) < lateShare*float64(w.Ack.P99)
	return c
}

// lateness is how long after their planned times orders were sent.
func lateness(f Facts, from, to time.Duration) *latencies {
	var late latencies
	for _, o := range f.Orders {
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

func injected(f Facts) Check {
	c := Check{Name: "fault was injected", Saw: "it was not"}
	for _, e := range f.events(EventInject) {
		late := e.T - f.Trial.Phases.Fault
		c.Passed = late <= injectedLate
		c.Saw = fmt.Sprintf("in effect at %.2f s, planned for %.2f s", e.T.Seconds(), f.Trial.Phases.Fault.Seconds())
	}
	return c
}

func healedInTime(f Facts) Check {
	c := Check{Name: "fault was healed", Saw: "it was not"}
	for _, e := range f.events(EventHeal) {
		begun := e.T - time.Duration(e.Value*float64(time.Second))
		c.Passed = begun-f.Trial.Phases.Recovery <= injectedLate
		c.Saw = fmt.Sprintf("cure begun at %.2f s, planned for %.2f s, in effect at %.2f s", begun.Seconds(), f.Trial.Phases.Recovery.Seconds(), e.T.Seconds())
	}
	return c
}

// felt checks that the fault was felt at its own place.
func felt(f Facts) Check {
	c := Check{Name: "fault was felt at " + f.Trial.Fault.Place}
	switch f.Trial.Fault.Kind {
	case Slow:
		before, in := f.workP50(f.Trial.Phases.Baseline, f.Trial.Phases.Fault), f.workP50(f.broken())
		c.Passed = float64(in-before) >= feltShare*float64(f.Trial.Fault.Delay)
		c.Saw = fmt.Sprintf("own work at p50 rose from %s to %s, %s were asked for", ms(before), ms(in), ms(f.Trial.Fault.Delay))
	case Latency:
		before, in := f.probes(f.Trial.Phases.Baseline, f.Trial.Phases.Fault), f.probes(f.broken())
		rise := median(in) - median(before)
		c.Passed = len(in) > 0 && rise >= feltShare*f.Trial.Fault.Delay.Seconds()
		c.Saw = fmt.Sprintf("a probe's round trip rose by %.1f ms, %s were asked for (%d probes)", 1000*rise, ms(f.Trial.Fault.Delay), len(in))
	case Kill:
		c.Passed, c.Saw = f.refused()
		if deaths := f.deaths(); deaths == 0 {
			c.Passed, c.Saw = false, "its process did not die"
		}
	case Hang:
		in := f.probes(f.broken())
		c.Passed = len(in) > 0 && slices.Min(in) >= hangFelt
		c.Saw = fmt.Sprintf("%d probes, none answered", len(in))
		if !c.Passed {
			c.Saw = fmt.Sprintf("%d probes, some were answered, or none was made", len(in))
		}
	case Poison:
		failed := f.failures(f.broken())
		c.Passed, c.Saw = failed > 0, fmt.Sprintf("%d attempts at its work failed meanwhile", failed)
	case Forge:
		forged := 0.0
		for _, e := range f.events(EventForged) {
			forged += e.Value
		}
		c.Passed, c.Saw = forged > 0, fmt.Sprintf("%g forged callbacks were answered", forged)
	case Crash, Kills:
		deaths := f.deaths()
		c.Passed, c.Saw = deaths > 0, fmt.Sprintf("killed %d of %d times", deaths, f.Trial.Fault.Times)
	}
	return c
}

// failures are the attempts that failed at the fault's place between two moments.
func (f Facts) failures(from, to time.Duration) (n int64) {
	for _, s := range f.samples(f.Trial.Fault.Place, from, to) {
		n += s.Requests[OutcomeFailed]
	}
	return n
}

// hangFelt is the least time, in seconds, for which a probe of a hung service must have waited.
const hangFelt = 0.25

// broken is the span in which the fault was in effect.
func (f Facts) broken() (from, to time.Duration) {
	from, to = f.Trial.Phases.Fault, f.Trial.Phases.Recovery
	for _, e := range f.events(EventInject) {
		from = e.T
	}
	return from, to
}

func (f Facts) workP50(from, to time.Duration) time.Duration {
	work := Histogram{}
	for _, s := range f.samples(f.Trial.Fault.Place, from, to) {
		if s.From >= from-injectedLate {
			work.Add(s.Work)
		}
	}
	return work.Quantile(0.5)
}

// probes are what probes of the fault's place took in [from, to), in seconds.
func (f Facts) probes(from, to time.Duration) []float64 {
	var list []float64
	for _, e := range f.events(EventProbe) {
		if e.T >= from && e.T < to && !e.Refused {
			list = append(list, e.Value)
		}
	}
	return list
}

// refused reports whether every probe while the fault was on was refused.
func (f Facts) refused() (bool, string) {
	from, to := f.broken()
	refused, all := 0, 0
	for _, e := range f.events(EventProbe) {
		if e.T < from || e.T >= to {
			continue
		}
		all++
		if e.Refused {
			refused++
		}
	}
	if all == 0 { // nobody dials a service that works from a queue: it must not answer its scrapes either
		return f.deaf(from, to)
	}
	return refused == all, fmt.Sprintf("%d of %d probes were refused while it was down", refused, all)
}

// deaf reports whether the fault's place answered none of the scrapes between two moments.
func (f Facts) deaf(from, to time.Duration) (bool, string) {
	all, down := 0, 0
	for _, s := range f.Samples {
		if s.Service == f.Trial.Fault.Place && s.To > from && s.To < to {
			all++
			if s.Down {
				down++
			}
		}
	}
	return all > 0 && down == all, fmt.Sprintf("no link leads to it; %d of %d scrapes failed while it was down", down, all)
}

// deaths are how often the process that the fault is to kill died since the fault began.
func (f Facts) deaths() int {
	from, _ := f.broken()
	n := 0
	for _, e := range f.events(EventKilled) {
		if e.Place == f.Trial.Fault.Struck() && e.T >= from-injectedLate {
			n++
		}
	}
	return n
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
