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
	// Places are its listeners beside Main and Admin, by name: those of the links.
	Places []string
	// Packets says that it may drop and delay the packets of its own network.
	Packets bool
	// Limits bound what it may use; the zero value does not.
	Limits Limits
}

// Limits bound what a service may use of its machine.
type Limits struct {
	CPUs   float64 `json:"cpus,omitempty" yaml:"cpus"`     // processors; 0: no bound
	Memory int64   `json:"memory,omitempty" yaml:"memory"` // bytes; 0: no bound
}

// A Signal is something done to a running service from outside.
type Signal int

// Signals that a runtime can deliver.
const (
	SignalKill      Signal = iota // dies at once, nothing is flushed
	SignalHang                    // stops running, its connections stay open
	SignalContinue                // runs on
	SignalTerminate               // is asked to end, and may first bring to an end what it does
)

// Addresses are where a running service answers the harness.
type Addresses struct {
	// Main carries the flow; Admin is for the harness alone, and no fault touches it.
	Main, Admin string
	// Places are the listeners of the links: place → address.
	Places map[string]string `json:",omitempty"`
	// Inner are the addresses that other services dial instead, where theirs are not the harness's: address → address.
	Inner map[string]string `json:",omitempty"`
}

// Within is where other services dial one of the addresses.
func (a Addresses) Within(address string) string {
	if inner, ok := a.Inner[address]; ok {
		return inner
	}
	return address
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
	// Figures is what the broker tells of itself as a whole; errors.ErrUnsupported from one that tells nothing.
	Figures(ctx context.Context) (BrokerSample, error)
	Version() string
	Close() error
}
