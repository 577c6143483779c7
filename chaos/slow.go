package chaos

import (
	"context"
	"fmt"
	"time"

	"faultline/bench"
	"faultline/chaos/internal/control"
)

// slow makes a service's own work take longer, while it holds its slots. A process that dies forgets it.
func (n *Network) slow(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	heal := func(ctx context.Context) error {
		err := retry(ctx, func(ctx context.Context) error { return s.slowBy(ctx, 0) })
		if err != nil && s.dead() {
			note(bench.Event{Kind: bench.EventWarning, Place: s.name, Detail: "died while it was slowed"})
			return nil
		}
		return err
	}
	return breakage{inject: func(ctx context.Context) error { return s.slowBy(ctx, f.Delay) }, heal: heal}, nil
}

func (s *service) slowBy(ctx context.Context, d time.Duration) error {
	command := struct {
		Delay time.Duration `json:"delay_ns"`
	}{d}
	if err := control.Post(ctx, s.Addresses().Admin, "/slow", command); err != nil {
		return fmt.Errorf("slowing %s by %v: %w", s.name, d, err)
	}
	return nil
}
