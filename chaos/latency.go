package chaos

import (
	"context"

	"faultline/bench"
)

// latency holds every byte of a link back: a latency of L is L/2 each way.
func (n *Network) latency(f bench.Fault) (breakage, error) {
	p, err := n.place(f.Place)
	if err != nil {
		return breakage{}, err
	}
	return breakage{
		inject: func(ctx context.Context) error { return n.control.Delay(ctx, p.Name, f.Delay/2) },
		heal: func(ctx context.Context) error {
			return retry(ctx, func(ctx context.Context) error { return n.control.Delay(ctx, p.Name, 0) })
		},
	}, nil
}
