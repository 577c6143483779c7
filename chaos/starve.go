package chaos

import (
	"context"
	"time"

	"faultline/bench"
)

// starve leaves a service so much processor time and no more, and measures for how long that kept it from running.
func (n *Network) starve(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, c, err := n.confined(f.Place)
	if err != nil {
		return breakage{}, err
	}
	var before time.Duration
	var began time.Time
	inject := func(ctx context.Context) error {
		if on, err := c.Constraint(ctx); err == nil {
			before = on.Throttled
		}
		began = time.Now()
		return c.Limit(ctx, bench.Limits{CPUs: f.CPUs})
	}
	heal := func(ctx context.Context) error {
		if err := retry(ctx, func(ctx context.Context) error { return c.Limit(ctx, bench.Limits{}) }); err != nil {
			return err
		}
		on, err := c.Constraint(ctx)
		if err != nil { // it is cured all the same; not measured, it counts as not felt
			note(bench.Event{Kind: bench.EventWarning, Place: s.name, Detail: err.Error()})
			return nil
		}
		took := on.Throttled - before
		note(bench.Event{Kind: bench.EventStruck, Fault: f.Name, Place: s.name, Value: took.Seconds(), Of: time.Since(began).Seconds(), Detail: "seconds throttled"})
		return nil
	}
	return breakage{inject: inject, heal: heal}, nil
}
