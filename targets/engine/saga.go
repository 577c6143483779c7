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

// A Saga is the step that clients talk to: it accepts an order, asks for its parts one after the other,
// and takes back what was done when a later part fails.
type Saga struct {
	*Engine
	// Wait is whether the client's answer is the outcome. Otherwise it is told at once that the order is accepted.
	Wait bool
	// Undoable says which services can take their effect back.
	Undoable map[string]bool
	jobs     *runner
}

// NewSaga makes the saga of an engine, with workers for the jobs that no request or message drives.
func NewSaga(e *Engine, wait bool, undoable map[string]bool, workers int) *Saga {
	s := &Saga{Engine: e, Wait: wait, Undoable: undoable}
	s.jobs = newRunner(workers, s.runJob)
	return s
}

// Run carries out jobs, those of an earlier life first, until ctx is done.
func (s *Saga) Run(ctx context.Context) error {
	var left []job
	err := s.Store.View(func(tx *store.Tx) error { left = storedJobs(tx); return nil })
	if err != nil {
		return fmt.Errorf("reading jobs: %w", err)
	}
	s.jobs.add(left...)
	s.jobs.run(ctx)
	return nil
}

// Place accepts an order and, if the client waits, sees it through. The same key gives the same order.
func (s *Saga) Place(ctx context.Context, draft order.Draft, key string) (order.Order, error) {
	done := s.Metrics.begin()
	ctx, cancel := context.WithTimeout(ctx, s.Settings.Timeout)
	defer cancel()
	slot, err := s.acquire(ctx, true)
	if err != nil {
		done(flow.Answer{}, err)
		return order.Order{}, err
	}
	defer slot.Release()
	o, err := s.place(ctx, slot, draft, key)
	done(flow.Answer{Reply: flow.Reply{Outcome: outcomeOf(o.Status)}}, err)
	return o, err
}

func (s *Saga) place(ctx context.Context, slot *Slot, draft order.Draft, key string) (order.Order, error) {
	s.work(slot)
	o, again, err := s.commit(draft, key)
	if err != nil {
		return o, err
	}
	s.Crash.Pass(s.Step.Service + ":" + afterCommit)
	switch {
	case s.Wait && again:
		return s.await(ctx, o.ID)
	case s.Wait:
		return s.see(ctx, slot, o)
	case again:
		return o, nil
	case !s.Async[s.Step.Asks[0]]:
		s.jobs.add(advanceJob(o.ID, 0))
		return o, nil
	}
	return o, s.publishFirst(ctx, slot, o)
}

// commit makes the order durable, recording the first ask; again is true if the key was used before.
func (s *Saga) commit(draft order.Draft, key string) (o order.Order, again bool, err error) {
	now := time.Now().UTC()
	o = order.Order{Draft: draft, ID: order.IDOf(key), Key: key, Status: order.Pending,
		Total: draft.Total(), Created: now, Updated: now}
	err = s.Store.Update(func(tx *store.Tx) error {
		var old order.Order
		if again = tx.Get(bucketOrders, o.ID, &old); again {
			if !old.Same(draft) {
				return order.ErrOtherBody
			}
			o = old
			return nil
		}
		tx.Put(bucketOrders, o.ID, o)
		tx.Put(bucketUsers, userKey(o), o.ID)
		st := state{Request: flow.Request{Order: o, Trace: flow.NewTrace()}}
		st.ask(s.Step.Asks[0])
		tx.Put(bucketState, o.ID, st)
		putJob(tx, advanceJob(o.ID, 0))
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
			return s.Order(o.ID)
		}
		if err == nil {
			select {
			case <-woken:
				slot.Waited()
				continue
			case <-ctx.Done():
				err = s.awaited(o.ID)
			}
		}
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
		if _, ok := st.Replies[callee]; !ok {
			return &flow.Failure{Service: callee, Code: 504, Detail: "its reply did not come in time"}
		}
	}
	return context.DeadlineExceeded
}

// await waits until an order that somebody else drives is settled.
func (s *Saga) await(ctx context.Context, id string) (order.Order, error) {
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

// advance asks for the order's parts from where it is, until it is settled or a reply comes later.
func (s *Saga) advance(ctx context.Context, slot *Slot, id string) (later bool, err error) {
	for {
		st, err := s.state(id)
		if err != nil || st.Own != nil {
			return false, err
		}
		callee := st.Asked[len(st.Asked)-1]
		answer, err := s.call(ctx, callee, st.Request)
		slot.Waited()
		if err != nil {
			return false, err
		}
		if answer.Later {
			return true, s.handed(id)
		}
		if err := s.record(answer.Reply); err != nil {
			return false, err
		}
		s.waiters.wake(id)
	}
}

// handed notes that a broker holds the order now: it is no job of ours until the reply comes.
// A client that waits keeps its job: it tells the next life that nobody waits any more.
func (s *Saga) handed(id string) error {
	return s.Store.Update(func(tx *store.Tx) error {
		if !s.Wait {
			dropJob(tx, advanceJob(id, 0))
		}
		move(tx, id, order.Processing, "")
		return nil
	})
}

// record writes what a service replied and what follows from it. Late replies to a settled order change nothing.
func (s *Saga) record(reply flow.Reply) error {
	var fresh []job
	err := s.Store.Update(func(tx *store.Tx) error {
		st, known := loadState(tx, reply.Order)
		if !known || st.Own != nil {
			return nil
		}
		st.Replies[reply.Service] = reply
		switch next := s.next(st); {
		case reply.Outcome != flow.Done:
			fresh = s.settle(tx, &st, statusOf(reply))
		case next == "":
			fresh = s.settle(tx, &st, order.Confirmed)
		default:
			st.ask(next)
			move(tx, reply.Order, order.Paid, "")
		}
		tx.Put(bucketState, reply.Order, st)
		return nil
	})
	if err != nil {
		return fmt.Errorf("recording the reply of %s to %s: %w", reply.Service, reply.Order, err)
	}
	s.jobs.add(fresh...)
	return nil
}

// next is who is asked next, "" when all replies are there.
func (s *Saga) next(st state) string {
	for _, callee := range s.Step.Asks {
		if _, ok := st.Replies[callee]; !ok {
			return callee
		}
	}
	return ""
}

// settle ends an order in a transaction: its status, its journal line, and the jobs that follow.
func (s *Saga) settle(tx *store.Tx, st *state, status order.Status) []job {
	id := st.Request.Order.ID
	st.Own = &flow.Reply{Service: s.Step.Service, Order: id, Outcome: outcomeOf(status)}
	move(tx, id, status, "")
	dropJob(tx, advanceJob(id, 0))
	var fresh []job
	if status == order.Confirmed {
		enter(tx, s.Step.Service, id, s.Step.Effect, 1)
		for _, callee := range s.Step.After {
			fresh = append(fresh, job{Kind: jobAfter, Order: id, Callee: callee})
		}
	} else {
		for _, callee := range st.Asked {
			reply, known := st.Replies[callee]
			if s.Undoable[callee] && (!known || reply.Outcome == flow.Done) {
				fresh = append(fresh, job{Kind: jobUndo, Order: id, Callee: callee})
			}
		}
	}
	for _, j := range fresh {
		putJob(tx, j)
	}
	return fresh
}

// cancel ends an order that can't be seen through, for a reason that is kept for whoever asks again.
func (s *Saga) cancel(id string, why error) error {
	var fresh []job
	err := s.Store.Update(func(tx *store.Tx) error {
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

// Receive takes a reply that came later and goes on with its order.
func (s *Saga) Receive(ctx context.Context, reply flow.Reply) error {
	if reply.Outcome == flow.Undone {
		return nil
	}
	for _, after := range s.Step.After {
		if reply.Service == after {
			return s.followed(reply)
		}
	}
	if err := s.record(reply); err != nil {
		return err
	}
	s.Crash.Pass(s.Step.Service + ":" + afterReply)
	if s.waiters.wake(reply.Order) || s.Wait {
		return nil
	}
	slot, err := s.acquire(ctx, false)
	if err != nil {
		return err
	}
	defer slot.Release()
	_, err = s.advance(ctx, slot, reply.Order)
	return err
}

// followed records what a service did after the order was done.
func (s *Saga) followed(reply flow.Reply) error {
	return s.Store.Update(func(tx *store.Tx) error {
		move(tx, reply.Order, order.Shipped, reply.Tracking)
		dropJob(tx, job{Kind: jobAfter, Order: reply.Order, Callee: reply.Service})
		return nil
	})
}

func (s *Saga) state(id string) (st state, err error) {
	err = s.Store.View(func(tx *store.Tx) error { st, _ = loadState(tx, id); return nil })
	return st, err
}
