package engine

import (
	"context"
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
	// NoOutbox has the client told before the order is handed on, which nothing durable stands behind: a broken promise.
	NoOutbox bool
	// Undoable says which services can take their effect back.
	Undoable map[string]bool
	// Leads says which service starts by itself when which has done its part.
	Leads map[string]string
	// Outbox has the client told as soon as the order is durable: a job hands it to the broker, whenever that is there.
	Outbox bool
	// Forgets is whether what was done for an order that failed is left as it is: a broken promise.
	Forgets bool

	followers waiters // of orders
}

// NewSaga makes the saga of an engine, with workers for the jobs that no request or message drives.
func NewSaga(e *Engine, wait bool, undoable map[string]bool, workers int) *Saga {
	s := &Saga{Engine: e, Wait: wait, Undoable: undoable}
	s.jobs = newRunner(workers, s.runJob)
	return s
}

// advance asks for the order's parts from where it is, until it is settled or a reply comes later.
func (s *Saga) advance(ctx context.Context, slot *Slot, id string) (later bool, err error) {
	for {
		began := time.Now()
		st, err := s.state(id)
		slot.spent.stored(began)
		if err != nil || st.Own != nil {
			return false, err
		}
		callee := st.Asked[len(st.Asked)-1]
		answer, err := s.call(ctx, slot.spent, callee, st.Request)
		slot.Waited()
		if err != nil {
			return false, err
		}
		began = time.Now()
		if answer.Later {
			err := s.handed(id, callee)
			slot.spent.stored(began)
			return true, err
		}
		answer.Reply.Try = st.Request.Try
		_, err = s.record(answer.Reply)
		slot.spent.stored(began)
		if err != nil {
			return false, err
		}
		s.waiters.wake(id)
	}
}

// handed notes that a callee has the order, and its reply comes later. What a broker holds is no job of ours until then;
// any other callee is asked again after a while. An order whose client waits keeps the job it has: that one tells the
// next life that nobody waits any more.
func (s *Saga) handed(id, callee string) error {
	j := advanceJob(id, 0).later(callee)
	asks := false
	err := s.update(id, func(tx *store.Tx) error {
		st, _ := loadState(tx, id)
		if st.Own != nil || st.replied(callee) {
			return nil // the reply was faster
		}
		move(tx, id, order.Processing, "")
		switch {
		case s.Wait:
		case s.Again[callee]:
			asks = true
			putJob(tx, j)
		default:
			dropJob(tx, j)
		}
		return nil
	})
	if err == nil && asks {
		s.jobs.add(j)
	}
	return err
}

// A recorded reply may leave its order open, and a stored job may be there to go on with it.
type recorded struct{ open, held, again bool }

// record writes what a service replied and what follows from it. Late replies to a settled order,
// or to an earlier try of it, change nothing.
func (s *Saga) record(reply flow.Reply) (was recorded, err error) {
	var fresh []job
	err = s.update(reply.Order, func(tx *store.Tx) error {
		st, known := loadState(tx, reply.Order)
		if !known || st.Own != nil || reply.Try < st.Request.Try {
			return nil
		}
		was.held, was.again = hasJob(tx, advanceJob(reply.Order, 0)), st.replied(reply.Service)
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
		was.open = st.Own == nil
		tx.Put(bucketState, reply.Order, st)
		return nil
	})
	if err != nil {
		return was, fmt.Errorf("recording the reply of %s to %s: %w", reply.Service, reply.Order, err)
	}
	s.jobs.add(fresh...)
	return was, nil
}

// next is who is asked next, "" when all replies are there.
func (s *Saga) next(st state) string {
	for _, callee := range s.Step.Asks {
		if !st.replied(callee) {
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
		for _, callee := range s.begun(*st) {
			reply, known := st.Replies[callee]
			if s.Undoable[callee] && !s.hears(*st, callee) && !(s.Forgets && status == order.Cancelled) && (!known || reply.Outcome == flow.Done) {
				fresh = append(fresh, job{Kind: jobUndo, Order: id, Callee: callee, Try: st.Request.Try})
			}
		}
	}
	for _, j := range fresh {
		putJob(tx, j)
	}
	return fresh
}

// Receive takes a reply that came later and goes on with its order.
func (s *Saga) Receive(ctx context.Context, reply flow.Reply) error {
	if reply.Outcome == flow.Undone {
		return nil
	}
	spent := s.Metrics.begin()
	defer spent.continued()
	return s.receive(ctx, spent, reply)
}

// receive goes on with an order, in a stretch of its own.
func (s *Saga) receive(ctx context.Context, spent *stretch, reply flow.Reply) error {
	began := time.Now()
	for _, after := range s.Step.After {
		if reply.Service == after {
			defer spent.stored(began)
			return s.followed(reply)
		}
	}
	was, err := s.record(reply)
	spent.stored(began)
	if err != nil {
		return err
	}
	s.Crash.Pass(s.Step.Service + ":" + afterReply)
	switch {
	case s.waiters.wake(reply.Order) || s.Wait || !was.open || s.early(reply) || was.held && was.again:
		return nil
	case was.held:
		s.jobs.add(advanceJob(reply.Order, 0))
		return nil
	}
	slot, err := s.acquire(ctx, spent, false)
	if err != nil {
		return err
	}
	defer slot.Release()
	_, err = s.advance(ctx, slot, reply.Order)
	return err
}

// followed records what a service did after the order was done.
func (s *Saga) followed(reply flow.Reply) error {
	return s.update(reply.Order, func(tx *store.Tx) error {
		move(tx, reply.Order, order.Shipped, reply.Tracking)
		dropJob(tx, job{Kind: jobAfter, Order: reply.Order, Callee: reply.Service})
		return nil
	})
}

// stateOf is the state of a job's order, and whether the job is still stored.
func (s *Saga) stateOf(j job) (st state, held bool, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		st, _ = loadState(tx, j.Order)
		held = hasJob(tx, j)
		return nil
	})
	return st, held, err
}

func (s *Saga) state(id string) (st state, err error) {
	err = s.Store.View(func(tx *store.Tx) error { st, _ = loadState(tx, id); return nil })
	return st, err
}
