package chaos

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"faultline/bench"
)

// A service is an instance whose places accept while it lives and refuse while it is dead.
type service struct {
	bench.Instance
	network    *Network
	name, role string

	restarting sync.Mutex // one restart at a time
	doors      sync.Mutex // held while the places that lead here are opened or closed
	life       atomic.Pointer[life]
	returning  atomic.Bool // started again, and nobody was told yet
}

// A life is one process of a service.
type life struct {
	exited  <-chan struct{}
	refused chan struct{} // closed when the process has ended and its places refuse
	err     error         // why they could not be made to; read after refused
	told    sync.Once     // that it was killed
}

// watch follows the process that runs now. Its goroutine ends with the process; Restart and Stop await it.
func (s *service) watch() {
	l := &life{exited: s.Instance.Exited(), refused: make(chan struct{})}
	s.life.Store(l)
	go func() {
		defer close(l.refused)
		<-l.exited
		s.doors.Lock()
		defer s.doors.Unlock()
		for _, p := range s.network.leadingTo(s.name) {
			err := retry(context.Background(), func(ctx context.Context) error { return s.network.control.Refuse(ctx, p.Name) })
			l.err = errors.Join(l.err, err)
		}
	}()
}

// open leads the places to where the service answers now. It may be repeated.
func (s *service) open(ctx context.Context) error {
	s.doors.Lock()
	defer s.doors.Unlock()
	for _, p := range s.network.leadingTo(s.name) {
		if s.dead() {
			return fmt.Errorf("%s has died", s.name)
		}
		err := retry(ctx, func(ctx context.Context) error {
			if err := s.network.control.SetUpstream(ctx, p.Name, s.Addresses().Main); err != nil {
				return err
			}
			return s.network.control.Accept(ctx, p.Name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *service) dead() bool {
	select {
	case <-s.life.Load().exited:
		return true
	default:
		return false
	}
}

// Restart starts a dead service again and opens its places, wherever it listens now.
func (s *service) Restart(ctx context.Context) error {
	s.restarting.Lock()
	defer s.restarting.Unlock()
	if !s.dead() {
		return fmt.Errorf("restarting %s: it still runs: kill it first", s.name)
	}
	if err := s.awaitRefused(ctx); err != nil {
		return fmt.Errorf("restarting %s: %w", s.name, err)
	}
	if err := s.Instance.Restart(ctx); err != nil {
		return fmt.Errorf("restarting %s: %w", s.name, err)
	}
	s.returning.Store(true)
	s.watch()
	return s.open(ctx)
}

// Stop ends the service for good; its places refuse when it returns.
func (s *service) Stop(ctx context.Context) error {
	if err := s.Instance.Stop(ctx); err != nil {
		return err
	}
	return s.awaitRefused(ctx)
}

// deathLimit is how long a killed process may take to end, and its places to refuse.
const deathLimit = 10 * time.Second

// awaitRefused waits until the process has ended and connects to it are refused.
func (s *service) awaitRefused(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, deathLimit)
	defer cancel()
	l := s.life.Load()
	select {
	case <-l.refused:
		return l.err
	case <-ctx.Done():
		return fmt.Errorf("waiting for the end of %s: %w", s.name, ctx.Err())
	}
}
