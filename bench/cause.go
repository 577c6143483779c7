package bench

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Cause is where the time went that orders took longer than in the control: why 200 ms became 3 s. All of it is for each
// order that was placed in the fault's window; what orders after it waited is charged to those.
type Cause struct {
	Missing string `json:"missing,omitempty"`
	// Of is what took longer: the answer where it is the outcome, otherwise the completion.
	Of    string      `json:"of,omitempty"`
	Extra float64     `json:"extra"`           // seconds an order
	Parts []CausePart `json:"parts,omitempty"` // the longest first; what they leave is in queues, tables and polls between services
	// Sentence says it in words.
	Sentence string `json:"sentence,omitempty"`
}

// A CausePart is the time of one kind at one place, measured there.
type CausePart struct {
	Where   string  `json:"where"` // a service, a link, or the client
	On      string  `json:"on"`    // SpentSlot, SpentWork, SpentStore, OnLink, or OnSchedule
	Seconds float64 `json:"seconds"`
}

// What a part can be besides what services spend: OnLink is what a call took longer at its caller than at its callee, OnSchedule how late
// the client sent.
const (
	OnLink     = "link"
	OnSchedule = "schedule"
)

const (
	leastExtra = 0.005 // seconds: less is no longer wait
	leastPart  = 0.05  // of the extra time: less is told together
	neverShare = 0.05  // of orders never done, from which the completion has no mean
)

// cause sets what services spent, from the fault's start until the drain was over, against the control.
func cause(h RunHeader, f Facts, ref reference) Cause {
	if !ref.control {
		return Cause{Missing: ref.missing}
	}
	p := f.Trial.Phases
	orders := float64(placed(f.Orders, p.Fault, p.Recovery))
	extra, of, why := extraTime(f, ref.facts)
	if orders == 0 || why != "" {
		return Cause{Missing: cmp.Or(why, "no order was placed in the window")}
	}
	c := Cause{Of: of, Extra: extra / orders, Parts: partsBeyond(h, f, ref.facts)}
	for i := range c.Parts {
		c.Parts[i].Seconds /= orders
	}
	slices.SortStableFunc(c.Parts, func(a, b CausePart) int { return cmp.Compare(b.Seconds, a.Seconds) })
	c.Sentence = c.sentence(h, f)
	return c
}

// partsBeyond is what the services and the links between them spent on all orders from the fault's start on, beyond what they did in another trial.
func partsBeyond(h RunHeader, f, other Facts) (list []CausePart) {
	a := f.Trial.Architecture
	for _, service := range a.doing() {
		now, then := f.total(service), other.total(service)
		list = append(list,
			CausePart{service, SpentSlot, now.Spent.Slot - then.Spent.Slot},
			CausePart{service, SpentWork, now.Spent.Work - then.Spent.Work},
			CausePart{service, SpentStore, now.Spent.Store - then.Spent.Store})
		if l := a.Link(a.caller(service), service); l.From != Client && blocks(h, l) {
			at, before := f.total(l.From), other.total(l.From)
			list = append(list, CausePart{l.Name(), OnLink, at.Calls[service].Sum - before.Calls[service].Sum - (now.Sum - then.Sum)})
		}
	}
	return list
}

// total adds up a service's samples from the fault's start on.
func (f Facts) total(service string) (sum Sample) {
	sum.Calls = map[string]CallsByCallee{}
	for _, s := range f.samples(service, f.Trial.Phases.Fault, forever) {
		sum.Sum += s.Sum
		sum.Spent.include(s.Spent)
		for callee, calls := range s.Calls {
			sum.Calls[callee] = CallsByCallee{Sum: sum.Calls[callee].Sum + calls.Sum}
		}
	}
	return sum
}

// extraTime is how many seconds longer than in the control all orders from the fault's start on waited together: for their
// answers where those are outcomes, otherwise to be done, in which those that were not done in both have no part.
func extraTime(f, control Facts) (seconds float64, of, missing string) {
	wait := f.Trial.Architecture.ClientLink() == Wait
	of = AtDone
	if wait {
		of = AtAnswer
	}
	all, never := 0, 0
	for i := range f.Orders {
		o := &f.Orders[i]
		if o.Planned < f.Trial.Phases.Fault || i >= len(control.Orders) || o.Told == ToldUnsent || control.Orders[i].Told == ToldUnsent {
			continue
		}
		now, then := o.Done, control.Orders[i].Done
		if wait {
			now, then = o.Acked, control.Orders[i].Acked
		}
		all++
		if now == Never || then == Never {
			if o.Told != ToldDeclined {
				never++
			}
			continue
		}
		seconds += (now - o.Planned - (then - control.Orders[i].Planned)).Seconds()
	}
	if s := share(never, all); s > neverShare {
		return 0, of, fmt.Sprintf("%.0f %% of the orders were never done, and have no time that could be explained", 100*s)
	}
	return seconds, of, ""
}

// sentence tells the parts that matter, with their milliseconds.
func (c Cause) sentence(h RunHeader, f Facts) string {
	what := map[string]string{AtAnswer: "answered", AtDone: "done"}[c.Of]
	if c.Extra < leastExtra {
		return "Orders were " + what + " as soon as in the control."
	}
	rest := c.Extra
	var parts []string
	for _, p := range c.Parts {
		if p.Seconds >= leastPart*c.Extra {
			parts = append(parts, span3(p.Seconds)+" "+p.words(h, f))
			rest -= p.Seconds
		}
	}
	if rest >= leastPart*c.Extra {
		parts = append(parts, span3(rest)+" elsewhere")
	}
	begin := fmt.Sprintf("Orders placed meanwhile were %s %s later each", what, span3(c.Extra))
	if in := newInjection(f); in.noLatency == "" {
		begin = fmt.Sprintf("%s at %s became %s until an order was %s", ms(in.latency), f.Trial.Fault.Place, span3(c.Extra), what)
	}
	return begin + ", what orders after the fault waited included: " + strings.Join(parts, ", ") + "."
}

// words say where a part is, and of slots how many there are.
func (p CausePart) words(h RunHeader, f Facts) string {
	if p.On == SpentSlot {
		return fmt.Sprintf("waiting for one of %s's %d slots", p.Where, slotsOf(h.Plan, f.Trial.Architecture, p.Where))
	}
	return p.place()
}

// place says where a part is.
func (p CausePart) place() string {
	switch p.On {
	case SpentSlot:
		return "waiting for " + p.Where + "'s slots"
	case SpentWork:
		return p.Where + "'s own work"
	case SpentStore:
		return p.Where + "'s store"
	case OnSchedule:
		return "until they were sent"
	}
	return "on the link " + p.Where
}
