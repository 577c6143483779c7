package chaos

import (
	"context"
	"time"

	"faultline/bench"
)

// coldStart kills a process once and starts it again, and has it work slowly from its start: caches are empty, pools are not
// filled, nothing is compiled. That wears off.
func (n *Network) coldStart(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	f.Times = 1
	c := n.killing(f, s, note, func(*campaign) time.Duration { return 0 })
	inject := func(ctx context.Context) error {
		s.birth.Store(&command{"/slow", slowness{Delay: f.Delay, Factor: f.Factor, Fades: f.Fading}})
		return c.start(ctx)
	}
	heal := func(ctx context.Context) error {
		s.birth.Store(nil)
		if err := c.finish(ctx); err != nil {
			return err
		}
		return retry(ctx, func(ctx context.Context) error { return s.do(ctx, command{"/slow", slowness{}}) })
	}
	return breakage{inject: inject, heal: heal}, nil
}
