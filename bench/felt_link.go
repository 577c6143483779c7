package bench

import (
	"fmt"
	"math"
	"slices"
)

// later reports whether probes took as much longer as was asked for. With a jitter their mean must, less twice its standard error.
func (s spell) later() (bool, string) {
	before, in := s.probes(s.facts.calm()), s.probes(s.from, s.to)
	rise, want := median(in)-median(before), feltShare*s.fault.Delay.Seconds()
	if s.fault.Jitter > 0 && len(in) > 0 {
		rise = mean(in) - median(before)
		want -= 2 * s.fault.Jitter.Seconds() / math.Sqrt(float64(len(in)))
	}
	return len(in) > 0 && rise >= want && rise > 0,
		fmt.Sprintf("a probe's round trip rose by %.1f ms, %s were asked for (%d probes)", 1000*rise, ms(s.fault.Delay), len(in))
}

func mean(values []float64) (m float64) {
	for _, v := range values {
		m += v / float64(len(values))
	}
	return m
}

// hangFelt is the least time, in seconds, for which a probe that is not answered must have waited.
const hangFelt = 0.25

// unanswered reports whether connects succeeded and no probe was answered.
func (s spell) unanswered() (bool, string) {
	if in := s.probes(s.from, s.to); len(in) > 0 && slices.Min(in) >= hangFelt {
		return true, fmt.Sprintf("%d probes, none answered", len(in))
	}
	return false, fmt.Sprintf("%d probes, some were answered, or none was made", len(s.probes(s.from, s.to)))
}

// wereReset reports whether every probe was reset.
func (s spell) wereReset() (bool, string) {
	reset, all := s.probed(func(e Event) bool { return e.Reset })
	return all > 0 && reset == all, fmt.Sprintf("%d of %d probes were reset", reset, all)
}

// struck is what the links told at the cure: of so many requests, chunks or connections so many were struck.
func (s spell) struck() (struck, of float64) {
	told := s.facts.about(s.fault, EventStruck, func(e Event) bool { return e.T > s.from })
	if len(told) == 0 {
		return 0, 0
	}
	return told[0].Value, told[0].Of
}

// throttled reports whether bytes had to wait for the link.
func (s spell) throttled() (bool, string) {
	struck, of := s.struck()
	if s.fault.Kind == SlowStart && struck == 0 {
		return false, fmt.Sprintf("%g reads on new connections, none had to wait: where connections are kept, none is new; a reset before it makes them so", of)
	}
	if struck == 0 {
		return false, fmt.Sprintf("%g reads, none had to wait for a link of %d bytes a second: give a lower rate", of, s.fault.Rate)
	}
	return true, fmt.Sprintf("%g of %g reads had to wait for the link", struck, of)
}

// struckRequests reports whether a share of the requests was struck, by the count of the link: the share that was asked for,
// within the interval that all but one of 10,000 samples are in. What is struck first is told by no share.
func (s spell) struckRequests() (bool, string) {
	struck, of := s.struck()
	saw := fmt.Sprintf("%g of %g requests were struck", struck, of)
	if s.fault.Kind == FailFirst {
		return struck > 0, saw
	}
	off := 3.89*math.Sqrt(of*s.fault.Share*(1-s.fault.Share)) + 1
	return struck > 0 && math.Abs(struck-of*s.fault.Share) <= off, fmt.Sprintf("%s, %.0f ± %.0f were asked for", saw, of*s.fault.Share, off)
}
