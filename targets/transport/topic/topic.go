// Package topic has services talk by events: who does something publishes what happened, once, and does not know who
// hears it. Nobody asks anybody: a step runs when the events that it needs exist (wiring.go derives which).
//
// Every service has one durable queue for what it hears, `<service>.events`, bound to the topic of each event; what is
// promised of a queue holds for it. An event carries its order, so that whoever hears it needs nothing else.
package topic

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"faultline/targets/broker"
	"faultline/targets/flow"
	"faultline/targets/order"
	"faultline/targets/transport/queue"
)

// An Event tells what happened to an order.
type Event struct {
	Event string      `json:"event"` // such as payment.completed
	Order order.Order `json:"order"`
	Try   int         `json:"try,omitempty"` // of the order, as in a request
	// Reply is how the part ended of the service that the event is about, if it is about that.
	Reply flow.Reply `json:"reply,omitzero"`
}

// A Peer is a service's side of the topics.
type Peer struct {
	*queue.Peer
	Wiring Wiring
}

// ReplyTo marks a request that an event made: its reply is an event.
const ReplyTo = "events"

// Dial returns the way to have a service that is needed do its part: publish the event on which it starts, or nothing if
// that is another's. Its outcome is an event, later. What is given up is cancelled for all.
func (p *Peer) Dial(callee string) flow.Ask {
	return func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		event := p.Wiring.Tells[callee]
		if r.Undo {
			event = cancelled
		}
		if event == "" {
			return flow.Answer{Later: true}, nil
		}
		return flow.Answer{Later: true}, p.tell(ctx, event, r, flow.Reply{})
	}
}

// Reply publishes how the service's part ended. Of a part that was undone nobody needs to hear.
func (p *Peer) Reply(ctx context.Context, r flow.Request, reply flow.Reply) error {
	events := outcomes[p.Service]
	switch reply.Outcome {
	case flow.Undone:
		return nil
	case flow.Done:
		return p.tell(ctx, events[0], r, reply)
	}
	if len(events) < 2 {
		return fmt.Errorf("%s has no event for %s", p.Service, reply.Outcome)
	}
	return p.tell(ctx, events[1], r, reply)
}

func (p *Peer) tell(ctx context.Context, event string, r flow.Request, reply flow.Reply) error {
	m, err := queue.NewMessage(event, r.Order.ID, r.Try, flow.Span(r.Trace), Event{event, r.Order, r.Try, reply})
	if err != nil {
		return err
	}
	return p.Gave(p.Broker.Broadcast(ctx, p.Prefix+event, m))
}

// A Listener is what a service does when it hears an event.
type Listener struct {
	// Handle does the service's part, or undoes it.
	Handle flow.Handler
	// Hear takes the outcome of another's part. The request is of the order, and begins the service's own part if that
	// has not begun and is one that events start: then it has a ReplyTo.
	Hear func(ctx context.Context, r flow.Request, reply flow.Reply) error
}

// Serve handles the events in the service's queue until ctx is done.
func (p *Peer) Serve(ctx context.Context, l Listener) error {
	return p.Consume(ctx, Queue(p.Service), func(ctx context.Context, m broker.Message) error {
		var e Event
		if err := json.Unmarshal(m.Body, &e); err != nil {
			return queue.Unreadable{Err: err}
		}
		return p.hear(ctx, l, e, m.Headers["traceparent"])
	})
}

func (p *Peer) hear(ctx context.Context, l Listener, e Event, trace string) error {
	r := flow.Request{Order: e.Order, Try: e.Try, Trace: trace}
	if p.Wiring.Reached {
		r.ReplyTo = ReplyTo
	}
	switch {
	case slices.Contains(p.Wiring.Undo, e.Event):
		r.Undo = true
		_, err := l.Handle(ctx, r)
		return err
	case e.Event == p.Wiring.Start:
		answer, err := l.Handle(ctx, r)
		if err != nil || answer.Later {
			return err
		}
		return p.Reply(ctx, r, answer.Reply)
	case slices.Contains(p.Wiring.Outcomes, e.Event):
		return l.Hear(ctx, r, e.Reply)
	}
	return queue.Unreadable{Err: fmt.Errorf("%s does not subscribe to %q", p.Service, e.Event)}
}
