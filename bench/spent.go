package bench

import (
	"maps"
	"slices"
)

// Spent is what a service's time was spent on, in seconds: each part measured where it happens, none as what is left of
// the others.
type Spent struct {
	Slot  float64 `json:"slot,omitempty"`  // waiting for a worker slot
	Work  float64 `json:"work,omitempty"`  // service times
	Store float64 `json:"store,omitempty"` // transactions of its durable store
	// Others is waiting for others, by callee: all attempts at a call and what is between them; over a broker until it
	// has confirmed; SpentReply until it took a reply.
	Others map[string]float64 `json:"others,omitempty"`
}

// Sum is all parts together.
func (s Spent) Sum() float64 { return s.Slot + s.Work + s.Store + s.Waiting() }

// Waiting is for others, whoever they are.
func (s Spent) Waiting() (sum float64) {
	for _, callee := range slices.Sorted(maps.Keys(s.Others)) { // so that the same parts have the same sum
		sum += s.Others[callee]
	}
	return sum
}

// take notes a part as the metric tells it.
func (s *Spent) take(on, callee string, seconds float64) {
	switch on {
	case SpentSlot:
		s.Slot = seconds
	case SpentWork:
		s.Work = seconds
	case SpentStore:
		s.Store = seconds
	case SpentOthers:
		s.Others[callee] = seconds
	}
}

// since is what was spent after an earlier count.
func (s Spent) since(before Spent) Spent {
	diff := Spent{Slot: s.Slot - before.Slot, Work: s.Work - before.Work, Store: s.Store - before.Store}
	for callee, seconds := range s.Others {
		if d := seconds - before.Others[callee]; d > 0 {
			diff.add(callee, d)
		}
	}
	return diff
}

// include adds what was spent in another span.
func (s *Spent) include(other Spent) {
	s.Slot, s.Work, s.Store = s.Slot+other.Slot, s.Work+other.Work, s.Store+other.Store
	for callee, seconds := range other.Others {
		s.add(callee, seconds)
	}
}

// over is what was spent for each of n.
func (s Spent) over(n float64) Spent {
	each := Spent{Slot: s.Slot / n, Work: s.Work / n, Store: s.Store / n}
	for callee, seconds := range s.Others {
		each.add(callee, seconds/n)
	}
	return each
}

func (s *Spent) add(callee string, seconds float64) {
	if s.Others == nil {
		s.Others = map[string]float64{}
	}
	s.Others[callee] += seconds
}
