package bench

import (
	"math"
	"slices"
	"time"
)

// A call at a service is late beyond max(minCallSLO, callSLOFactor × its control median) (MEASURES).
const (
	minCallSLO    = 50 * time.Millisecond
	callSLOFactor = 5
)

// bad returns how many calls there were, and how many of them failed, were shed, ran out of time, or were answered later
// than slo. A call that ran out of time was late too, and counts once.
func (s *Sample) bad(slo time.Duration) (calls, wrong int64) {
	for outcome, n := range s.Requests {
		calls += n
		if outcome == OutcomeFailed || outcome == OutcomeShed {
			wrong += n
		}
	}
	return calls, min(calls, wrong+max(s.Requests[OutcomeLate], s.Latency.Above(slo)))
}

// callSLOs are the limits of every service, by its median in the control, or in the trial's own baseline.
func callSLOs(control *Facts, f Facts) map[string]time.Duration {
	from, begin, end := f, f.Trial.Phases.Baseline, f.Trial.Phases.Fault
	if control != nil {
		from, end = *control, control.Trial.Phases.Drain
	}
	slos := map[string]time.Duration{}
	for _, service := range f.Trial.Architecture.Services() {
		latency := Histogram{}
		for _, s := range from.samples(service, begin, end) {
			latency.Add(s.Latency)
		}
		slos[service] = max(minCallSLO, callSLOFactor*latency.Quantile(0.5))
	}
	return slos
}

// samples are a service's samples whose middle is in [from, to); one that failed is of the moment it was taken.
func (f Facts) samples(service string, from, to time.Duration) []*Sample {
	var list []*Sample
	for i := range f.Samples {
		s := &f.Samples[i]
		at := (s.From + s.To) / 2
		if s.Down {
			at = s.To
		}
		if at >= from && at < to && s.Service == service {
			list = append(list, s)
		}
	}
	return list
}

// propagation are each service's figures in baseline, fault and recovery, and the edge's.
func propagation(f Facts, w Windows, ref reference, slo SLO) []ServiceWindows {
	rows := []ServiceWindows{edge(f, w, ref, slo)}
	for _, service := range f.Trial.Architecture.Services() {
		p, slo := f.Trial.Phases, ref.slos[service]
		row := ServiceWindows{Service: service, SLO: slo,
			Baseline: f.service(service, p.Baseline, p.Fault, slo),
			Fault:    f.service(service, p.Fault, p.Recovery, slo),
			Recovery: f.service(service, p.Recovery, p.Drain, slo)}
		if ref.control {
			c := ref.facts.service(service, p.Fault, p.Recovery, slo)
			row.Control = &c
		}
		row.spread()
		rows = append(rows, row)
	}
	return rows
}

// spread sets the fault's window against the control's, or the baseline.
func (s *ServiceWindows) spread() { s.Propagation = propagated(s.Fault.Bad, s.calm().Bad) }

func (s *ServiceWindows) calm() ServiceWindow {
	if s.Control != nil {
		return *s.Control
	}
	return s.Baseline
}

// service are a service's figures over a span. While it is down only its callers know of the calls that never reached it.
func (f Facts) service(service string, from, to, slo time.Duration) ServiceWindow {
	w := serviceWindow(f.samples(service, from, to), slo)
	if !w.Down {
		return w
	}
	if lost := f.failedCalls(service, from, to) - int64(math.Round(w.Bad*float64(w.Calls))); lost > 0 {
		w.Bad = (w.Bad*float64(w.Calls) + float64(lost)) / float64(w.Calls+lost)
		w.Calls, w.Starved = w.Calls+lost, false
	}
	return w
}

// failedCalls are the calls to a service that failed, were turned away or ran out of time, as its callers saw it.
func (f Facts) failedCalls(service string, from, to time.Duration) (n int64) {
	for _, l := range f.Trial.Architecture.Links {
		if l.To != service || l.From == Client {
			continue
		}
		for _, s := range f.samples(l.From, from, to) {
			calls := s.Calls[service].Outcomes
			n += calls[OutcomeFailed] + calls[OutcomeShed] + calls[OutcomeLate]
		}
	}
	return n
}

// propagated is P(j given i) = max(0, (bad(F) − bad(C)) / (1 − bad(C))) (MEASURES).
func propagated(fault, control float64) float64 {
	if control >= 1 {
		return 0
	}
	return max(0, (fault-control)/(1-control))
}

// edge is the row of what clients saw: acknowledgements, late beyond the plan's SLO.
func edge(f Facts, w Windows, ref reference, slo SLO) ServiceWindows {
	row := ServiceWindows{Service: Client, SLO: slo.Ack, Baseline: f.edge(w.Baseline), Fault: f.edge(w.Fault), Recovery: f.edge(w.Recovery)}
	if ref.control {
		c := ref.facts.edge(ref.windows.Fault)
		row.Control = &c
	}
	row.spread()
	return row
}

func (f Facts) edge(w Window) ServiceWindow {
	return ServiceWindow{Calls: int64(w.Offered), Bad: w.LateAcks, P50: w.Ack.P50, P99: w.Ack.P99, Starved: w.Offered == 0,
		InFlight: mostInFlight(f, w.From, w.To)}
}

func mostInFlight(f Facts, from, to time.Duration) int {
	most := 0
	for _, h := range f.Harness {
		if h.T >= from && h.T < to {
			most = max(most, h.InFlight)
		}
	}
	return most
}

// serviceWindow adds up samples. A service without calls is starved, not fine.
func serviceWindow(samples []*Sample, slo time.Duration) ServiceWindow {
	var w ServiceWindow
	latency := Histogram{}
	var wrong int64
	var sum float64
	for _, s := range samples {
		calls, b := s.bad(slo)
		w.Calls += calls
		wrong += b
		latency.Add(s.Latency)
		sum += s.Sum + s.Continued
		w.Spent.include(s.Spent)
		w.Queue, w.InFlight = max(w.Queue, s.Queue), max(w.InFlight, s.InFlight)
	}
	w.Down = slices.ContainsFunc(samples, func(s *Sample) bool { return s.Down })
	w.Starved = w.Calls == 0
	if w.Starved {
		w.Spent = Spent{}
		return w
	}
	n := float64(w.Calls)
	w.Bad, w.P50, w.P99 = float64(wrong)/n, latency.Quantile(0.5), latency.Quantile(0.99)
	w.Mean, w.Spent = sum/n, w.Spent.over(n)
	return w
}
