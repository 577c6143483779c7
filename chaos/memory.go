package chaos

import (
	"context"
	"errors"
	"fmt"

	"faultline/bench"
)

// memoryRate is how fast a service takes what it has not, in bytes a second: at once.
const memoryRate = 100_000_000_000

// outOfMemory bounds a service and has it take twice that: the kernel kills it. It is started again with the memory that it had,
// at the end.
func (n *Network) outOfMemory(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, c, err := n.confined(f.Place)
	if err != nil {
		return breakage{}, err
	}
	inject := func(ctx context.Context) error {
		if err := c.Limit(ctx, bench.Limits{Memory: f.Limit}); err != nil {
			return err
		}
		if err := s.do(ctx, command{"/leak", growth{Rate: memoryRate, Limit: 2 * f.Limit}}); err != nil {
			return err
		}
		if err := s.awaitRefused(ctx); err != nil {
			return fmt.Errorf("%w: it took twice its %d bytes; does the engine's machine bound memory?", err, f.Limit)
		}
		s.tellDeath(note, "killed, out of memory")
		return nil
	}
	heal := func(ctx context.Context) error {
		on, unknown := c.Constraint(ctx) // not at the death: the engine hears of the reason later
		killed := 0.0                    // by the kernel, for want of memory
		if on.OutOfMemory {
			killed = 1
		}
		if err := retry(ctx, func(ctx context.Context) error { return c.Limit(ctx, bench.Limits{}) }); err != nil {
			return err
		}
		note(bench.Event{Kind: bench.EventStruck, Fault: f.Name, Place: s.name, Value: killed, Of: 1, Detail: "processes killed by the kernel for want of memory"})
		return errors.Join(unknown, s.revive(ctx, note))
	}
	return breakage{inject: inject, heal: heal}, nil
}
