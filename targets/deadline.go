package targets

import (
	"time"

	"faultline/bench"
)

// spareTime is how many times its service times an answer is taken to need: the rest is for stores, links and who else has the
// processor. An answer that leaves a pool's queue at the last moment is otherwise too late by a little, and every one after it.
const spareTime = 2

// needs is what a service's answer takes from when it has a slot: its own work, and that of those whose replies it waits for.
func needs(p bench.Plan, a bench.Architecture, name string) time.Duration {
	d := spareTime * p.Flow.Work[name]
	for _, callee := range blocking(a, name) {
		d += needs(p, a, callee)
	}
	return d
}

// rests are what a service's answer still takes once each of its callees has replied: its own work, and that of the callees after it.
func rests(p bench.Plan, a bench.Architecture, name string) map[string]time.Duration {
	callees := blocking(a, name)
	left, rest := spareTime*p.Flow.Work[name], map[string]time.Duration{}
	for i := len(callees) - 1; i >= 0; i-- {
		rest[callees[i]] = left
		left += needs(p, a, callees[i])
	}
	return rest
}

// blocking are those whose replies a service waits for, in the order in which it asks them: before its answer or, of shipping, right
// after it.
func blocking(a bench.Architecture, name string) (callees []string) {
	if a.Link(bench.Client, name).To == name && a.ClientLink() != bench.Wait {
		return nil // the order is accepted before anybody is asked
	}
	for _, l := range a.Links {
		if l.From == name && l.Transport == "http" {
			callees = append(callees, l.To)
		}
	}
	return callees
}
