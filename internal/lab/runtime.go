package lab

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"faultline/bench"
	"faultline/targets"
	"faultline/targets/docker"
	"faultline/targets/process"
)

// The runtimes that a plan can name.
const (
	Process = "process"
	Docker  = "docker"
)

func runtimes() []string { return []string{Process, Docker} }

// A runtime is where the services of one system run.
type runtime interface {
	bench.Runtime
	// Dir is a directory that goes with the runtime.
	Dir() string
	// Close ends and removes all that was started.
	Close() error
}

// runtime makes the one that a plan wants, and says which container engine carries it, if one does: the only place that tells
// them apart.
func (l lab) runtime(ctx context.Context, p bench.Plan, logs string) (r runtime, engine string, err error) {
	if p.Runtime == Docker {
		e, image, err := l.engine.open(ctx, p)
		if err != nil {
			return nil, "", err
		}
		if e.Far() != nil {
			return nil, "", fmt.Errorf("%s can't be driven from here: %w", e, e.Far())
		}
		r, err = docker.New(ctx, e, image, logs)
		return r, e.String(), err
	}
	r, err = process.New(logs)
	return r, "", err
}

// An engine is the container engine, opened when it is first needed.
type engine struct {
	mu     sync.Mutex
	opened *docker.Engine
}

// open returns the engine, and the image of RabbitMQ there if the plan needs one.
func (e *engine) open(ctx context.Context, p bench.Plan) (opened *docker.Engine, image string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.opened == nil {
		if e.opened, err = docker.Open(ctx); err != nil {
			return nil, "", err
		}
	}
	if p.Broker == "rabbitmq" && slices.ContainsFunc(p.Architectures, targets.NeedsBroker) {
		image, err = e.opened.EnsureRabbitMQ(ctx, p.RabbitMQ.Image)
	}
	return e.opened, image, err
}
