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
	c := n.killing(f, s, note, func(c *campaign) time.Duration { return c.between(200*time.Millisecond, 800*time.Millisecond) })
	return breakage{inject: c.start, heal: c.finish}, nil
}

// crashLoop kills a process at once, and again a fixed time after it was ready each time, as one does that can't live in the
// world as it is. It is started again after 100 to 300 ms.
func (n *Network) crashLoop(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	c := n.killing(f, s, note, func(c *campaign) time.Duration {
		if c.struck == 0 {
			return 0
		}
		return f.Delay
	})
	return breakage{inject: c.start, heal: c.finish}, nil
}

// killing is a campaign of our own kills, each so long after the victim was ready as life says.
func (n *Network) killing(f bench.Fault, victim *service, note func(bench.Event), life func(*campaign) time.Duration) *campaign {
	c := n.newCampaign(f, victim, note)
	c.arm = func(context.Context) error { return nil }
	c.await = func(ctx context.Context) error {
		if d := life(c); d > 0 && !pause(ctx, d) {
			return ctx.Err()
		}
		return victim.kill(context.WithoutCancel(ctx), note)
	}
	return c
}
