package bench

import "fmt"

// feltAtBroker is felt for faults on a broker, its queues and those who use them.
func (s spell) feltAtBroker() (bool, string) {
	switch s.fault.Kind {
	case SlowConsumer:
		return s.slowlyTaken()
	case DropConsumer:
		dropped := s.hits()
		return dropped > 0, fmt.Sprintf("%g connections were reset", dropped)
	case RefusePublishers:
		return s.publishersRefused()
	case Redeliver:
		return s.redelivered()
	}
	return s.unbound()
}

// slowlyTaken compares how long messages were in the place's hands.
func (s spell) slowlyTaken() (bool, string) {
	took := Histogram{}
	for _, sample := range s.meanwhile() {
		took.Add(sample.Delivery)
	}
	calm := Histogram{}
	for _, sample := range s.facts.samples(s.fault.Place, s.facts.Trial.Phases.Baseline, s.facts.Trial.Phases.Fault) {
		calm.Add(sample.Delivery)
	}
	before, in := calm.Quantile(0.5), took.Quantile(0.5)
	return len(took) > 0 && float64(in-before) >= feltShare*float64(s.fault.Delay),
		fmt.Sprintf("from delivery to acknowledgement p50 rose from %s to %s, %s were asked for", ms(before), ms(in), ms(s.fault.Delay))
}

// hits sums what strikes did.
func (s spell) hits() (sum float64) {
	for _, e := range s.facts.about(s.fault, EventHit, answered) {
		if e.Place == s.fault.Place && e.T >= s.from-injectedLate && e.T < s.to {
			sum += e.Value
		}
	}
	return sum
}

// publishersRefused asks of every service whether the broker took anything of it, but for a few at the edges.
func (s spell) publishersRefused() (bool, string) {
	var took, refused int64
	for _, sample := range s.facts.Samples {
		if sample.From >= s.from && sample.To <= s.to+injectedLate {
			took += sample.Published[OutcomeOK]
			refused += sample.Published[OutcomeRefused] + sample.Published[OutcomeFailed]
		}
	}
	return refused > 0 && took <= refused/20, fmt.Sprintf("of the messages that services published it refused %d and took %d", refused, took)
}

// redelivered counts what consumers got that they had been given before.
func (s spell) redelivered() (bool, string) {
	var again int64
	for _, sample := range s.facts.Samples {
		if sample.To > s.from && sample.From < s.to {
			again += sample.Redelivered
		}
	}
	return again > 0, fmt.Sprintf("%g messages were taken back, and consumers got %d that they had been given before", s.hits(), again)
}

// unbound looks at the probes of a binding, which are refused where there is none.
func (s spell) unbound() (bool, string) {
	gone, all := s.probed(func(e Event) bool { return e.Refused })
	return all > 0 && gone == all, fmt.Sprintf("at %d of %d looks its queue was bound to nothing", gone, all)
}
