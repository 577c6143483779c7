package bench

import (
	"fmt"
	"time"
)

// feltShare is the least share of the delay that was asked for that must be seen.
const feltShare = 0.9

// A spell is a fault in effect once, as it really was: from one moment of a trial to another.
type spell struct {
	facts    Facts
	fault    Fault
	from, to time.Duration
}

// spell is a turn of the trial's timetable as it was carried out: the nth of its fault. It begins when the fault was in
// effect with its full strength.
func (f Facts) spell(t turn, nth int) spell {
	s := spell{facts: f, fault: t.fault, from: t.from, to: t.to}
	full := f.about(t.fault, EventInject, func(e Event) bool { return e.Value == 0 || e.Value == 1 })
	if nth < len(full) {
		s.from = full[nth].T
	}
	return s
}

// about are the events of a kind that are about one of the trial's faults, of those that ok lets pass.
func (f Facts) about(fault Fault, kind EventKind, ok func(Event) bool) (list []Event) {
	for _, e := range f.events(kind) {
		if (e.Fault == fault.Name || e.Fault == "") && ok(e) {
			list = append(list, e)
		}
	}
	return list
}

// felt checks that each fault of the trial was felt at its own place, at every turn.
func felt(f Facts) (checks []Check) {
	for _, fault := range f.Trial.Fault.Singles() {
		turns := fault.turns(f.Trial.Phases)
		c := Check{Name: "fault was felt at " + fault.Place}
		for n, t := range turns {
			if c = f.spell(t, n).felt(); !c.Passed {
				break
			}
		}
		if len(turns) > 1 && c.Passed {
			c.Saw = fmt.Sprintf("at each of %d turns; at the last: %s", len(turns), c.Saw)
		}
		checks = append(checks, c)
	}
	return checks
}

// felt checks that the fault was felt at its own place.
func (s spell) felt() Check {
	c := Check{Name: "fault was felt at " + s.fault.Place}
	switch s.fault.Kind {
	case Slow:
		before, in := s.workP50(s.facts.calm()), s.workP50(s.from, s.to)
		asked := s.fault.medianDelay()
		c.Passed = float64(in-before) >= feltShare*float64(asked)
		c.Saw = fmt.Sprintf("own work at p50 rose from %s to %s, %s were asked for", ms(before), ms(in), ms(asked))
	case Kill:
		c.Passed, c.Saw = s.refused()
		if deaths := s.deaths(); deaths == 0 {
			c.Passed, c.Saw = false, "its process did not die"
		}
	case Hang:
		c.Passed, c.Saw = s.unanswered()
	case Latency:
		c.Passed, c.Saw = s.later()
	case Reset:
		c.Passed, c.Saw = s.wereReset()
	case Refuse:
		c.Passed, c.Saw = s.refused()
	case Blackhole, HalfOpen:
		c.Passed, c.Saw = s.unanswered()
	case Bandwidth, SlowStart:
		c.Passed, c.Saw = s.throttled()
	case Respond, Hold, Truncate, FailFirst:
		c.Passed, c.Saw = s.struckRequests()
	case Poison:
		failed := s.failures()
		c.Passed, c.Saw = failed > 0, fmt.Sprintf("%d attempts at its work failed meanwhile", failed)
	case Forge:
		forged := 0.0
		for _, e := range s.facts.events(EventForged) {
			forged += e.Value
		}
		c.Passed, c.Saw = forged > 0, fmt.Sprintf("%g forged callbacks were answered", forged)
	case Storm, Impatient:
		orders, requests := s.resent()
		c.Passed, c.Saw = orders > 0, fmt.Sprintf("%d orders were sent by %d requests", orders, requests)
		if orders == 0 {
			c.Saw = "no order was sent again: nothing failed or took long enough; let it coincide with another fault (kind: several)"
		}
	case Stop, Restart, Disconnect, Partition, Loss, PacketDelay, Reorder, Starve, OutOfMemory, MemoryAlarm, DiskAlarm:
		c.Passed, c.Saw = s.feltByEngine()
	case Errors, FewSlots, Leak, ColdStart, CrashLoop:
		c.Passed, c.Saw = s.feltAtService()
	case SlowConsumer, DropConsumer, RefusePublishers, Redeliver, LoseBinding:
		c.Passed, c.Saw = s.feltAtBroker()
	case Crash, Kills:
		deaths := s.deaths()
		c.Passed, c.Saw = deaths > 0, fmt.Sprintf("killed %d of %d times", deaths, s.fault.Times)
	}
	return c
}

// failures are the attempts that failed at the fault's place meanwhile.
func (s spell) failures() (n int64) {
	for _, sample := range s.facts.samples(s.fault.Place, s.from, s.to) {
		n += sample.Requests[OutcomeFailed]
	}
	return n
}

// calm is the span in which nothing was broken yet.
func (f Facts) calm() (from, to time.Duration) { return f.Trial.Phases.Baseline, f.Trial.Phases.Fault }

func (s spell) workP50(from, to time.Duration) time.Duration {
	work := Histogram{}
	for _, sample := range s.facts.samples(s.fault.Place, from, to) {
		if sample.From >= from-injectedLate {
			work.Add(sample.Work)
		}
	}
	return work.Quantile(0.5)
}

// probes are what probes of the fault's place took in [from, to), in seconds.
func (s spell) probes(from, to time.Duration) []float64 {
	var list []float64
	for _, e := range s.facts.about(s.fault, EventProbe, answered) {
		if e.T >= from && e.T < to {
			list = append(list, e.Value)
		}
	}
	return list
}

func answered(e Event) bool { return !e.Refused && !e.Reset }

// refused reports whether every probe while the fault was on was refused.
func (s spell) refused() (bool, string) {
	refused, all := s.probed(func(e Event) bool { return e.Refused })
	if all == 0 { // nobody dials a service that works from a queue: it must not answer its scrapes either
		return s.deaf()
	}
	return refused == all, fmt.Sprintf("%d of %d probes were refused while it was down", refused, all)
}

// probed counts the probes that showed something, and all.
func (s spell) probed(showed func(Event) bool) (n, all int) {
	for _, e := range s.about(EventProbe) {
		all++
		if showed(e) {
			n++
		}
	}
	return n, all
}

// deaf reports whether the fault's place answered none of the scrapes meanwhile.
func (s spell) deaf() (bool, string) {
	all, down := 0, 0
	for _, sample := range s.facts.Samples {
		if sample.Service == s.fault.Place && sample.To > s.from && sample.To < s.to {
			all++
			if sample.Down {
				down++
			}
		}
	}
	return all > 0 && down == all, fmt.Sprintf("no link leads to it; %d of %d scrapes failed while it was down", down, all)
}

// deaths are how often the process that the fault is to kill died since the fault began.
func (s spell) deaths() int {
	n := 0
	for _, e := range s.facts.events(EventKilled) {
		if e.Place == s.fault.Struck() && e.T >= s.from-injectedLate {
			n++
		}
	}
	return n
}
