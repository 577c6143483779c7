package bench

import "time"

// A FaultKind is a way to break one place.
type FaultKind string

// The kinds of faults that chaos knows how to inject.
const (
	NoFault FaultKind = ""        // the control: nothing is broken
	Slow    FaultKind = "slow"    // a service's own work takes Delay longer, holding its slots
	Kill    FaultKind = "kill"    // SIGKILL at the start of the window, started again at its end
	Hang    FaultKind = "hang"    // SIGSTOP at the start of the window, SIGCONT at its end
	Latency FaultKind = "latency" // a link carries every byte Delay/2 later, each way
	Crash   FaultKind = "crash"   // Victim is killed whenever Place passes Point, Times times, and started again
	Poison  FaultKind = "poison"  // the own work of Place panics for a Share of orders, at every attempt
	Forge   FaultKind = "forge"   // Place is told by forged callbacks that orders are paid which are not yet
	Kills   FaultKind = "kills"   // Place is killed at seeded random moments, Times times, and started again
)

// BrokerName is the broker's name in every topology, and as a fault's place.
const BrokerName = "broker"

// Control is the name of the fault that breaks nothing: what every fault is measured against.
const Control = "control"

// A Fault is a named way to break one place: a link (caller->callee), a service or the broker.
type Fault struct {
	Name  string    `json:"name" yaml:"name"`
	About string    `json:"about" yaml:"about"`
	Kind  FaultKind `json:"kind" yaml:"kind"`
	Place string    `json:"place,omitempty" yaml:"place,omitempty"`
	// Delay is the extra service time (Slow), the latency of a round trip (Latency), or how long another service
	// stands still before it is killed (Crash).
	Delay time.Duration `json:"delay,omitempty" yaml:"delay,omitempty"`
	// Point is the named crash point at Place, and Victim who is killed there (Crash).
	Point  string `json:"point,omitempty" yaml:"point,omitempty"`
	Victim string `json:"victim,omitempty" yaml:"victim,omitempty"`
	// Share of the orders that Poison strikes, above 0 to 1.
	Share float64 `json:"share,omitempty" yaml:"share,omitempty"`
	// Times is how often Crash and Kills strike.
	Times int `json:"times,omitempty" yaml:"times,omitempty"`
}

// Struck names the service or broker whose process the fault stops; for other kinds it is Place.
func (f Fault) Struck() string {
	if f.Kind == Crash && f.Victim != "" {
		return f.Victim
	}
	return f.Place
}

// kills reports whether the fault stops the process of a service or broker.
func (f Fault) kills(name string) bool {
	switch f.Kind {
	case Kill, Hang, Kills, Crash:
		return f.Struck() == name
	}
	return false
}
