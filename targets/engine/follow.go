package engine

import (
	"context"
	"time"

	"faultline/targets/order"
	"faultline/targets/store"
)

// heartbeat is how often a follower of a silent order is told that the service is there.
const heartbeat = 15 * time.Second

// A Follower is told an order's history as it grows. An error of either ends the following.
type Follower struct {
	// Change gets each change with its number, from 1.
	Change func(n int, c order.Change) error
	// Idle is called from time to time while nothing changes.
	Idle func() error
}

// Follow tells an order's changes after the first n, those of the past at once, until nothing follows any more, ctx is done
// or the follower fails. The history is durable: in another life of the service it goes on where it was.
func (s *Saga) Follow(ctx context.Context, id string, n int, f Follower) error {
	woken, leave := s.followers.join(id)
	defer leave()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		o, err := s.Order(id)
		if err != nil {
			return err
		}
		for ; n < len(o.History); n++ {
			if err := f.Change(n+1, o.History[n]); err != nil {
				return err
			}
		}
		if o.Status.Over() {
			return nil
		}
		select {
		case <-woken:
		case <-beat.C:
			if err := f.Idle(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// update changes an order's books in one transaction and wakes those who follow it.
func (s *Saga) update(id string, change func(*store.Tx) error) error {
	err := s.Store.Update(change)
	if err == nil {
		s.followers.wake(id)
	}
	return err
}
