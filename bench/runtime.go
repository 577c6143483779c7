package bench

import (
	"context"
	"time"
)

// A Service is one program of a topology: a service of the order flow, the broker, or the links.
type Service struct {
	Name string
	// Role is which of the program's parts it runs: service, links, nats, rabbitmq.
	Role string
	// Config is its configuration, marshalled as JSON for the process that runs it.
	Config any
	// Dials are the places it dials: place → address.
	Dials map[string]string
}

// A Signal is something done to a running service from outside.
type Signal int

// Signals that a runtime can deliver.
const (
	SignalKill     Signal = iota // dies at once, nothing is flushed
	SignalHang                   // stops running, its connections stay open
	SignalContinue               // runs on
)

// Addresses are where a running service answers.
type Addresses struct {
	// Main carries the flow; Admin is for the harness alone, and no fault touches it.
	Main, Admin string
	// Places are the listeners of the links: place → address.
	Places map[string]string `json:",omitempty"`
}

// Usage is what a service's process has used so far.
type Usage struct {
	CPU    time.Duration
	Memory int64 // resident bytes
}

// An Instance is one running service. Its methods may be called from several goroutines.
type Instance interface {
	Addresses() Addresses
	Signal(ctx context.Context, s Signal) error
	// Restart starts it again with its durable state, after it has died.
	Restart(ctx context.Context) error
	// Exited is closed when the process that runs now has ended; after Restart ask again.
	Exited() <-chan struct{}
	Usage() (Usage, error)
	// Stop ends it for good.
	Stop(ctx context.Context) error
}

// A Runtime starts services somewhere: child processes, containers.
type Runtime interface {
	// Start returns once the service listens.
	Start(ctx context.Context, s Service) (Instance, error)
}

// A Heal ends a fault and returns when the cure is in effect.
type Heal func(ctx context.Context) error

// An Injector breaks a running system.
type Injector interface {
	// Inject returns when the fault is in effect, with its cure. What it does meanwhile
	// (kills, restarts) it tells by note.
	Inject(ctx context.Context, f Fault, note func(Event)) (Heal, error)
	// Probe asks the fault's place from outside how it is, as an event of kind EventProbe;
	// ok is false if there is nothing to probe.
	Probe(ctx context.Context, f Fault) (e Event, ok bool)
}

// A BrokerView looks into a broker past every fault.
type BrokerView interface {
	Queues(ctx context.Context) ([]QueueSample, error)
	// Leftovers lists the order of every message that is still in a queue or dead-letter queue.
	Leftovers(ctx context.Context) ([]Leftover, error)
	Version() string
	Close() error
}
