package bench

import "time"

// A Blast is how many orders a fault reached, during its window and after it.
type Blast struct {
	// Affected are the orders planned from the fault's start to the end of the load whose answer failed or came later than
	// SLO.Ack, or which were never done or later than SLO.Done.
	Affected int `json:"affected"`
	// Control is the same in the control, over the same span.
	Control int `json:"control"`
	Offered int `json:"offered"` // in the fault's window
	// Radius is (Affected − Control) / Offered, at least 0. It exceeds 1 where the damage outlives the fault.
	Radius float64 `json:"radius"`
}

// blast sets a trial against its control (MEASURES, blast radius); nil without a fault, or a control. Its window is given.
func blast(ref reference, f Facts, w Window, slo SLO) *Blast {
	if f.Trial.Fault.Kind == NoFault || !ref.control {
		return nil
	}
	p := f.Trial.Phases
	b := Blast{Affected: affected(f.Orders, p.Fault, p.Drain, slo), Control: affected(ref.facts.Orders, p.Fault, p.Drain, slo), Offered: w.Offered}
	if b.Offered == 0 {
		return nil
	}
	b.Radius = max(0, float64(b.Affected-b.Control)/float64(b.Offered))
	return &b
}

// affected counts the orders planned in [from, to) whose customer felt something.
func affected(orders []Order, from, to time.Duration, slo SLO) int {
	n := 0
	for i := range orders {
		o := &orders[i]
		if o.Planned >= from && o.Planned < to && o.Told != ToldUnsent && o.affected(slo) {
			n++
		}
	}
	return n
}

// affected reports whether the order failed or missed an SLO. One that was declined was answered, and has nothing to be done.
func (o *Order) affected(slo SLO) bool {
	late := o.Done == Never || o.Done-o.Planned > slo.Done
	return o.failed() || o.Acked-o.Planned > slo.Ack || o.Told != ToldDeclined && late
}
