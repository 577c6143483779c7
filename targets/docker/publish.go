package docker

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"faultline/bench"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// publish has the engine publish the ports of a container on 127.0.0.1, at ports of its choice.
func publish(q *testcontainers.ContainerRequest, inner bench.Addresses) {
	limits := q.HostConfigModifier
	q.HostConfigModifier = func(h *container.HostConfig) {
		limits(h)
		h.PortBindings = network.PortMap{}
		for _, port := range portsOf(inner) {
			h.PortBindings[network.MustParsePort(port+"/tcp")] = []network.PortBinding{{HostIP: loopback}}
		}
	}
	for _, port := range portsOf(inner) {
		q.ExposedPorts = append(q.ExposedPorts, port+"/tcp")
	}
}

// portsOf are the ports of addresses.
func portsOf(a bench.Addresses) (ports []string) {
	for _, address := range listOf(a) {
		_, port, _ := net.SplitHostPort(address)
		ports = append(ports, port)
	}
	return ports
}

func listOf(a bench.Addresses) []string {
	list := []string{a.Main, a.Admin}
	for _, address := range a.Places {
		list = append(list, address)
	}
	return list
}

// published are the addresses at which the harness finds what listens at inner; they change with every start.
func (c *Container) published(ctx context.Context) (bench.Addresses, error) {
	i, err := c.runtime.engine.client.ContainerInspect(ctx, c.made.GetContainerID(), client.ContainerInspectOptions{})
	if err != nil {
		return bench.Addresses{}, fmt.Errorf("finding the published ports of %s: %w", c.name, err)
	}
	outer := bench.Addresses{Places: map[string]string{}, Inner: map[string]string{}}
	var missing error
	out := func(inner string) string {
		_, port, _ := net.SplitHostPort(inner)
		bound := i.Container.NetworkSettings.Ports[network.MustParsePort(port+"/tcp")]
		if len(bound) == 0 {
			missing = fmt.Errorf("the engine has not published port %s of %s", port, c.name)
			return ""
		}
		address := net.JoinHostPort(loopback.String(), bound[0].HostPort)
		outer.Inner[address] = inner
		return address
	}
	outer.Main, outer.Admin = out(c.inner.Main), out(c.inner.Admin)
	for place, inner := range c.inner.Places {
		outer.Places[place] = out(inner)
	}
	return outer, missing
}
