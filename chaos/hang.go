package chaos

import (
	"context"
	"fmt"

	"faultline/bench"
)

// hang stops a process: its connections stay open and the kernel still accepts new ones, nobody answers.
func (n *Network) hang(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	inject := func(ctx context.Context) error {
		if err := s.Signal(ctx, bench.SignalHang); err != nil {
			return fmt.Errorf("stopping %s: %w", s.name, err)
		}
		return nil
	}
	heal := func(ctx context.Context) error {
		err := retry(ctx, func(ctx context.Context) error {
			if s.dead() {
				return nil
			}
			return s.Signal(ctx, bench.SignalContinue)
		})
		if err != nil {
			return fmt.Errorf("continuing %s: %w", s.name, err)
		}
		return s.revive(ctx, note)
	}
	return breakage{inject: inject, heal: heal}, nil
}
