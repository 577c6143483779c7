package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"faultline/bench"
)

// A Container is one service in a container, over all its lives. Its durable state is in its own writable layer, which a kill leaves
// as it is.
type Container struct {
	runtime   *Runtime
	name, log string          // log is a file
	host      netip.Addr      // on the network
	limits    bench.Limits    // that it was started with
	inner     bench.Addresses // within the network
	listening string          // what it logs once it listens
	made      testcontainers.Container

	mu        sync.Mutex
	stopped   bool
	life      *life
	addresses bench.Addresses
}

// ID is the engine's name of the container.
func (c *Container) ID() string { return c.made.GetContainerID() }

// start begins a life and waits until the service listens.
func (c *Container) start(ctx context.Context) error {
	if err := c.made.Start(ctx); err != nil {
		return c.startError(ctx, err)
	}
	addresses := c.inner
	if !c.runtime.engine.direct {
		var err error
		if addresses, err = c.published(ctx); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addresses = addresses
	return nil
}

// begin is called before each start of the container.
func (c *Container) begin(_ context.Context, made testcontainers.Container) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return errors.New("it was stopped for good")
	}
	l, err := beginLife(c.runtime.lives, c.runtime.engine.client, made.GetContainerID(), c.log, c.listening)
	if err != nil {
		return err
	}
	c.life = l
	return nil
}

var errEnded = errors.New("it ended before it listened")

// WaitUntilReady makes the container its own wait strategy: it waits for this life's log to say that it listens.
func (c *Container) WaitUntilReady(ctx context.Context, _ wait.StrategyTarget) error {
	c.mu.Lock()
	l := c.life
	c.mu.Unlock()
	select {
	case <-l.listening:
		return nil
	case <-l.exited:
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// startError tells why a container did not come up, with the end of its log.
func (c *Container) startError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !errors.Is(err, errEnded) {
		return fmt.Errorf("starting %s: %w", c.name, oneLine(err))
	}
	text, _ := os.ReadFile(c.log)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return fmt.Errorf("starting %s: %w: %s (log: %s)", c.name, errEnded, lines[len(lines)-1], c.log)
}

// Addresses are where it answers in its present life.
func (c *Container) Addresses() bench.Addresses {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.addresses
}

// Exited is closed when the present life has ended.
func (c *Container) Exited() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.life.exited
}

func (c *Container) dead() bool {
	select {
	case <-c.Exited():
		return true
	default:
		return false
	}
}

// Signal kills, pauses or resumes every process of the container.
func (c *Container) Signal(ctx context.Context, s bench.Signal) error {
	if c.dead() {
		return fmt.Errorf("signalling %s: %w", c.name, os.ErrProcessDone)
	}
	engine, id := c.runtime.engine.client, c.ID()
	var err error
	switch s {
	case bench.SignalKill:
		_, err = engine.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "SIGKILL"})
	case bench.SignalTerminate:
		_, err = engine.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "SIGTERM"})
	case bench.SignalHang:
		_, err = engine.ContainerPause(ctx, id, client.ContainerPauseOptions{})
		err = c.unless(ctx, err, container.StatePaused)
	case bench.SignalContinue:
		_, err = engine.ContainerUnpause(ctx, id, client.ContainerUnpauseOptions{})
		err = c.unless(ctx, err, container.StateRunning)
	}
	if err != nil {
		return fmt.Errorf("signalling %s: %w", c.name, err)
	}
	return nil
}

// unless drops the error of a command whose end is reached already.
func (c *Container) unless(ctx context.Context, err error, wanted container.ContainerState) error {
	if err == nil {
		return nil
	}
	i, inspecting := c.runtime.engine.client.ContainerInspect(ctx, c.ID(), client.ContainerInspectOptions{})
	if inspecting == nil && i.Container.State.Status == wanted {
		return nil
	}
	return err
}

// Restart begins a new life with the durable state of the last, which must have ended.
func (c *Container) Restart(ctx context.Context) error {
	if !c.dead() {
		return fmt.Errorf("restarting %s: it still runs", c.name)
	}
	return c.start(ctx)
}

// Stop ends the container for good. It is removed with its runtime: until then the engine keeps its log.
func (c *Container) Stop(ctx context.Context) error {
	c.mu.Lock()
	c.stopped = true
	l := c.life
	c.mu.Unlock()
	if err := c.Signal(ctx, bench.SignalKill); err != nil && !c.dead() && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-l.exited:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the end of %s: %w", c.name, ctx.Err())
	}
}
