package chaos

import (
	"context"

	"faultline/bench"
)

// disconnect takes a service off its network. Its process runs on, and so do its connections: packets get lost until it is back.
func (n *Network) disconnect(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, c, err := n.confined(f.Place)
	if err != nil {
		return breakage{}, err
	}
	heal := func(ctx context.Context) error {
		if err := retry(ctx, c.Connect); err != nil {
			return err
		}
		return s.revive(ctx, note)
	}
	return breakage{inject: c.Disconnect, heal: heal}, nil
}
