package docker

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"faultline/bench"
)

// Limit bounds what the container may use, whether it runs or not. To have no bound is to be bound by what the machine has: the
// engine does not take a bound back.
func (c *Container) Limit(ctx context.Context, l bench.Limits) error {
	engine := c.runtime.engine.client
	all, err := engine.Info(ctx, client.InfoOptions{})
	if err != nil {
		return fmt.Errorf("asking the engine what its machine has: %w", err)
	}
	r := container.Resources{
		NanoCPUs: int64(cmp.Or(l.CPUs, c.limits.CPUs, float64(all.Info.NCPU)) * 1e9),
		Memory:   cmp.Or(l.Memory, c.limits.Memory, all.Info.MemTotal),
	}
	r.MemorySwap = r.Memory
	if _, err := engine.ContainerUpdate(ctx, c.ID(), client.ContainerUpdateOptions{Resources: &r}); err != nil {
		return fmt.Errorf("bounding %s: %w", c.name, oneLine(err))
	}
	return nil
}

// Disconnect takes the container off its network.
func (c *Container) Disconnect(ctx context.Context) error {
	on, err := c.connected(ctx)
	if err != nil || !on {
		return err
	}
	_, err = c.runtime.engine.client.NetworkDisconnect(ctx, c.runtime.network.ID, client.NetworkDisconnectOptions{Container: c.ID(), Force: true})
	if err != nil {
		return fmt.Errorf("disconnecting %s: %w", c.name, oneLine(err))
	}
	return nil
}

// Connect puts the container back on its network, at its address.
func (c *Container) Connect(ctx context.Context) error {
	on, err := c.connected(ctx)
	if err != nil {
		return err
	}
	if !on {
		settings := &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: c.host}}
		_, err = c.runtime.engine.client.NetworkConnect(ctx, c.runtime.network.ID, client.NetworkConnectOptions{Container: c.ID(), EndpointConfig: settings})
		if err != nil {
			return fmt.Errorf("connecting %s: %w", c.name, oneLine(err))
		}
	}
	if c.runtime.engine.direct || c.dead() {
		return nil
	}
	addresses, err := c.published(ctx) // which are others now
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addresses = addresses
	return nil
}

func (c *Container) connected(ctx context.Context) (bool, error) {
	i, err := c.inspect(ctx)
	if err != nil {
		return false, err
	}
	for _, at := range i.NetworkSettings.Networks {
		if at.NetworkID == c.runtime.network.ID {
			return true, nil
		}
	}
	return false, nil
}

func (c *Container) inspect(ctx context.Context) (container.InspectResponse, error) {
	i, err := c.runtime.engine.client.ContainerInspect(ctx, c.ID(), client.ContainerInspectOptions{})
	if err != nil {
		return container.InspectResponse{}, fmt.Errorf("looking at the container of %s: %w", c.name, oneLine(err))
	}
	return i.Container, nil
}

// Exec runs a command in the container, as its user.
func (c *Container) Exec(ctx context.Context, command ...string) (string, error) {
	engine := c.runtime.engine.client
	made, err := engine.ExecCreate(ctx, c.ID(), client.ExecCreateOptions{Cmd: command, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return "", fmt.Errorf("running %s in %s: %w", command[0], c.name, oneLine(err))
	}
	said, err := engine.ExecAttach(ctx, made.ID, client.ExecAttachOptions{})
	if err != nil {
		return "", fmt.Errorf("running %s in %s: %w", command[0], c.name, oneLine(err))
	}
	defer said.Close()
	defer context.AfterFunc(ctx, said.Close)()
	var out bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &out, said.Reader); err != nil {
		return "", fmt.Errorf("reading what %s says in %s: %w", command[0], c.name, err)
	}
	result, err := engine.ExecInspect(ctx, made.ID, client.ExecInspectOptions{})
	if err != nil {
		return "", fmt.Errorf("running %s in %s: %w", command[0], c.name, oneLine(err))
	}
	text := strings.TrimSpace(out.String())
	if result.ExitCode != 0 {
		return text, fmt.Errorf("%s in %s ended with %d: %s", command[0], c.name, result.ExitCode, text)
	}
	return text, nil
}

// Constraint asks the engine what the container's bounds have done.
func (c *Container) Constraint(ctx context.Context) (on bench.Constraint, err error) {
	i, err := c.inspect(ctx)
	if err != nil {
		return on, err
	}
	if i.State == nil || !i.State.Running {
		on.OutOfMemory = i.State != nil && i.State.OOMKilled
		return on, nil
	}
	stats, err := c.stats(ctx)
	on.Throttled = time.Duration(stats.CPUStats.ThrottlingData.ThrottledTime)
	return on, err
}

// stats asks the engine for the figures of the container's present life.
func (c *Container) stats(ctx context.Context) (s container.StatsResponse, err error) {
	answer, err := c.runtime.engine.client.ContainerStats(ctx, c.ID(), client.ContainerStatsOptions{})
	if err != nil {
		return s, fmt.Errorf("reading the usage of %s: %w", c.name, err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&s); err != nil {
		return s, fmt.Errorf("reading the usage of %s: %w", c.name, err)
	}
	return s, nil
}
