package docker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// A Left is something on the engine that this program made.
type Left struct {
	Kind, Name string // container, network, volume or image
	Run        string // the run that it belongs to; "" for an image
	// Running says that the program that made it may still run, or, of an image, that a container uses it.
	Running bool
}

// Clean lists all that this program has left on the engine, and unless list is set removes what is not Running; with all, that of
// programs which may still run as well.
func Clean(ctx context.Context, list, all bool) ([]Left, error) {
	_, c, err := find(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	found, err := leftovers(ctx, c)
	if err != nil || list {
		return found, err
	}
	var errs []error
	runs := map[string]bool{}
	for _, l := range found {
		switch {
		case l.Running && !(all && l.Run != ""):
		case l.Kind == "image":
			_, err := c.ImageRemove(ctx, l.Name, client.ImageRemoveOptions{PruneChildren: true})
			if !errdefs.IsNotFound(err) {
				errs = append(errs, err)
			}
		default:
			runs[l.Run] = true
		}
	}
	for run := range runs {
		errs = append(errs, sweepRun(ctx, c, run))
	}
	return found, errors.Join(errs...)
}

// leftovers are listed by run.
func leftovers(ctx context.Context, c *client.Client) (found []Left, err error) {
	ours := client.Filters{}.Add("label", LabelRun)
	add := func(kind, name string, labels map[string]string) {
		found = append(found, Left{Kind: kind, Name: name, Run: labels[LabelRun], Running: !gone(labels[labelOwner])})
	}
	containers, err := c.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours})
	if err != nil {
		return nil, fmt.Errorf("listing our containers: %w", oneLine(err))
	}
	inUse := map[string]bool{}
	for _, it := range containers.Items {
		add("container", strings.TrimPrefix(strings.Join(it.Names, " "), "/"), it.Labels)
		inUse[it.ImageID] = true
	}
	networks, err := c.NetworkList(ctx, client.NetworkListOptions{Filters: ours})
	if err != nil {
		return nil, fmt.Errorf("listing our networks: %w", oneLine(err))
	}
	for _, it := range networks.Items {
		add("network", it.Name, it.Labels)
	}
	volumes, err := c.VolumeList(ctx, client.VolumeListOptions{Filters: ours})
	if err != nil {
		return nil, fmt.Errorf("listing our volumes: %w", oneLine(err))
	}
	for _, it := range volumes.Items {
		add("volume", it.Name, it.Labels)
	}
	images, err := c.ImageList(ctx, client.ImageListOptions{Filters: client.Filters{}.Add("label", labelImage)})
	if err != nil {
		return nil, fmt.Errorf("listing our images: %w", oneLine(err))
	}
	for _, it := range images.Items {
		name := it.ID // one that lost its tag to another of the same content
		if len(it.RepoTags) > 0 && it.RepoTags[0] != "<none>:<none>" {
			name = it.RepoTags[0]
		}
		found = append(found, Left{Kind: "image", Name: name, Running: inUse[it.ID]})
	}
	slices.SortStableFunc(found, func(a, b Left) int { return cmp.Compare(a.Run, b.Run) })
	return found, nil
}
