package bench

import "time"

// cells are a trial's row of the matrix place × service.
func cells(h RunHeader, f Facts, ref reference, s Summary) []Cell {
	in := newInjection(f)
	list := []Cell{
		edgeCell(AtAnswer, in, edgeSide{s.Windows.Fault.Ack, s.Windows.Fault.LateAcks}, edgeSide{ref.same().Ack, ref.same().LateAcks}),
		edgeCell(AtDone, in, edgeSide{s.Windows.Fault.Done, s.Windows.Fault.LateDone}, edgeSide{ref.same().Done, ref.same().LateDone}),
	}
	if ref.control {
		resampled(f, ref.facts, h.Plan.SLO, in, list)
	}
	list[0].Lag, list[1].Lag = edgeLags(f, ref)
	for _, row := range s.Services[1:] {
		c := in.cell(row.Service, row.Fault.Bad, row.calm().Bad)
		c.P50, c.P99 = in.service(f, ref, row.Service)
		c.Lag = serviceLag(f, ref, row.Service)
		if why := silent(row); why != "" {
			c.Propagation, c.P50, c.P99, c.Availability = missing(why), missing(why), missing(why), missing(why)
		}
		list = append(list, c)
	}
	return list
}

// silent says why nothing can be said of a service in the fault's window, "" if something can. No calls is not the same as
// none that failed.
func silent(row ServiceWindows) string {
	switch {
	case row.Fault.Starved && row.Fault.Down:
		return "down"
	case row.Fault.Starved:
		return "starved"
	case row.calm().Starved:
		return "no calls to compare with"
	}
	return ""
}

// An injection is what a trial's fault did at its place, as far as a coupling can be set against it.
type injection struct {
	latency    time.Duration // of a call, or of a round trip; a link's is half each way and counts whole
	noLatency  string        // why there is none
	outage     float64       // share of the fault's window in which the place was out, or of requests that it failed
	noOutage   string
	from, upto time.Duration
}

func newInjection(f Facts) injection {
	p := f.Trial.Phases
	in := injection{from: p.Fault, upto: p.Recovery, noLatency: "the fault adds no latency of a given size", noOutage: "the fault takes no place out"}
	singles := f.Trial.Fault.Singles()
	if len(singles) != 1 {
		in.noLatency, in.noOutage = "several faults: whose would it be?", "several faults: whose would it be?"
		return in
	}
	fault := singles[0]
	switch fault.Kind {
	case Slow, Latency, Hold:
		in.latency, in.noLatency = fault.Delay, ""
		if fault.When != (When{}) || fault.Jitter > 0 || fault.Kind == Hold && fault.Share < 1 {
			in.noLatency = "the latency was not the same for all"
		}
	case Kill, Hang, Reset, Refuse, Blackhole, HalfOpen:
		in.outage, in.noOutage = out(f, fault), ""
	case Respond, Truncate:
		in.outage, in.noOutage = fault.Share*out(f, fault), ""
	}
	if in.noOutage == "" && in.outage <= 0 {
		in.noOutage = "the place was never out"
	}
	return in
}

// out is the share of the fault's window in which the fault was in effect, from its injections and cures.
func out(f Facts, fault Fault) float64 {
	p := f.Trial.Phases
	begun, healed := f.about(fault, EventInject, always), f.about(fault, EventHeal, always)
	var sum time.Duration
	for i, e := range begun {
		end := p.Recovery
		if i < len(healed) {
			end = min(end, healed[i].T)
		}
		sum += max(0, end-e.T)
	}
	return float64(sum) / float64(p.Recovery-p.Fault)
}

func always(Event) bool { return true }

// cell has the two figures that follow from shares of bad calls.
func (in injection) cell(who string, bad, control float64) Cell {
	c := Cell{Who: who, Propagation: exactly(propagated(bad, control)), Availability: missing(in.noOutage)}
	if in.noOutage == "" {
		c.Availability = exactly(kappaA(bad, control, in.outage))
	}
	return c
}

// kappaA is (bad(F) − bad(C)) / (1 − bad(C)) / unavailability (MEASURES).
func kappaA(bad, control, outage float64) float64 {
	if control >= 1 {
		return 0
	}
	return (bad - control) / (1 - control) / outage
}

// kappaL is (Q(F) − Q(C)) / injected latency (MEASURES); infinite if Q(F) never came.
func (in injection) kappaL(fault, control time.Duration) Effect {
	switch {
	case in.noLatency != "":
		return missing(in.noLatency)
	case control == Never:
		return missing("the control has none at this quantile")
	case fault == Never:
		return Effect{Infinite: true, N: 1}
	}
	return exactly(float64(fault-control) / float64(in.latency))
}

// service is κ_L of a service's calls at p50 and p99, from its histograms.
func (in injection) service(f Facts, ref reference, service string) (p50, p99 Effect) {
	fault, calm := Histogram{}, Histogram{}
	for _, s := range f.samples(service, in.from, in.upto) {
		fault.Add(s.Latency)
	}
	same := ref.same()
	for _, s := range ref.facts.samples(service, same.From, same.To) {
		calm.Add(s.Latency)
	}
	if fault.Count() == 0 {
		return missing("no call was answered"), missing("no call was answered")
	}
	return in.kappaL(fault.within(0.5), calm.within(0.5)), in.kappaL(fault.within(0.99), calm.within(0.99))
}

// An edgeSide is one side of a difference at the edge.
type edgeSide struct {
	waits Quantiles
	bad   float64
}

func edgeCell(who string, in injection, fault, control edgeSide) Cell {
	c := in.cell(who, fault.bad, control.bad)
	c.P50, c.P99 = in.kappaL(fault.waits.P50, control.waits.P50), in.kappaL(fault.waits.P99, control.waits.P99)
	return c
}
