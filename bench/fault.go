package bench

import (
	"slices"
	"time"
)

// A FaultKind is a way to break one place.
type FaultKind string

// The kinds of faults that chaos knows how to inject.
const (
	NoFault FaultKind = ""       // the control: nothing is broken
	Slow    FaultKind = "slow"   // a service's own work takes Delay longer, holding its slots
	Kill    FaultKind = "kill"   // SIGKILL at the start of the window, started again at its end
	Hang    FaultKind = "hang"   // SIGSTOP at the start of the window, SIGCONT at its end
	Crash   FaultKind = "crash"  // Victim is killed whenever Place passes Point, Times times, and started again
	Poison  FaultKind = "poison" // the own work of Place panics for a Share of orders, at every attempt
	Forge   FaultKind = "forge"  // Place is told by forged callbacks that orders are paid which are not yet
	Kills   FaultKind = "kills"  // Place is killed at seeded random moments, Times times, and started again

	Storm     FaultKind = "storm"     // clients place an order that failed, or took longer than Delay, again at once, up to Times times
	Impatient FaultKind = "impatient" // clients that have waited Delay send their order again beside, up to Times times

	Stop    FaultKind = "stop"    // asked to end (SIGTERM), SIGKILL after Grace; started again at the end of the window
	Restart FaultKind = "restart" // ended as by Stop and started again at once

	Errors    FaultKind = "errors"     // a Share of the pieces of Place's own work fail, each anew, as with a 500
	CrashLoop FaultKind = "crash-loop" // Place is killed, started again, and killed again Delay after each start
	ColdStart FaultKind = "cold-start" // Place is killed and started again; its work takes Factor times as long, and Delay more, Fading
	FewSlots  FaultKind = "few-slots"  // Place has only Slots worker slots
	Leak      FaultKind = "leak"       // Place takes Rate bytes of memory a second, up to Limit, and never uses them

	SlowConsumer     FaultKind = "slow-consumer"     // Place takes messages Slots at a time, each after Delay
	DropConsumer     FaultKind = "drop-consumer"     // the connections over which a service consumes are reset, Times times, Delay apart
	RefusePublishers FaultKind = "refuse-publishers" // the broker takes no message
	Redeliver        FaultKind = "redeliver"         // the broker hands out again what is not acknowledged, Times times, Delay apart
	LoseBinding      FaultKind = "lose-binding"      // a queue is bound to no topic

	Several FaultKind = "several" // Steps, each a fault of its own with its own times
)

// The kinds that break what a connection carries, by the direction of Fault.Direction.
const (
	Latency   FaultKind = "latency"    // a round trip takes Delay longer, drawn anew each time if there is a Jitter
	Bandwidth FaultKind = "bandwidth"  // all connections of a link together carry Rate bytes a second, each way
	SlowStart FaultKind = "slow-start" // a new connection begins at Rate bytes a second, twice that after each Delay
	Reset     FaultKind = "reset"      // connections are reset (RST), those that are open and every new one
	Refuse    FaultKind = "refuse"     // connects are refused, and what is open is reset
	Blackhole FaultKind = "blackhole"  // connects succeed and connections stay, and nothing comes through
	HalfOpen  FaultKind = "half-open"  // nothing comes through in Direction, the other one works
)

// The kinds that break a Share of the HTTP requests that a link carries, each request by itself.
const (
	Respond   FaultKind = "respond"    // the link answers in place of the callee, with Status
	Hold      FaultKind = "hold"       // the link hands the request on Delay later
	FailFirst FaultKind = "fail-first" // the link answers the first Times attempts at the same request with Status
	Truncate  FaultKind = "truncate"   // the answer ends in the middle
)

// The ways a link carries bytes. No direction is both.
const (
	Up   = "up"   // from whoever dials to whom it dials
	Down = "down" // and back
)

// How the latencies of a link are spread around Delay, which is their mean. See docs/faults.md for the formulas.
const (
	Uniform = "uniform" // over Delay ± Jitter
	Normal  = "normal"  // with the standard deviation Jitter, none below 0
	Pareto  = "pareto"  // shape 3, with the standard deviation Jitter: few are much longer
)

// The kinds that need a container engine.
const (
	Disconnect  FaultKind = "disconnect"    // Place is taken off its network
	Partition   FaultKind = "partition"     // no packet passes between the services of the two sides of Place, "a,b|c"
	Loss        FaultKind = "loss"          // a Share of the packets of a link is dropped, each way
	PacketDelay FaultKind = "packet-delay"  // every packet of a link's answers comes Delay later, acknowledgements too
	Reorder     FaultKind = "reorder"       // a Share of those packets overtakes the others, which are held for Delay
	Starve      FaultKind = "starve"        // Place gets CPUs processors
	OutOfMemory FaultKind = "out-of-memory" // Place is bounded to Limit bytes, takes more, and is killed by the kernel
	MemoryAlarm FaultKind = "memory-alarm"  // RabbitMQ takes itself to use too much memory, and blocks publishers
	DiskAlarm   FaultKind = "disk-alarm"    // RabbitMQ takes its disk to be full, and blocks publishers
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
	// Delay is the extra service time (Slow, ColdStart), the mean latency of a round trip (Latency), of a request (Hold), how long
	// a new connection takes to become twice as fast (SlowStart), how long another service stands still before it
	// is killed (Crash), the life of a process (CrashLoop), the wait before a message (SlowConsumer), or the time from one strike
	// to the next (DropConsumer, Redeliver).
	Delay time.Duration `json:"delay,omitempty" yaml:"delay,omitempty"`
	// Jitter is how far latencies stray from Delay, by Distribution: Uniform (if empty), Normal or Pareto.
	Jitter       time.Duration `json:"jitter,omitempty" yaml:"jitter,omitempty"`
	Distribution string        `json:"distribution,omitempty" yaml:"distribution,omitempty"`
	// Direction is Up, Down, or empty: both.
	Direction string `json:"direction,omitempty" yaml:"direction,omitempty"`
	// Rate is what a link carries, or what Leak takes, in bytes a second.
	Rate int64 `json:"rate,omitempty" yaml:"rate,omitempty"`
	// Status is that of answers which the link gives.
	Status int `json:"status,omitempty" yaml:"status,omitempty"`
	// Point is the named crash point at Place, and Victim who is killed there (Crash).
	Point  string `json:"point,omitempty" yaml:"point,omitempty"`
	Victim string `json:"victim,omitempty" yaml:"victim,omitempty"`
	// Share of the orders (Poison) or requests that are struck, above 0 to 1.
	Share float64 `json:"share,omitempty" yaml:"share,omitempty"`
	// Times is how often Crash, Kills, DropConsumer and Redeliver strike, and FailFirst each request.
	Times int `json:"times,omitempty" yaml:"times,omitempty"`
	// Spread is the coefficient of variation of the Delay of Slow (log-normal); 0: constant.
	Spread float64 `json:"spread,omitempty" yaml:"spread,omitempty"`
	// Factor multiplies the service times of ColdStart, and Fading is how long they take to be what they were, evenly.
	Factor float64       `json:"factor,omitempty" yaml:"factor,omitempty"`
	Fading time.Duration `json:"fading,omitempty" yaml:"fading,omitempty"`
	// Slots are those that FewSlots leaves, or the messages that SlowConsumer has in work at a time; 0: as before.
	Slots int `json:"slots,omitempty" yaml:"slots,omitempty"`
	// Limit is where Leak ends, or all that OutOfMemory leaves, in bytes.
	Limit int64 `json:"limit,omitempty" yaml:"limit,omitempty"`

	// Grace is how long Stop and Restart wait from SIGTERM to SIGKILL.
	Grace time.Duration `json:"grace,omitempty" yaml:"grace,omitempty"`
	// CPUs are what Starve leaves, in processors.
	CPUs float64 `json:"cpus,omitempty" yaml:"cpus,omitempty"`

	When `yaml:",inline"`
	// Steps are the single faults of Several, named apart; they may overlap.
	Steps []Fault `json:"steps,omitempty" yaml:"steps,omitempty"`
}

// Strikes reports whether a place is one that the fault breaks.
func (f Fault) Strikes(place string) bool {
	return slices.ContainsFunc(f.Singles(), func(s Fault) bool { return s.Place == place })
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
	case Several:
		return slices.ContainsFunc(f.Steps, func(s Fault) bool { return s.kills(name) })
	case Kill, Hang, Kills, Crash, CrashLoop, ColdStart, Stop, Restart, Disconnect:
		return f.Struck() == name
	}
	return false
}

// commandsBroker reports whether the broker itself must do something for the fault.
func (f Fault) commandsBroker() bool {
	switch f.Kind {
	case Several:
		return slices.ContainsFunc(f.Steps, Fault.commandsBroker)
	case RefusePublishers, Redeliver, LoseBinding:
		return true
	}
	return f.kills(BrokerName)
}
