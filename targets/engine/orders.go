package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"faultline/targets/flow"
	"faultline/targets/order"
	"faultline/targets/store"
)

// ErrUnknown says that there is no such order.
var ErrUnknown = errors.New("no such order")

// Order reads an order by its id, or returns ErrUnknown.
func (s *Saga) Order(id string) (o order.Order, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		if !tx.Get(bucketOrders, id, &o) {
			return ErrUnknown
		}
		return nil
	})
	return o, err
}

// Of lists a user's orders, newest first: at most limit, after the order with the given id ("" from the start).
func (s *Saga) Of(user, after string, limit int) (list []order.Order, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		past := after == ""
		tx.Each(bucketUsers, user+"\x00", func(_ string, value []byte) bool {
			var id string
			if json.Unmarshal(value, &id) != nil {
				return true
			}
			var o order.Order
			if past && tx.Get(bucketOrders, id, &o) {
				list = append(list, o)
			}
			past = past || id == after
			return len(list) < limit
		})
		return nil
	})
	return list, err
}

// settled reads an order that has ended, with the failure that ended it, if one did.
func (s *Saga) settled(id string) (order.Order, error) {
	o, err := s.Order(id)
	if err != nil {
		return o, err
	}
	if st, err := s.state(id); err != nil || st.Failure == nil {
		return o, err
	} else {
		return o, st.Failure
	}
}

// move sets an order's status, if it follows from what it is.
func move(tx *store.Tx, id string, to order.Status, tracking string) {
	var o order.Order
	if !tx.Get(bucketOrders, id, &o) || !to.Follows(o.Status) {
		return
	}
	o.Move(to, tracking, time.Now().UTC())
	tx.Put(bucketOrders, id, o)
}

// userKey sorts a user's orders newest first.
func userKey(o order.Order) string {
	return fmt.Sprintf("%s\x00%016x%s", o.User, ^uint64(o.Created.UnixNano()), o.ID)
}

func statusOf(r flow.Reply) order.Status {
	switch r.Outcome {
	case flow.Done:
		return order.Confirmed
	case flow.OutOfStock:
		return order.OutOfStock
	case flow.Declined:
		return order.PaymentFailed
	}
	return order.Cancelled
}

func outcomeOf(s order.Status) flow.Outcome {
	switch s {
	case order.OutOfStock:
		return flow.OutOfStock
	case order.PaymentFailed:
		return flow.Declined
	case order.Cancelled:
		return flow.Undone
	}
	return flow.Done
}
