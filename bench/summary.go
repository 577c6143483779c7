package bench

import (
	"fmt"
	"time"
)

// Summarize computes the figures of one trial. They are differences against the control of the same architecture and repeat,
// or, without one, against the trial's own baseline.
func Summarize(h RunHeader, control *Facts, f Facts) Summary {
	if control == nil {
		return summarize(h, nil, f)
	}
	return summarize(h, checkControl(*control, h.Plan.SLO), f)
}

func summarize(h RunHeader, control *checkedControl, f Facts) Summary {
	slo := h.Plan.SLO
	s := Summary{Schema: SchemaVersion, Dir: f.Dir, Trial: f.Trial, Windows: windows(f, slo), Audit: audit(f), Events: f.Events}
	s.Checks = validity(f, s.Windows, control == nil || control.wrong != "")
	ref := newReference(control, f, s.Windows)
	s.Recovery = recovery(f, ref, slo)
	s.Drain = drainTime(h, f, ref)
	s.Blast = blast(ref, f, s.Windows.Fault, slo)
	s.Parts = parts(h.Transports, f.Trial)
	s.Services = propagation(f, s.Windows, ref, slo)
	s.Spread = spread(h, f, ref, s)
	s.Series = series(f, slo.Ack, ref.slos)
	s.Cost, s.Harness, s.Broker = cost(f), harness(f), brokerUse(f.Broker)
	s.AckCurve, s.DoneCurve = curves(f)
	s.Interrupted = len(f.events(EventStopped)) > 0
	for _, e := range f.events(EventWarning) {
		s.Warnings = append(s.Warnings, fmt.Sprintf("at %.1f s: %s", e.T.Seconds(), e.Detail))
	}
	for _, c := range s.Checks {
		if !c.Passed && !s.Interrupted { // who stopped a trial knows that it is not whole
			s.Invalid = append(s.Invalid, c.Name+": "+c.Saw)
		}
	}
	return s
}

// harness is what measuring cost.
func harness(f Facts) HarnessCost {
	var c HarnessCost
	for _, s := range f.Harness {
		c.HeapMax = max(c.HeapMax, s.Heap)
		c.GCPauseMax = max(c.GCPauseMax, time.Duration(s.GCPauseMax*float64(time.Second)))
	}
	if n := len(f.Harness); n > 0 && f.Harness[n-1].T > 0 {
		last := f.Harness[n-1]
		c.CPU, c.LinksCPU = last.CPU/last.T.Seconds(), last.LinksCPU/last.T.Seconds()
	}
	late := lateness(f, 0, f.Trial.Phases.End)
	c.Late, c.LateP999 = late.quantiles(), late.at(0.999)
	for _, o := range f.Orders {
		c.PollsMax = max(c.PollsMax, int(o.Polls))
		if f.Trial.Architecture.ClientLink() == Poll && o.Polls > 0 && o.Done != Never {
			c.Resolution = max(c.Resolution, gapBefore(int(o.Polls)))
		}
	}
	return c
}

// gapBefore is the wait before the n-th poll of an order.
func gapBefore(n int) time.Duration { return min(lastPoll, firstPoll<<min(n-1, 10)) }

// Analyse computes the figures of a run whose facts are in memory.
func Analyse(h RunHeader, all []Facts) Results {
	trials := make([]TrialHeader, len(all))
	for i, f := range all {
		trials[i] = f.Trial
	}
	list, _ := summaries(h, trials, func(i int) (Facts, error) { return all[i], nil })
	return Conclude(h, list)
}

// Conclude computes the figures of a run from those of its trials.
func Conclude(h RunHeader, trials []Summary) Results {
	r := Results{Run: h, Trials: trials}
	if n := len(trials); n > 0 {
		first, last := trials[0].Trial, trials[n-1].Trial
		r.Took = last.Base.Sub(first.Base) + last.Phases.Drain
	}
	r.Matrix = Matrix(r.Trials)
	r.Fronts = fronts(r)
	if h.Plan.Until != (Until{}) {
		r.Widths = widthsOf(h.Plan, r.Trials)
	}
	gates, _ := ParseGates(h.Plan.Gates) // they were checked before the run
	r.Gates = Judge(gates, r, nil, nil)
	r.Verdict = verdict(r)
	return r
}
