package chaos

import (
	"context"
	"fmt"
	"time"

	"faultline/bench"
)

// stop asks a service to end, kills it if its grace passes, and starts it again with its durable state.
func (n *Network) stop(f bench.Fault, note func(bench.Event)) (breakage, error) {
	return n.dismiss(f, note, func(context.Context, *service) error { return nil })
}

// restart does the same, and starts it again as soon as it has ended.
func (n *Network) restart(f bench.Fault, note func(bench.Event)) (breakage, error) {
	return n.dismiss(f, note, func(ctx context.Context, s *service) error { return s.revive(ctx, note) })
}

// dismiss has a service end while others go on, and then something done with it. The cure waits for both.
func (n *Network) dismiss(f bench.Fault, note func(bench.Event), then func(context.Context, *service) error) (breakage, error) {
	s, err := n.service(f.Place)
	if err != nil {
		return breakage{}, err
	}
	ended := make(chan struct{})
	begun := false
	inject := func(ctx context.Context) error {
		if err := s.Signal(ctx, bench.SignalTerminate); err != nil && !s.dead() {
			return fmt.Errorf("asking %s to end: %w", s.name, err)
		}
		begun = true
		go func() {
			defer close(ended)
			ctx := context.WithoutCancel(ctx)
			if s.leave(ctx, f.Grace, note) == nil {
				_ = then(ctx, s) // the cure tries again, and tells
			}
		}()
		return nil
	}
	heal := func(ctx context.Context) error {
		if begun {
			if err := awaited(ctx, ended, s.name); err != nil {
				return err
			}
		}
		return s.revive(ctx, note)
	}
	return breakage{inject: inject, heal: heal}, nil
}

// awaited waits for what a fault has begun at a service.
func awaited(ctx context.Context, ended <-chan struct{}, name string) error {
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the end of %s: %w", name, ctx.Err())
	}
}

// leave waits for a service that was asked to end, and kills it if it takes longer than its grace.
func (s *service) leave(ctx context.Context, grace time.Duration, note func(bench.Event)) error {
	began := time.Now()
	select {
	case <-s.life.Load().exited:
	case <-time.After(grace):
		if s.kill(ctx, note) == nil {
			return nil
		} // it can't be killed where it has just ended by itself, which is not known here yet
	}
	took := time.Since(began)
	if err := s.awaitRefused(ctx); err != nil {
		return err
	}
	s.tellDeath(note, fmt.Sprintf("ended %.2f s after it was asked to", took.Seconds()))
	return nil
}
