package chaos

import (
	"context"
	"fmt"

	"faultline/bench"
	"faultline/chaos/internal/control"
)

// poison makes a service's own work fail for a share of orders, whatever is tried. A process that dies forgets it.
func (n *Network) poison(f bench.Fault, note func(bench.Event)) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	heal := func(ctx context.Context) error {
		err := retry(ctx, func(ctx context.Context) error { return s.poisonShare(ctx, 0) })
		if err != nil && s.dead() {
			note(bench.Event{Kind: bench.EventWarning, Place: s.name, Detail: "died while it was poisoned"})
			return nil
		}
		return err
	}
	return breakage{inject: func(ctx context.Context) error { return s.poisonShare(ctx, f.Share) }, heal: heal}, nil
}

func (s *service) poisonShare(ctx context.Context, share float64) error {
	command := struct {
		Share float64 `json:"share"`
	}{share}
	if err := control.Post(ctx, s.Addresses().Admin, "/poison", command); err != nil {
		return fmt.Errorf("poisoning %s: %w", s.name, err)
	}
	return nil
}
