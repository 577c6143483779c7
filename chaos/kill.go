package chaos

import (
	"context"

	"faultline/bench"
)

// kill ends a service at once and starts it again with its durable state.
func (n *Network) kill(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	return breakage{
		inject: func(ctx context.Context) error { return s.kill(ctx, note) },
		heal:   func(ctx context.Context) error { return s.revive(ctx, note) },
	}, nil
}
