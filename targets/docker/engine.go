package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
)

// An Engine is a container engine that answers, with the image of this program on it.
type Engine struct {
	host     host
	client   *client.Client
	provider *testcontainers.DockerProvider
	version  string
	image    string
	// direct says that containers can be dialled at their own addresses; else their ports are published.
	direct bool
	// far says why containers can't be reached from here at all; nil if they can.
	far error
}

// Open finds an engine, puts this program's image there unless it is there, and tries how containers can be reached. It also removes
// what programs that are gone have left.
func Open(ctx context.Context) (*Engine, error) {
	if place := os.Getenv(placeEnv); place != "" && place != there {
		return nil, fmt.Errorf("%s: %q is not known; set it to %s, or not at all", placeEnv, place, there)
	}
	h, c, err := find(ctx)
	if err != nil {
		return nil, err
	}
	e := &Engine{host: h, client: c}
	if err := e.prepare(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("preparing the container engine at %s: %w", h.URL, oneLine(err))
	}
	return e, nil
}

func (e *Engine) prepare(ctx context.Context) error {
	server, err := e.client.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return err
	}
	e.version = server.Version
	if err := sweepGone(ctx, e.client); err != nil {
		return fmt.Errorf("removing what an earlier run has left: %w", err)
	}
	if err := e.ensureImage(ctx); err != nil {
		return err
	}
	if e.far = driveThere(e.host); e.far != nil {
		return nil
	}
	if e.provider, err = newProvider(e.client, e.host); err != nil {
		return err
	}
	if e.far = e.tryReach(ctx); ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

// placeEnv set to there has load driven from a container on the engine's machine even if its containers can be reached from here.
const (
	placeEnv = "FAULTLINE_DRIVE"
	there    = "there"
)

// driveThere says why load is driven there without trying; nil if that must be tried.
func driveThere(h host) error {
	switch {
	case strings.HasPrefix(h.URL, "ssh://"):
		return errors.New("it is reached by ssh, and its containers are not")
	case os.Getenv(placeEnv) == there:
		return errors.New(placeEnv + " says so")
	}
	return nil
}

// Far says why containers can be reached neither by their own addresses nor by published ports: load must be driven from a container
// there. It is nil where they can.
func (e *Engine) Far() error { return e.far }

// newProvider is testcontainers on our client. It would look for an engine by itself, by other rules; for the reaper's image, which is
// not to be had without a registry, and our own reaper does its work; and it would talk.
func newProvider(c *client.Client, h host) (*testcontainers.DockerProvider, error) {
	tclog.SetDefault(tclog.NewNoopLogger())
	err := errors.Join(os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true"), os.Setenv("DOCKER_HOST", h.URL))
	if err != nil {
		return nil, err
	}
	p, err := testcontainers.NewDockerProvider(testcontainers.WithDefaultBridgeNetwork(testcontainers.Bridge))
	if err != nil {
		return nil, err
	}
	p.SetClient(c)
	return p, nil
}

// String says which engine it is, and how its containers are reached.
func (e *Engine) String() string {
	if e.far != nil {
		return "docker " + e.version + " at " + e.host.URL
	}
	if e.direct {
		return "docker " + e.version
	}
	return "docker " + e.version + ", by published ports"
}
