package docker

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"

	"faultline/bench"
	"faultline/targets/process"
)

// Ports of our services in their containers; those of places follow.
const (
	mainPort  = 7000
	adminPort = 7001
)

// addressesOf are where a service of ours listens on a host.
func addressesOf(s bench.Service, host netip.Addr) bench.Addresses {
	at := func(port int) string { return net.JoinHostPort(host.String(), strconv.Itoa(port)) }
	a := bench.Addresses{Main: at(mainPort), Admin: at(adminPort), Places: map[string]string{}}
	for i, place := range s.Places {
		a.Places[place] = at(adminPort + 1 + i)
	}
	return a
}

// request is what the container of a service is made of. Its lives are c's.
func (r *Runtime) request(s bench.Service, host netip.Addr, c *Container) (q testcontainers.ContainerRequest, err error) {
	if s.Role == RoleRabbitMQ {
		c.inner, c.listening = rabbitAddresses(host), rabbitListening
		rabbit(&q, r.rabbitImage)
	} else {
		c.inner, c.listening = addressesOf(s, host), process.Listening
		if err = r.ours(&q, s, c.inner); err != nil {
			return q, err
		}
	}
	q.Name = fmt.Sprintf("faultline-%s-%s", r.Run, s.Name)
	q.Labels = r.labels(s.Name)
	q.Networks = []string{r.network.Name}
	q.EndpointSettingsModifier = func(at map[string]*network.EndpointSettings) {
		for _, settings := range at {
			settings.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: host}
		}
	}
	q.HostConfigModifier = func(h *container.HostConfig) {
		h.NetworkMode = container.NetworkMode(r.network.Name)
		h.SecurityOpt = []string{"no-new-privileges"}
		if s.Role != RoleRabbitMQ { // whose image may start as root, to become another user
			h.CapDrop = []string{"ALL"}
		}
		if s.Packets {
			h.CapAdd = []string{"NET_ADMIN"}
		}
		limit(h, s.Limits)
	}
	if !r.engine.direct {
		publish(&q, c.inner)
	}
	q.LifecycleHooks = []testcontainers.ContainerLifecycleHooks{{PreStarts: []testcontainers.ContainerHook{c.begin}}}
	q.WaitingFor = c
	return q, nil
}

// ours makes a request one for this program, which is told its part by its environment.
func (r *Runtime) ours(q *testcontainers.ContainerRequest, s bench.Service, at bench.Addresses) error {
	q.Image = r.engine.image
	spec, err := process.NewSpec(s, stateDir, at)
	if err != nil {
		return err
	}
	environment, err := process.Environment(spec)
	if err != nil {
		return err
	}
	q.ConfigModifier = func(c *container.Config) {
		c.Env = append(processors(s.Limits), environment...) // the first of two counts
		if s.Packets {
			c.User = "0:0" // a capability is of no use to others
		}
	}
	return nil
}
