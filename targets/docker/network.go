package docker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"

	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	tcnetwork "github.com/testcontainers/testcontainers-go/network"
)

// Networks are cut from a range that engines hand out late and few others use: 1024 of them, each for 61 containers.
var (
	pool     = netip.MustParsePrefix("172.30.0.0/16")
	poolBits = 26
)

// networkTries is how many networks are tried until one is free: engines refuse one that overlaps another.
const networkTries = 20

// newNetwork makes a private network. Where containers are dialled directly it has no way out; ports can be published on one that
// has only.
func (e *Engine) newNetwork(ctx context.Context, labels map[string]string) (*testcontainers.DockerNetwork, hosts, error) {
	last := errors.New("every one tried is in use here")
	for range networkTries {
		subnet := randomSubnet()
		if taken(subnet) {
			continue
		}
		options := []tcnetwork.NetworkCustomizer{tcnetwork.WithLabels(labels),
			tcnetwork.WithIPAM(&network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet, Gateway: subnet.Addr().Next()}}})}
		if e.direct {
			options = append(options, tcnetwork.WithInternal())
		}
		n, err := tcnetwork.New(ctx, options...)
		if err == nil {
			return n, hosts{subnet: subnet, last: subnet.Addr().Next()}, nil
		}
		last = err
	}
	return nil, hosts{}, fmt.Errorf("making a network in %v: %w", pool, oneLine(last))
}

func randomSubnet() netip.Prefix {
	bytes := pool.Addr().As4()
	number := rand.IntN(1<<(poolBits-pool.Bits())) << (32 - poolBits)
	bytes[2], bytes[3] = byte(number>>8), byte(number)
	return netip.PrefixFrom(netip.AddrFrom4(bytes), poolBits)
}

// taken reports whether this machine has an address there already.
func taken(subnet netip.Prefix) bool {
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if p, err := netip.ParsePrefix(a.String()); err == nil && subnet.Overlaps(p.Masked()) {
			return true
		}
	}
	return false
}

// hosts hands out the addresses of a network; the first is the engine's own.
type hosts struct {
	subnet netip.Prefix
	last   netip.Addr
}

func (h *hosts) next() (netip.Addr, error) {
	next := h.last.Next()
	if !h.subnet.Contains(next.Next()) { // the very last is the broadcast address
		return netip.Addr{}, fmt.Errorf("network %v is full", h.subnet)
	}
	h.last = next
	return next, nil
}
