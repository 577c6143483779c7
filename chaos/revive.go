package chaos

import (
	"context"
	"fmt"
	"net"
	"time"

	"faultline/bench"
	"faultline/chaos/internal/control"
)

// readyLimit is how long a started process may take to answer: a RabbitMQ with little CPU needs 15 s.
const readyLimit = 45 * time.Second

// kill ends the process; when it returns, connects are refused.
func (s *service) kill(ctx context.Context, note func(bench.Event)) error {
	if s.dead() {
		s.tellDeath(note, "found dead when it was to be killed")
	} else if err := s.Signal(ctx, bench.SignalKill); err != nil && !s.dead() {
		return fmt.Errorf("killing %s: %w", s.name, err)
	}
	if err := s.awaitRefused(ctx); err != nil {
		return fmt.Errorf("killing %s: %w", s.name, err)
	}
	s.tellDeath(note, "killed")
	return nil
}

// tellDeath notes the end of this process, once.
func (s *service) tellDeath(note func(bench.Event), how string) {
	s.life.Load().told.Do(func() {
		note(bench.Event{Kind: bench.EventKilled, Place: s.name, Detail: how})
	})
}

// revive returns when the service is up, reachable and ready, whatever state it was in. It may be repeated.
func (s *service) revive(ctx context.Context, note func(bench.Event)) error {
	err := retry(ctx, func(ctx context.Context) error {
		if s.dead() {
			s.tellDeath(note, "found dead")
			if err := s.Restart(ctx); err != nil {
				return err
			}
		} else if err := s.open(ctx); err != nil {
			return err
		}
		return s.awaitReady(ctx)
	})
	if err != nil {
		return fmt.Errorf("bringing %s up again: %w", s.name, err)
	}
	if s.returning.Swap(false) {
		note(bench.Event{Kind: bench.EventStarted, Place: s.name})
	}
	return nil
}

// awaitReady polls until the service answers, past every fault.
func (s *service) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	for {
		err := s.ready(ctx)
		if err == nil {
			return nil
		}
		if s.dead() {
			return fmt.Errorf("%s died while it started: %w", s.name, err)
		}
		if !pause(ctx, 10*time.Millisecond) {
			return fmt.Errorf("%s is not ready: %w", s.name, err)
		}
	}
}

// ready asks once: a service of the flow by its own word, a broker by a connect.
func (s *service) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if s.role == "service" {
		return control.Get(ctx, s.Addresses().Admin, "/ready", nil)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Addresses().Main)
	if err != nil {
		return err
	}
	return conn.Close()
}
