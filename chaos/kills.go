package chaos

import (
	"context"
	"time"

	"faultline/bench"
)

// kills strikes at seeded random moments: 200 to 800 ms after the service was last ready, so that
// about one strike a second fits into a window.
func (n *Network) kills(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	c := n.newCampaign(f, s, note)
	c.arm = func(context.Context) error { return nil }
	c.await = func(ctx context.Context) error {
		if !pause(ctx, c.between(200*time.Millisecond, 800*time.Millisecond)) {
			return ctx.Err()
		}
		return s.kill(context.WithoutCancel(ctx), note)
	}
	heal := func(ctx context.Context) error {
		if err := c.halt(ctx); err != nil {
			return err
		}
		if err := s.revive(ctx, note); err != nil {
			return err
		}
		c.report()
		return nil
	}
	return breakage{inject: c.start, heal: heal}, nil
}
