package engine

import (
	"time"

	"faultline/targets/flow"
	"faultline/targets/order"
	"faultline/targets/store"
)

// A client that waited and was told of a failure may place its order again under the same key. The order keeps its id
// and begins its next try. What an earlier try did may still be on its way to being undone: a service remembers the
// highest try it saw, and an undo of an earlier one changes nothing any more. So an effect of an order is owned by its
// last try, whichever comes first.

// begin reads how far a step is, and takes a request of a newer try for a new beginning.
func (e *Engine) begin(r flow.Request) (st state, err error) {
	err = e.Store.View(func(tx *store.Tx) error { st, _ = loadState(tx, r.Order.ID); return nil })
	if err != nil || r.Try <= st.Try {
		return st, err
	}
	err = e.Store.Update(func(tx *store.Tx) error {
		st, _ = loadState(tx, r.Order.ID)
		st.renew(r.Try)
		tx.Put(bucketState, r.Order.ID, st)
		return nil
	})
	return st, err
}

// renew begins a try, unless it is an old one: what was undone may be done again, and what stands stays.
func (s *state) renew(try int) {
	if try <= s.Try {
		return
	}
	s.Try = try
	if s.Undone {
		s.Undone, s.Own = false, nil
	}
}

// outlived reports whether an undo is of an earlier try, or came before.
func (s *state) outlived(undo flow.Request) bool {
	return undo.Try < s.Try || s.Undone && undo.Try == s.Try
}

// reopen begins the next try of an order that failed, if that is how it ended, in the transaction of its client's request.
func (s *Saga) reopen(tx *store.Tx, o *order.Order) bool {
	st, _ := loadState(tx, o.ID)
	if !s.Wait || st.Own == nil || st.Failure == nil {
		return false
	}
	o.Move(order.Pending, "", time.Now().UTC())
	tx.Put(bucketOrders, o.ID, *o)
	s.start(tx, *o, st.Request.Try+1)
	return true
}

// start records a try and its first ask.
func (s *Saga) start(tx *store.Tx, o order.Order, try int) {
	st := state{Request: flow.Request{Order: o, Trace: flow.NewTrace(), Try: try}}
	st.ask(s.Step.Asks[0])
	tx.Put(bucketState, o.ID, st)
	j := advanceJob(o.ID, 0)
	j.Try = try
	if !s.NoOutbox {
		putJob(tx, j)
	}
}
