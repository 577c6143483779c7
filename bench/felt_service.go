package bench

import (
	"fmt"
	"math"
	"time"
)

// feltAtService is felt for faults that a service carries out itself, by what its metrics tell.
func (s spell) feltAtService() (bool, string) {
	switch s.fault.Kind {
	case Errors:
		return s.erring()
	case FewSlots:
		return s.cut()
	case Leak:
		return s.grown()
	case ColdStart:
		return s.cold()
	}
	deaths := s.deaths() // of a crash loop
	return deaths > 1, fmt.Sprintf("killed %d times; once is no loop: shorten its delay, or lengthen the window", deaths)
}

// medianDelay is the median of what is added to service times: the delays are log-normal.
func (f Fault) medianDelay() time.Duration {
	return time.Duration(float64(f.Delay) / math.Sqrt(1+f.Spread*f.Spread))
}

// meanwhile are the place's samples of the spell alone.
func (s spell) meanwhile() (list []*Sample) {
	for _, sample := range s.facts.samples(s.fault.Place, s.from, s.to) {
		if sample.From >= s.from-injectedLate {
			list = append(list, sample)
		}
	}
	return list
}

// erring compares the share of work that failed with what was asked for, down to three standard deviations of a binomial
// distribution.
func (s spell) erring() (bool, string) {
	var broken, all float64
	for _, sample := range s.meanwhile() {
		broken += float64(sample.Broken)
		for _, n := range sample.Work {
			all += float64(n)
		}
	}
	share := s.fault.Share
	least := feltShare*share*all - 3*math.Sqrt(all*share*(1-share))
	return broken > 0 && broken >= least, fmt.Sprintf("%g of %g pieces of its work failed, %.1f %% were asked for", broken, all, 100*share)
}

// cut looks at how many slots there were whenever the place was asked.
func (s spell) cut() (bool, string) {
	looks, cut, most := 0, 0, 0
	for _, sample := range s.meanwhile() {
		if sample.Down || sample.To >= s.to {
			continue
		}
		looks, most = looks+1, max(most, sample.InFlight)
		if sample.Slots == s.fault.Slots {
			cut++
		}
	}
	return looks > 0 && cut == looks, fmt.Sprintf("at %d of %d looks it had %d slots; at most %d were in use", cut, looks, s.fault.Slots, most)
}

// grown compares its resident memory before with the most that it had meanwhile.
func (s spell) grown() (bool, string) {
	var before, most int64
	var at time.Duration
	for _, sample := range s.facts.Samples {
		switch {
		case sample.Service != s.fault.Place || sample.Down:
		case sample.To <= s.from:
			before = sample.Memory
		case sample.To < s.to && sample.Memory > most:
			most, at = sample.Memory, sample.To
		}
	}
	due := min(float64(s.fault.Limit), float64(s.fault.Rate)*(at-s.from).Seconds())
	const mb = 1 << 20
	return before > 0 && due > 0 && float64(most-before) >= feltShare*due,
		fmt.Sprintf("its memory rose from %d to %d MiB, by then %.0f MiB were asked for", before/mb, most/mb, due/mb)
}

// cold compares the first work after the start with that before, less what had worn off by the end of the look.
func (s spell) cold() (bool, string) {
	if s.deaths() == 0 {
		return false, "its process did not die"
	}
	var started time.Duration
	for _, e := range s.facts.events(EventStarted) {
		if e.Place == s.fault.Place && e.T >= s.from && started == 0 {
			started = e.T
		}
	}
	before := s.workP50(s.facts.calm())
	for _, sample := range s.facts.samples(s.fault.Place, s.from, s.to) {
		if started == 0 || sample.Down || sample.To <= started || len(sample.Work) == 0 {
			continue
		}
		after := sample.Work.Quantile(0.5)
		all := float64(s.fault.Delay) + float64(before)*(max(1, s.fault.Factor)-1)
		asked := time.Duration(all * max(0, 1-float64(sample.To-started)/float64(s.fault.Fading)))
		return asked > 0 && float64(after-before) >= feltShare*float64(asked),
			fmt.Sprintf("own work at p50 was %s, and %s in the first look after its start, which asks for %s more", ms(before), ms(after), ms(asked))
	}
	return false, "it did no work after its start"
}
