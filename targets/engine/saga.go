package engine

import (
	"context"
	"fmt"

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
