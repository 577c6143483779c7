package bench

import (
	"fmt"
	"slices"
	"time"
)

// A LoadCut is a span of a trial, after its fault, in which no load was sent until every queue was empty.
type LoadCut struct {
	From time.Duration `json:"from"`
	To   time.Duration `json:"to"`
}

// out leaves those moments out that are in the cut.
func (c LoadCut) out(planned []time.Duration) []time.Duration {
	return slices.DeleteFunc(planned, func(at time.Duration) bool { return at >= c.From && at < c.To })
}

// A Metastability says whether a trial's system stayed broken under the load that it bore before its fault, and came back once
// that load was taken away for a while: what broke it is gone, and it keeps itself broken.
type Metastability struct {
	// Verdict is Metastable, Healed, Broken or Unjudged.
	Verdict string `json:"verdict"`
	Why     string `json:"why"`
	// Before and After are goodput over the control's: in the last Held before the cut, and after the load was restored.
	Before float64       `json:"before"`
	After  float64       `json:"after"`
	Held   time.Duration `json:"held"`
}

// What an experiment with a cut of the load can say.
const (
	Metastable = "metastable"
	Healed     = "healed"     // without the cut
	Broken     = "broken"     // not even by the cut
	Unjudged   = "not judged" // the trial can't tell
)

// Limits of MEASURES for metastability.
const (
	metaShare  = 0.5 // of the control's goodput: less is broken, as much is back
	metaHold   = 10 * time.Second
	metaDrains = 3 // predicted drains that it must have had time for
)

// metaHoldFor is how long a system must have been broken under load, from the cure on, before the load is cut: three predicted
// drains, and at least 10 s; 10 s where the prediction is Never.
func metaHoldFor(predicted time.Duration) time.Duration { return max(metaHold, metaDrains*predicted) }

// JudgeMetastable judges a trial with a cut of its load (MEASURES, metastable): after the cure, under load as before,
// goodput is under half of the control's for metaHoldFor; then load is cut until queues are empty and restored, and goodput
// returns. The control is of the same architecture and load; its arrivals need not be the same.
func JudgeMetastable(control, f Facts, slo SLO, predicted time.Duration, cut LoadCut) Metastability {
	m := Metastability{Verdict: Unjudged, Held: metaHoldFor(predicted)}
	before := control.goodShare(control.Trial.Phases.Baseline, control.Trial.Phases.Drain, slo)
	healed, end := f.healed(), f.Trial.Phases.Drain
	switch {
	case before <= 0:
		m.Why = "the control has no goodput"
		return m
	case cut.From-healed < m.Held:
		m.Why = fmt.Sprintf("load lasted %.1f s after the cure, and must last %.1f s", (cut.From - healed).Seconds(), m.Held.Seconds())
		return m
	case end-cut.To < metaBin:
		m.Why = "load was not restored for a second"
		return m
	}
	m.Before, m.After = f.goodShare(cut.From-m.Held, cut.From, slo)/before, f.goodShare(cut.To, end, slo)/before
	switch worst, at := f.bestBin(cut.From-m.Held, cut.From, slo); {
	case worst/before >= metaShare:
		m.Verdict, m.Why = Healed, fmt.Sprintf("goodput was %.0f %% of the control's in the second from %.0f s on, before the load was cut", 100*worst/before, at.Seconds())
	case m.After < metaShare:
		m.Verdict, m.Why = Broken, fmt.Sprintf("goodput is %.0f %% of the control's after the load was cut and restored", 100*m.After)
	default:
		m.Verdict = Metastable
		m.Why = fmt.Sprintf("goodput was %.0f %% of the control's for %.1f s under the load of before, and %.0f %% once that was cut and restored",
			100*m.Before, m.Held.Seconds(), 100*m.After)
	}
	return m
}

// metaBin is the step in which goodput is looked at.
const metaBin = time.Second

// goodShare is the share of the orders planned in a span that were done within the SLO.
func (f Facts) goodShare(from, to time.Duration, slo SLO) float64 {
	good, all := 0, 0
	for i := range f.Orders {
		o := &f.Orders[i]
		if o.Planned < from || o.Planned >= to || o.Told == ToldDeclined {
			continue
		}
		all++
		if o.good(slo) {
			good++
		}
	}
	return share(good, all)
}

// bestBin is the best second of a span, and when it began.
func (f Facts) bestBin(from, to time.Duration, slo SLO) (best float64, at time.Duration) {
	for t := from; t+metaBin <= to; t += metaBin {
		if s := f.goodShare(t, t+metaBin, slo); s > best {
			best, at = s, t
		}
	}
	return best, at
}
