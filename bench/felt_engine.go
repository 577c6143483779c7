package bench

import "fmt"

const (
	// feltStarved is the least share of its time for which a starved service must have had work and not been let run.
	feltStarved = 0.1
	// feltLoss is the least share of the loss that was asked for that must be seen: it is random.
	feltLoss = 0.5
)

// feltByEngine checks that a fault by signals or by the engine was felt at its own place.
func (s spell) feltByEngine() (bool, string) {
	switch s.fault.Kind {
	case Stop:
		return s.ended(true)
	case Restart:
		return s.ended(false)
	case OutOfMemory:
		killed, of := s.struck()
		down, saw := s.ended(true)
		return down && of > 0 && killed == of, fmt.Sprintf("the kernel killed %g of %g processes for want of memory; %s", killed, of, saw)
	case Disconnect:
		if len(s.about(EventProbe)) == 0 {
			return s.deaf()
		}
		return s.unanswered()
	case Partition:
		if dropped, of := s.struck(); dropped == 0 {
			return false, fmt.Sprintf("no packet of %g was dropped", of)
		}
		return s.unanswered()
	case Loss:
		dropped, of := s.struck()
		return dropped > 0 && dropped >= feltLoss*s.fault.Share*of,
			fmt.Sprintf("%g of %g packets were dropped, %.1f %% were asked for", dropped, of, 100*s.fault.Share)
	case Reorder:
		shaped, _ := s.struck()
		return shaped > 0, fmt.Sprintf("%g packets were held, or overtook them", shaped)
	case PacketDelay:
		return s.later()
	case Starve:
		stood, of := s.struck()
		return of > 0 && stood >= feltStarved*of, fmt.Sprintf("it had work and was not let run for %.2f s of %.2f s", stood, of)
	}
	return s.alarmed()
}

// about are the events about the spell's fault while it was in effect.
func (s spell) about(kind EventKind) []Event {
	return s.facts.about(s.fault, kind, func(e Event) bool { return e.T >= s.from && e.T < s.to })
}

// ended checks that the fault's place died in the spell, and if it is to stay dead, that connects were refused from then on.
func (s spell) ended(stays bool) (bool, string) {
	deaths := s.facts.about(s.fault, EventKilled, func(e Event) bool { return e.Place == s.fault.Place && e.T >= s.from-injectedLate })
	if len(deaths) == 0 {
		return false, "its process did not end"
	}
	if !stays {
		back := s.facts.about(s.fault, EventStarted, func(e Event) bool { return e.Place == s.fault.Place && e.T >= deaths[0].T })
		return len(back) > 0, deaths[0].Detail + fmt.Sprintf(", started again %d times", len(back))
	}
	s.from = max(s.from, deaths[0].T)
	down, saw := s.refused()
	return down, deaths[0].Detail + "; " + saw
}

// alarmed checks that the broker had its alarm whenever it was asked, and not before.
func (s spell) alarmed() (bool, string) {
	on := func(list []Event) (n int) {
		for _, e := range list {
			if e.Refused {
				n++
			}
		}
		return n
	}
	calm := s.facts.about(s.fault, EventProbe, func(e Event) bool { return e.T < s.facts.Trial.Phases.Fault })
	in := s.about(EventProbe)
	return len(in) > 0 && on(in) == len(in) && on(calm) == 0,
		fmt.Sprintf("the broker had the alarm at %d of %d looks, and at %d of %d before", on(in), len(in), on(calm), len(calm))
}
