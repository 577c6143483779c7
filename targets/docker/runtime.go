// Package docker runs services as containers of an image that holds this very program and nothing else.
//
// Read it in this order: find, context and ssh (which engine answers), engine (what is prepared once: image, reach, limits), image,
// runtime (one private network with fixed addresses a trial), network, request (what a container is made of), rabbitmq (the one that is
// not of our image), container (a bench.Instance), life (one run of it: its log, its end), usage, precedence; then drive, drivefiles and clock (load
// driven there, where containers can't be reached from here); then what leaves nothing behind: labels, owner, sweep, clean.
//
// # Addresses
//
// Every container has an address of its own, fixed for its lives, and fixed ports; names are not used: that of a dead container
// would be looked up outside. Where this machine reaches the containers' network, the harness dials the same addresses as the
// services do, and the network has no way out. Where it does not (Docker Desktop, a rootless engine), every port is
// published on 127.0.0.1 and bench.Addresses.Inner tells the services' side of it.
//
// # What is left behind
//
// Nothing: Close removes all that carries the run's label, and a process.Reaper, which outlives the program by an instant, does it in its
// place after a kill -9. What neither could remove, because the machine died, the next Open removes.
package docker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/testcontainers/testcontainers-go"

	"faultline/bench"
	"faultline/targets/process"
)

// A Runtime starts services as containers on a network of its own.
type Runtime struct {
	Run    string // the value of LabelRun on all that it makes
	engine *Engine
	// rabbitImage is that of RabbitMQ's container.
	rabbitImage string
	dir         string
	logs        string
	reaper      *process.Reaper
	lives       context.Context // done when Close has removed everything
	end         context.CancelFunc
	yield       sync.Once

	network *testcontainers.DockerNetwork
	mu      sync.Mutex
	hosts   hosts
}

// New makes a runtime whose containers log into a directory, or if it is "" into one that goes with the runtime. A service of role
// RoleRabbitMQ is started from rabbitImage. Close must be called.
func New(ctx context.Context, e *Engine, rabbitImage, logs string) (*Runtime, error) {
	dir, err := os.MkdirTemp("", "faultline-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the run: %w", err)
	}
	if logs == "" {
		logs = filepath.Join(dir, "logs")
	}
	reaper, err := process.StartReaper(dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	r := &Runtime{engine: e, rabbitImage: rabbitImage, Run: newRun(), dir: dir, logs: logs, reaper: reaper}
	r.lives, r.end = context.WithCancel(context.WithoutCancel(ctx))
	takePrecedence()
	if err := r.open(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Runtime) open(ctx context.Context) error {
	if err := os.MkdirAll(r.logs, 0o755); err != nil {
		return fmt.Errorf("making the directory of logs: %w", err)
	}
	sweep, err := sweepSpec(r.engine.host, r.Run)
	if err != nil {
		return err
	}
	if err := r.reaper.After(sweep); err != nil {
		return err
	}
	r.network, r.hosts, err = r.engine.newNetwork(context.WithoutCancel(ctx), r.labels("network"))
	return err
}

// newRun makes up the name of a run.
func newRun() string {
	b := make([]byte, 5)
	rand.Read(b) // never fails: crypto/rand
	return hex.EncodeToString(b)
}

// Dir is a directory on this machine that goes with the runtime.
func (r *Runtime) Dir() string { return r.dir }

// Start starts a service and returns when it listens.
func (r *Runtime) Start(ctx context.Context, s bench.Service) (bench.Instance, error) {
	r.mu.Lock()
	host, err := r.hosts.next()
	r.mu.Unlock()
	if err != nil {
		return nil, err
	}
	c := &Container{runtime: r, name: s.Name, log: filepath.Join(r.logs, s.Name+".log"), host: host, limits: s.Limits}
	request, err := r.request(s, host, c)
	if err != nil {
		return nil, err
	}
	// Not to be cut off: what the engine makes after Close has looked would stay.
	if c.made, err = r.engine.provider.CreateContainer(context.WithoutCancel(ctx), request); err != nil {
		return nil, fmt.Errorf("making the container of %s: %w", s.Name, err)
	}
	if err := c.start(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// closeLimit is how long removing everything may take.
const closeLimit = time.Minute

// Close removes every container and the network. Nothing may dial them any more: packets to a network that is gone
// would leave this machine. It may be called again.
func (r *Runtime) Close() error {
	r.yield.Do(yieldPrecedence)
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	err := sweepRun(ctx, r.engine.client, r.Run)
	r.end()
	if err == nil {
		r.reaper.Relax() // else it tries once more
	}
	r.reaper.Close()
	return errors.Join(err, os.RemoveAll(r.dir))
}
