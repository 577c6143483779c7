package bench

import (
	"context"
	"time"
)

// A System is a topology that runs, with all that a trial needs to drive, break and watch it.
type System struct {
	Injector Injector
	// Client is the address of client->order, behind its proxy.
	Client string
	// Services are those of the order flow, by name.
	Services map[string]Instance
	// Links is the process of the proxies: part of the harness.
	Links Instance
	// Broker looks into the broker; nil if the architecture needs none.
	Broker BrokerView
	// Queues are the names of those that the architecture needs on the broker.
	Queues []string
	// Engine is the container engine that carries it, and how its containers are reached; "" without one.
	Engine string
	// Ready is how long it took from start to ready.
	Ready time.Duration
	// Close ends every process and removes their state.
	Close func() error
}

// A Lab starts systems: what a run needs from outside this package, which knows no runtime, service or fault.
type Lab struct {
	Catalogue
	// Check says what a plan needs that is not there: something to install, or a broker that does not answer.
	Check func(ctx context.Context, p Plan) error
	// Start brings one architecture up for one trial; services log into the directory logs.
	Start func(ctx context.Context, p Plan, a Architecture, logs string) (*System, error)
	// Elsewhere is how a run is carried out that can't be driven from here; nil for one that can. Without it all can.
	Elsewhere func(ctx context.Context, p Plan) (RunFunc, error)
}

// A RunFunc carries out a run as Run does: its facts are in dir afterwards.
type RunFunc func(ctx context.Context, header RunHeader, dir string, report func(Progress)) error
