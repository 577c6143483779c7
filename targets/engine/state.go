package engine

import (
	"time"

	"faultline/bench"
	"faultline/targets/flow"
	"faultline/targets/store"
)

// Buckets of a service's store.
const (
	bucketState   = "state"   // order id → state
	bucketJournal = "journal" // sequence → bench.Entry
	bucketJobs    = "jobs"    // job id → job
	bucketOrders  = "orders"  // order id → order.Order, at the order service
	bucketUsers   = "users"   // user, newest first → order id, at the order service
)

// Buckets are those that an engine needs in its store.
var Buckets = []string{bucketState, bucketJournal, bucketJobs, bucketOrders, bucketUsers}

// A state is how far a service is with its part of one order.
type state struct {
	Request flow.Request          `json:"request"`
	Asked   []string              `json:"asked,omitempty"`   // recorded before the request leaves
	Replies map[string]flow.Reply `json:"replies,omitempty"` // by who was asked
	Own     *flow.Reply           `json:"own,omitempty"`     // its own reply: the step has ended
	Undone  bool                  `json:"undone,omitempty"`
	Try     int                   `json:"try,omitempty"`     // the highest seen
	Failure *flow.Failure         `json:"failure,omitempty"` // why the order was cancelled
}

// loadState reads an order's state; ok is false if there is none yet.
func loadState(tx *store.Tx, id string) (s state, ok bool) {
	ok = tx.Get(bucketState, id, &s)
	if s.Replies == nil {
		s.Replies = map[string]flow.Reply{}
	}
	return s, ok
}

// ask records that a service is about to be asked.
func (s *state) ask(callee string) {
	for _, a := range s.Asked {
		if a == callee {
			return
		}
	}
	s.Asked = append(s.Asked, callee)
}

// replied reports whether the reply of a service is there.
func (s *state) replied(callee string) bool {
	_, ok := s.Replies[callee]
	return ok
}

// enter writes a line of the journal in the transaction of the effect itself.
func enter(tx *store.Tx, service, id, effect string, n int) {
	tx.Append(bucketJournal, journalLine{time.Now().UnixNano(), id, effect, n})
}

// A journalLine is a side effect as it is stored; its time is nanoseconds since 1970.
type journalLine struct {
	At     int64  `json:"at"`
	Order  string `json:"order"`
	Effect string `json:"effect"`
	N      int    `json:"n"`
}

// entry converts a stored line to the facts' form, on the wall clock.
func (l journalLine) entry(service string) bench.Entry {
	return bench.Entry{T: time.Duration(l.At), Service: service, Order: l.Order, Effect: l.Effect, N: l.N}
}
