package bench

import "time"

// Who can feel a fault, beside the services: the client's answer, and the order's completion.
const (
	AtAnswer = "answer"
	AtDone   = "done"
)

// reached is the failure propagation from which somebody counts as reached.
const reached = 0.05

// A Spread is how far a fault went: its row of the matrix place × service, and what follows from it. All figures are
// differences against the control; where there is none, Missing says why, and the trial's baseline stands in for it.
type Spread struct {
	Missing string `json:"missing,omitempty"`
	// Cells are the client's answer, the order's completion, and every service.
	Cells []Cell `json:"cells,omitempty"`
	// Reached of Measured services have a failure propagation above 5 %; those that were starved are in neither.
	Reached  int `json:"reached"`
	Measured int `json:"measured"`
	// Harm is ∫ max(0, G_C − G_F) dt from the fault's start to the end of the load: orders of goodput lost.
	Harm Effect `json:"harm"`
	// Work are the attempts at each service, the client's at the first.
	Work []Work `json:"work,omitempty"`
	// Cause is where the time went that orders took longer.
	Cause Cause `json:"cause,omitzero"`
}

// A Cell is one cell of the matrix: what a fault at the trial's place did to somebody.
type Cell struct {
	Who string `json:"who"` // AtAnswer, AtDone or a service
	// Propagation is P(who | place): the share of calls that were fine in the control and are not any more.
	Propagation Effect `json:"propagation"`
	// P50 and P99 are the latency coupling κ_L: how much later for each second of latency injected.
	P50 Effect `json:"kappa_p50"`
	P99 Effect `json:"kappa_p99"`
	// Availability is κ_A: the share of calls that went bad, for each share of time that the place was out.
	Availability Effect `json:"kappa_a"`
	Lag          Lag    `json:"lag"`
}

// An Effect is a figure with its interval: over the trials where there are several, otherwise by a block bootstrap within
// the one, where that can be done; How says which, "" that there is no interval.
type Effect struct {
	Value    float64 `json:"value"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	N        int     `json:"n"` // trials
	How      string  `json:"how,omitempty"`
	Infinite bool    `json:"infinite,omitempty"` // and Value means nothing
	// Missing says why there is no figure.
	Missing string `json:"missing,omitempty"`
}

// How an Effect came by its interval.
const (
	ByBootstrap = "bootstrap" // 2.5 % to 97.5 % of resampled blocks of the trial
	ByTrials    = "trials"    // least and greatest of them
)

func missing(why string) Effect { return Effect{Missing: why} }

func exactly(v float64) Effect { return Effect{Value: v, Low: v, High: v, N: 1} }

// spread computes how far the fault of a trial went; of a control, what noise looks like beside itself: nothing.
func spread(h RunHeader, f Facts, ref reference, s Summary) Spread {
	if f.Trial.Fault.Kind == NoFault {
		return Spread{}
	}
	sp := Spread{Missing: ref.missing, Cells: cells(h, f, ref, s)}
	for _, c := range sp.Cells {
		if c.Who == AtAnswer || c.Who == AtDone || c.Propagation.Missing != "" {
			continue
		}
		sp.Measured++
		if c.Propagation.Value > reached {
			sp.Reached++
		}
	}
	sp.Harm, sp.Work, sp.Cause = harm(f, ref, h.Plan.SLO), work(f, ref), cause(h, f, ref)
	return sp
}

// harmBin is the step of the integral.
const harmBin = time.Second

// harm is ∫ max(0, G_C − G_F) dt (MEASURES), both by the second in which the orders were planned.
func harm(f Facts, ref reference, slo SLO) Effect {
	if !ref.control {
		return missing(ref.missing)
	}
	p := f.Trial.Phases
	good, before := goodput(f.Orders, p.Fault, p.Drain, slo), goodput(ref.facts.Orders, p.Fault, p.Drain, slo)
	lost := 0
	for i := range good {
		lost += max(0, before[i]-good[i])
	}
	return exactly(float64(lost))
}

// goodput are the orders done within the SLO, by the bin in which they were planned.
func goodput(orders []Order, from, to time.Duration, slo SLO) []int {
	bins := make([]int, int((to-from+harmBin-1)/harmBin))
	for i := range orders {
		o := &orders[i]
		if o.Planned >= from && o.Planned < to && o.good(slo) {
			bins[int((o.Planned-from)/harmBin)]++
		}
	}
	return bins
}

// good reports whether an order was done within the SLO.
func (o *Order) good(slo SLO) bool { return o.Done != Never && o.Done-o.Planned <= slo.Done }
