package bench

import (
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
func (s Sample) bad(slo time.Duration) (calls, wrong int64) {
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
func (f Facts) samples(service string, from, to time.Duration) []Sample {
	var list []Sample
	for _, s := range f.Samples {
		at := (s.From + s.To) / 2
		if s.Down {
			at = s.To
		}
		if s.Service == service && at >= from && at < to {
			list = append(list, s)
		}
	}
	return list
}

// propagation is the first cut: each service's figures in baseline, fault and recovery, and the edge's.
func propagation(f Facts, w Windows, slos map[string]time.Duration, slo SLO) []ServiceWindows {
	p := f.Trial.Phases
	rows := []ServiceWindows{edge(f, w, slo)}
	for _, service := range f.Trial.Architecture.Services() {
		row := ServiceWindows{Service: service, SLO: slos[service],
			Baseline: serviceWindow(f.samples(service, p.Baseline, p.Fault), slos[service]),
			Fault:    serviceWindow(f.samples(service, p.Fault, p.Recovery), slos[service]),
			Recovery: serviceWindow(f.samples(service, p.Recovery, p.Drain), slos[service])}
		row.Propagation = propagated(row.Fault.Bad, row.Baseline.Bad)
		rows = append(rows, row)
	}
	return rows
}

// propagated is P(j given i) = max(0, (bad(F) − bad(C)) / (1 − bad(C))) (MEASURES).
func propagated(fault, control float64) float64 {
	if control >= 1 {
		return 0
	}
	return max(0, (fault-control)/(1-control))
}

// edge is the row of what clients saw: acknowledgements, late beyond the plan's SLO.
func edge(f Facts, w Windows, slo SLO) ServiceWindows {
	of := func(w Window) ServiceWindow {
		return ServiceWindow{Calls: int64(w.Offered), Bad: w.LateAcks, P50: w.Ack.P50, P99: w.Ack.P99, Starved: w.Offered == 0,
			InFlight: mostInFlight(f, w.From, w.To)}
	}
	row := ServiceWindows{Service: Client, SLO: slo.Ack, Baseline: of(w.Baseline), Fault: of(w.Fault), Recovery: of(w.Recovery)}
	row.Propagation = propagated(row.Fault.Bad, row.Baseline.Bad)
	return row
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
func serviceWindow(samples []Sample, slo time.Duration) ServiceWindow {
	var w ServiceWindow
	latency := Histogram{}
	var wrong int64
	var sum, work, slot float64
	for _, s := range samples {
		calls, b := s.bad(slo)
		w.Calls += calls
		wrong += b
		latency.Add(s.Latency)
		sum, work, slot = sum+s.Sum, work+s.WorkSum, slot+s.SlotSum
		w.Queue, w.InFlight = max(w.Queue, s.Queue), max(w.InFlight, s.InFlight)
	}
	w.Down = slices.ContainsFunc(samples, func(s Sample) bool { return s.Down })
	w.Starved = w.Calls == 0
	if w.Calls == 0 {
		return w
	}
	n := float64(w.Calls)
	w.Bad, w.P50, w.P99 = float64(wrong)/n, latency.Quantile(0.5), latency.Quantile(0.99)
	w.Work, w.Slot, w.Others = work/n, slot/n, max(0, sum-work-slot)/n
	return w
}
