package bench

import (
	"context"
	"time"
)

// An observer follows accepted orders as their client would, on connections and workers of its own: its cost is not on
// the acknowledgement's path.
type observer interface {
	// follow watches an accepted order until it is settled.
	follow(o Order)
	// close says that no order comes any more.
	close()
	// run works until ctx is done or, after close, every order is settled. Those that are not are told as they are.
	run(ctx context.Context)
	// Open is how many orders are followed and not settled yet.
	Open() int
}

// newObserver makes the observer that the client's link asks for. It hands each order to outcome once.
func newObserver(link string, clock Clock, seed uint64, url string, outcome func(Order)) observer {
	switch link {
	case SSE:
		return newStreamer(clock, seed, url, outcome, readEvents)
	case WebSocket:
		return newStreamer(clock, seed, url, outcome, readSocket)
	}
	return newPoller(clock, url, outcome)
}

// learned writes down what a status that was seen at a moment tells of an order, and reports whether that is its end.
func (o *Order) learned(status string, at time.Duration) bool {
	o.Status = WordOf(status)
	told, settled := settle(status)
	if !settled {
		return false
	}
	o.Told, o.Settled = told, at
	if told == ToldAccepted {
		o.Done = at
	}
	return true
}
