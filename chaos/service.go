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
	// birth is what each new process is told before anybody is led to it; nil: nothing.
	birth atomic.Pointer[command]
}

// A life is one process of a service.
type life struct {
	exited  <-chan struct{}
	refused chan struct{} // closed when the process has ended and its places refuse
	err     error         // why they could not be made to; read after refused
	told    sync.Once     // that it was killed
	born    bool          // it was told what new processes are told; doors is held
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
	if err := s.born(ctx); err != nil {
		return err
	}
	for _, p := range s.network.leadingTo(s.name) {
		if s.dead() {
			return fmt.Errorf("%s has died", s.name)
		}
		err := retry(ctx, func(ctx context.Context) error {
			if err := s.network.control.SetUpstream(ctx, p.Name, s.upstream()); err != nil {
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

// upstream is where the links dial the service.
func (s *service) upstream() string {
	a := s.Addresses()
	return a.Within(a.Main)
}

// born tells a process once what new ones are told.
func (s *service) born(ctx context.Context) error {
	l, c := s.life.Load(), s.birth.Load()
	if c == nil || l.born || s.dead() {
		return nil
	}
	l.born = true
	return s.do(ctx, *c)
}

// cut resets the connections that are open at a place which leads here, and says how many there were. New ones are taken as before.
func (s *service) cut(ctx context.Context, place string) (int, error) {
	s.doors.Lock()
	defer s.doors.Unlock()
	state, err := s.network.control.State(ctx)
	if err != nil {
		return 0, err
	}
	if s.dead() || !state.Places[place].Accepting {
		return 0, nil // there are none
	}
	if err := s.network.control.Refuse(ctx, place); err != nil {
		return 0, err
	}
	return state.Places[place].Open, retry(ctx, func(ctx context.Context) error { return s.network.control.Accept(ctx, place) })
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

// deathLimit is how long a process that is killed may take to end, and its places to refuse.
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
