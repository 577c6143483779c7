package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"faultline/bench"
	"faultline/targets/process"
)

// RoleSweep is the role of the process that removes what a dead program has left.
const RoleSweep = "docker-sweep"

// A sweepConfig says what of whom to remove.
type sweepConfig struct {
	Host host   `json:"host"`
	Run  string `json:"run"`
}

func sweepSpec(h host, run string) (process.Spec, error) {
	raw, err := json.Marshal(sweepConfig{h, run})
	if err != nil {
		return process.Spec{}, fmt.Errorf("encoding what is to be removed: %w", err)
	}
	return process.Spec{Name: RoleSweep, Role: RoleSweep, Config: raw}, nil
}

const (
	sweepLimit = time.Minute
	sweepQuiet = 3 * time.Second // a container that the dead program had ordered may appear so much later
	sweepEvery = 250 * time.Millisecond
)

// Sweep removes all of a run, until nothing has been left for a while.
func Sweep(ctx context.Context, s process.Spec, _ func(bench.Addresses)) error {
	var config sweepConfig
	if err := json.Unmarshal(s.Config, &config); err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, sweepLimit)
	defer cancel()
	var err error
	for until := time.Now().Add(sweepQuiet); time.Now().Before(until) || err != nil && ctx.Err() == nil; time.Sleep(sweepEvery) {
		err = sweepOnce(ctx, config)
	}
	return err
}

// sweepOnce uses a connection of its own: the engine may be restarted meanwhile.
func sweepOnce(ctx context.Context, config sweepConfig) error {
	c, err := dial(ctx, config.Host)
	if err != nil {
		return err
	}
	defer c.Close()
	return sweepRun(ctx, c, config.Run)
}

// sweepRun removes all of a run, and after its driver, if it had one, all that this has made.
func sweepRun(ctx context.Context, c *client.Client, run string) error {
	if err := sweep(ctx, c, LabelRun+"="+run); err != nil {
		return err
	}
	return sweep(ctx, c, labelDriver+"="+run)
}

// sweep removes every container, network and volume with a label.
func sweep(ctx context.Context, c *client.Client, label string) error {
	all := client.Filters{}.Add("label", label)
	containers, err := c.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: all})
	if err != nil {
		return fmt.Errorf("listing our containers: %w", err)
	}
	var group errgroup.Group
	for _, found := range containers.Items {
		group.Go(func() error { return removeContainer(ctx, c, found.ID) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return errors.Join(sweepNetworks(ctx, c, all), sweepVolumes(ctx, c, all))
}

// removeContainer removes a container with the volumes that only it has.
func removeContainer(ctx context.Context, c *client.Client, id string) error {
	for {
		_, err := c.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		switch {
		case errdefs.IsNotFound(err):
			return nil
		case err != nil && !errdefs.IsConflict(err) || ctx.Err() != nil: // a conflict: somebody else is removing it
			return fmt.Errorf("removing container %.12s: %w", id, err)
		case err == nil:
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func sweepNetworks(ctx context.Context, c *client.Client, all client.Filters) error {
	networks, err := c.NetworkList(ctx, client.NetworkListOptions{Filters: all})
	if err != nil {
		return fmt.Errorf("listing our networks: %w", err)
	}
	for _, found := range networks.Items {
		if _, e := c.NetworkRemove(ctx, found.ID, client.NetworkRemoveOptions{}); e != nil && !errdefs.IsNotFound(e) {
			err = errors.Join(err, fmt.Errorf("removing network %.12s: %w", found.ID, e))
		}
	}
	return err
}

func sweepVolumes(ctx context.Context, c *client.Client, all client.Filters) error {
	volumes, err := c.VolumeList(ctx, client.VolumeListOptions{Filters: all})
	if err != nil {
		return fmt.Errorf("listing our volumes: %w", err)
	}
	for _, found := range volumes.Items {
		if _, e := c.VolumeRemove(ctx, found.Name, client.VolumeRemoveOptions{Force: true}); e != nil && !errdefs.IsNotFound(e) {
			err = errors.Join(err, fmt.Errorf("removing volume %s: %w", found.Name, e))
		}
	}
	return err
}

// sweepGone removes what programs have left that are gone.
func sweepGone(ctx context.Context, c *client.Client) error {
	runs, err := owners(ctx, c)
	if err != nil {
		return err
	}
	for run, owner := range runs {
		if gone(owner) {
			err = errors.Join(err, sweepRun(ctx, c, run))
		}
	}
	return err
}

// owners lists the runs of which something is there: run → owner.
func owners(ctx context.Context, c *client.Client) (map[string]string, error) {
	ours := client.Filters{}.Add("label", LabelRun)
	runs := map[string]string{}
	containers, err := c.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours})
	if err != nil {
		return nil, fmt.Errorf("listing our containers: %w", err)
	}
	for _, found := range containers.Items {
		runs[found.Labels[LabelRun]] = found.Labels[labelOwner]
	}
	networks, err := c.NetworkList(ctx, client.NetworkListOptions{Filters: ours})
	if err != nil {
		return nil, fmt.Errorf("listing our networks: %w", err)
	}
	for _, found := range networks.Items {
		runs[found.Labels[LabelRun]] = found.Labels[labelOwner]
	}
	return runs, nil
}
