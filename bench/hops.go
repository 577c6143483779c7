package bench

import "time"

// Work is how often a service was asked, for each order.
type Work struct {
	Service string `json:"service"`
	// Control and Fault are attempts an order: in the control, and for an order that was placed while the fault lasted.
	Control float64 `json:"control"`
	Fault   float64 `json:"fault"`
	// Factor is the work amplification: Fault over Control, 0 if that can't be formed.
	Factor float64 `json:"factor"`
}

// work counts the attempts at every service from the fault's start on, until the drain is over. What is more than in the control
// is the work of the orders that were placed in the fault's window: retries may come long after it.
func work(f Facts, ref reference) []Work {
	if !ref.control {
		return nil
	}
	p := f.Trial.Phases
	offered := placed(f.Orders, p.Fault, p.Recovery)
	all := placed(ref.facts.Orders, p.Fault, p.Drain)
	if offered == 0 || all == 0 {
		return nil
	}
	var list []Work
	for _, service := range f.Trial.Architecture.Services() {
		now, then := attemptsAt(f, service), attemptsAt(ref.facts, service)
		w := Work{Service: service, Control: then / float64(all)}
		w.Fault = max(0, w.Control+(now-then)/float64(offered))
		if w.Control > 0 {
			w.Factor = w.Fault / w.Control
		}
		list = append(list, w)
	}
	return list
}

// placed are the orders of a span that were sent.
func placed(orders []Order, from, to time.Duration) (n int) {
	for i := range orders {
		o := &orders[i]
		if o.Planned >= from && o.Planned < to && o.Told != ToldUnsent {
			n++
		}
	}
	return n
}

// attemptsAt are the attempts at a service since the fault's start: as its callers count them, who also know of those that never
// reached it, or, if those are more, as it does, who knows of deliveries that came again.
func attemptsAt(f Facts, service string) float64 {
	var asked, taken int64
	for _, s := range f.samples(service, f.Trial.Phases.Fault, forever) {
		n, _ := s.bad(time.Hour)
		taken += n
	}
	for _, l := range f.Trial.Architecture.Links {
		if l.To != service || l.From == Client {
			continue
		}
		for _, s := range f.samples(l.From, f.Trial.Phases.Fault, forever) {
			for _, n := range s.Calls[service].Outcomes {
				asked += n
			}
		}
	}
	if f.Trial.Architecture.caller(service) == Client {
		for i := range f.Orders {
			if o := &f.Orders[i]; o.Planned >= f.Trial.Phases.Fault && o.Told != ToldUnsent {
				asked += int64(max(1, o.Attempts))
			}
		}
	}
	return float64(max(asked, taken))
}

// forever is later than any trial ends.
const forever = time.Duration(1<<63 - 1)
