package engine

import (
	"fmt"
	"time"

	"faultline/targets/flow"
	"faultline/targets/store"
)

// finish ends the step: the effect, its journal line and the reply in one transaction. An end that
// came first stands, so the same request twice has one effect.
func (e *Engine) finish(slot *Slot, r flow.Request, own flow.Reply, effect bool) (flow.Answer, error) {
	defer slot.spent.stored(time.Now())
	own.Order, own.Ended = r.Order.ID, time.Now().UTC()
	err := e.Store.Update(func(tx *store.Tx) error {
		st, _ := loadState(tx, r.Order.ID)
		if e.over(st) {
			own = *st.Own
			return nil
		}
		if effect {
			enter(tx, e.Step.Service, r.Order.ID, e.Step.Effect, 1)
		}
		st.Request, st.Own = r, &own
		tx.Put(bucketState, r.Order.ID, st)
		return nil
	})
	if err != nil {
		return flow.Answer{}, fmt.Errorf("committing %s of %s: %w", e.Step.Effect, r.Order.ID, err)
	}
	if effect {
		e.Crash.Pass(e.Step.Service + ":" + afterEffect + e.Step.Effect)
	}
	return flow.Answer{Reply: own}, nil
}

// over reports whether a step has ended for good, so that the same request again changes nothing.
func (e *Engine) over(st state) bool {
	return st.Own != nil && !(e.Repeats && st.Own.Outcome == flow.Done)
}

// undo takes the effect back, or keeps it from ever happening if it did not happen yet.
func (e *Engine) undo(slot *Slot, r flow.Request) (flow.Reply, error) {
	if err := e.work(slot); err != nil {
		return flow.Reply{}, err
	}
	reply := flow.Reply{Service: e.Step.Service, Order: r.Order.ID, Outcome: flow.Undone, Ended: time.Now().UTC()}
	defer slot.spent.stored(time.Now())
	err := e.Store.Update(func(tx *store.Tx) error {
		st, _ := loadState(tx, r.Order.ID)
		if st.outlived(r) {
			return nil
		}
		if st.Own != nil && st.Own.Outcome == flow.Done {
			enter(tx, e.Step.Service, r.Order.ID, e.Step.Effect, -1)
		}
		st.Undone, st.Own, st.Try = true, &reply, r.Try
		tx.Put(bucketState, r.Order.ID, st)
		return nil
	})
	if err != nil {
		return reply, fmt.Errorf("undoing %s of %s: %w", e.Step.Effect, r.Order.ID, err)
	}
	return reply, nil
}
