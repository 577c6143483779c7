package bench

import (
	"slices"
	"strings"
	"time"
)

// matrixDelay is by how much a matrix slows a place.
const matrixDelay = 200 * time.Millisecond

// MatrixDefaults are the plan of a matrix where nothing else is asked for: the smallest windows in which each of its
// faults can be seen, and its cure, and systems that are shared.
func MatrixDefaults() PlanFile {
	p := Defaults()
	p.Load.Rate, p.Share = 60, true
	p.Windows = PlanWindows{WarmUp: time.Second, Baseline: 2 * time.Second, Fault: 2500 * time.Millisecond,
		Recovery: 4500 * time.Millisecond, Drain: 30 * time.Second}
	return p
}

// MatrixFaults are the faults of a matrix over the architectures of a plan, the control first: for every service one that kills it and one
// that slows it, for the broker one that kills it and one that makes publishing to it slow. All has besides everything else
// of the catalogue, a hang of every process and a latency on every connection, where it fits and can be had; but for those that not
// every kernel can do. A fault of the catalogue keeps its name.
func (c Catalogue) MatrixFaults(p Plan, all bool) []Fault {
	list := slices.DeleteFunc(slices.Clone(c.Faults), func(f Fault) bool { return f.Kind != NoFault })
	add := func(f Fault) {
		same := func(known Fault) bool {
			return known.Kind == f.Kind && known.Place == f.Place && known.Delay == f.Delay && known.Jitter == f.Jitter &&
				known.Direction == f.Direction && known.When == f.When
		}
		if i := slices.IndexFunc(c.Faults, same); i >= 0 {
			f = c.Faults[i]
		}
		known := slices.ContainsFunc(list, func(k Fault) bool { return k.Name == f.Name })
		fits := c.Stands(f, p) == nil && slices.ContainsFunc(p.Architectures, func(a Architecture) bool { return c.Fits(f, a) == nil })
		if !known && fits {
			list = append(list, f)
		}
	}
	services := Architecture{Links: c.Flow}.Services()
	for _, s := range services {
		add(Fault{Name: s + "-down", Kind: Kill, Place: s, About: s + " is killed (SIGKILL) and started again at the end of the window"})
		add(Fault{Name: "slow-" + s, Kind: Slow, Place: s, Delay: matrixDelay, About: s + "'s own work takes 200 ms longer, holding its slots"})
	}
	add(Fault{Name: BrokerName + "-down", Kind: Kill, Place: BrokerName, About: "the broker is killed (SIGKILL) and started again at the end of the window"})
	add(latencyOn(services[0] + "->" + BrokerName))
	if !all {
		return list
	}
	for _, place := range append(slices.Clone(services), BrokerName) {
		add(Fault{Name: place + "-hang", Kind: Hang, Place: place, About: place + " is stopped (SIGSTOP): its connections stay open and nobody answers"})
	}
	for _, l := range c.Flow {
		add(latencyOn(l.Name()))
	}
	for _, s := range services {
		add(latencyOn(s + "->" + BrokerName))
		add(latencyOn(BrokerName + "->" + s))
	}
	for _, f := range c.Faults {
		if f.Kind != PacketDelay && f.Kind != Reorder {
			add(f)
		}
	}
	return list
}

// latencyOn is a latency on a connection.
func latencyOn(place string) Fault {
	return Fault{Name: "latency-" + strings.ReplaceAll(place, "->", "-"), Kind: Latency, Place: place, Delay: matrixDelay,
		About: "a round trip on " + place + " takes 200 ms longer, 100 ms each way"}
}
