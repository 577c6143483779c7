package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"faultline/targets/flow"
	"faultline/targets/order"
	"faultline/targets/store"
)

// Place accepts an order and, if the client waits, sees it through. The same key gives the same order.
func (s *Saga) Place(ctx context.Context, draft order.Draft, key string) (order.Order, error) {
	spent := s.Metrics.begin()
	ctx = s.patient(ctx)
	if s.Settings.Patience > 0 && !s.Settings.KeepLate {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Settings.Patience)
		defer cancel()
	}
	slot, err := s.acquire(ctx, spent, true)
	if err != nil {
		spent.answered(flow.Answer{}, err)
		return order.Order{}, err
	}
	defer slot.Release()
	o, err := s.place(ctx, slot, draft, key)
	spent.answered(flow.Answer{Reply: flow.Reply{Outcome: outcomeOf(o.Status)}}, err)
	return o, err
}

func (s *Saga) place(ctx context.Context, slot *Slot, draft order.Draft, key string) (order.Order, error) {
	if err := s.work(slot); err != nil {
		return order.Order{}, err
	}
	began := time.Now()
	o, again, err := s.commit(draft, key)
	slot.spent.stored(began)
	if err != nil {
		return o, err
	}
	if s.NoOutbox {
		return o, nil // see Answered
	}
	s.Crash.Pass(s.Step.Service + ":" + afterCommit)
	switch {
	case s.Wait && again:
		return s.await(ctx, slot, o.ID)
	case s.Wait:
		return s.see(ctx, slot, o)
	case again:
		return o, nil
	case !s.Async[s.Step.Asks[0]] || s.Again[s.Step.Asks[0]] || s.Outbox:
		s.jobs.add(advanceJob(o.ID, 0))
		return o, nil
	}
	return o, s.publishFirst(ctx, slot, o)
}

// commit makes the order durable, recording the first ask; again is true if the key was used
// before, and the order is not one that failed.
func (s *Saga) commit(draft order.Draft, key string) (o order.Order, again bool, err error) {
	now := time.Now().UTC()
	o = order.Order{Draft: draft, ID: order.IDOf(key), Key: key, Total: draft.Total(), Created: now}
	o.Move(order.Pending, "", now)
	err = s.update(o.ID, func(tx *store.Tx) error {
		var old order.Order
		if again = tx.Get(bucketOrders, o.ID, &old); again {
			if !old.Same(draft) {
				return order.ErrOtherBody
			}
			o = old
			again = !s.reopen(tx, &o)
			return nil
		}
		tx.Put(bucketOrders, o.ID, o)
		tx.Put(bucketUsers, userKey(o), o.ID)
		s.start(tx, o, 0)
		return nil
	})
	if err != nil && !errors.Is(err, order.ErrOtherBody) {
		err = fmt.Errorf("committing order %s: %w", o.ID, err)
	}
	return o, again, err
}

// see runs the whole order inline; what fails is cancelled, and taken back durably.
func (s *Saga) see(ctx context.Context, slot *Slot, o order.Order) (order.Order, error) {
	woken, leave := s.waiters.join(o.ID)
	defer leave()
	for {
		later, err := s.advance(ctx, slot, o.ID)
		if err == nil && !later {
			defer slot.spent.stored(time.Now())
			return s.Order(o.ID)
		}
		if err == nil {
			if slot.await(ctx, woken) {
				continue
			}
			err = s.awaited(o.ID)
		}
		defer slot.spent.stored(time.Now())
		err = s.failure(err)
		if e := s.cancel(o.ID, err); e != nil {
			return o, e
		}
		return s.settled(o.ID)
	}
}

// awaited is the failure of the service whose reply did not come in time.
func (s *Saga) awaited(id string) error {
	st, _ := s.state(id)
	for _, callee := range s.Step.Asks {
		if !st.replied(callee) {
			return &flow.Failure{Service: callee, Code: 504, Detail: "its reply did not come in time"}
		}
	}
	return context.DeadlineExceeded
}

// await waits until an order that somebody else drives is settled.
func (s *Saga) await(ctx context.Context, slot *Slot, id string) (order.Order, error) {
	defer slot.spent.waited(s.Step.Service, time.Now())
	woken, leave := s.waiters.join(id)
	defer leave()
	for {
		if st, _ := s.state(id); st.Own != nil {
			return s.settled(id)
		}
		select {
		case <-woken:
		case <-ctx.Done():
			return order.Order{}, s.failure(ctx.Err())
		}
	}
}

// publishFirst hands the order on before the client is told. Only an order that surely did not leave is
// cancelled; for a missing confirm the job publishes again until there is one.
func (s *Saga) publishFirst(ctx context.Context, slot *Slot, o order.Order) error {
	_, err := s.advance(ctx, slot, o.ID)
	switch {
	case errors.Is(err, flow.ErrNotSent):
		defer slot.spent.stored(time.Now())
		failed := s.failure(&flow.Failure{Service: "broker", Code: 503, Detail: "the order could not be handed to the broker"})
		if e := s.cancel(o.ID, failed); e != nil {
			return e
		}
		return failed
	case err != nil:
		s.jobs.add(advanceJob(o.ID, sweepAfter))
	}
	s.Crash.Pass(s.Step.Service + ":" + beforeAnswer)
	return nil
}

// Answered hands on an order whose client was told without an outbox: one attempt, and whatever becomes of it nobody hears.
func (s *Saga) Answered(ctx context.Context, o order.Order) {
	s.Crash.Pass(s.Step.Service + ":" + afterCommit)
	if o.Status == order.Pending {
		_, _ = s.advance(context.WithoutCancel(ctx), &Slot{clock: time.Now()}, o.ID)
	}
}

// cancel ends an order that can't be seen through, for a reason that is kept for whoever asks again.
func (s *Saga) cancel(id string, why error) error {
	var fresh []job
	err := s.update(id, func(tx *store.Tx) error {
		st, known := loadState(tx, id)
		if !known || st.Own != nil {
			return nil
		}
		errors.As(why, &st.Failure)
		fresh = s.settle(tx, &st, order.Cancelled)
		tx.Put(bucketState, id, st)
		return nil
	})
	if err != nil {
		return fmt.Errorf("cancelling order %s: %w", id, err)
	}
	s.jobs.add(fresh...)
	s.waiters.wake(id)
	return nil
}
