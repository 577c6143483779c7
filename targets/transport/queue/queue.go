// Package queue carries requests as messages on a broker's durable queues. Every service has a queue of its own
// name, and a caller that wants replies has one named caller.replies.
//
// A consumer does the work and its journal line in one transaction, publishes what follows and awaits the
// confirm, then acknowledges. What fails comes back after a growing delay, a bounded number of times, and
// then goes to the dead-letter queue.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"faultline/targets/broker"
	"faultline/targets/engine"
	"faultline/targets/flow"
)

// A Peer is a service's side of its queues.
type Peer struct {
	Service  string
	Prefix   string // before every queue's name
	Broker   broker.Broker
	Prefetch int // deliveries handled at a time
	Attempts int // before a message is dead-lettered
	Crash    *engine.Crash
	Metrics  *engine.Metrics

	pace pace
}

// panics is how many attempts a message gets whose handler panics: no waiting mends that, unlike a service that is down.
const panics = 5

const (
	firstDelay = 100 * time.Millisecond
	maxDelay   = time.Second
)

// Attempts is how many tries reach over a given time, with the delays between them.
func Attempts(reach time.Duration) int {
	n, sum := 1, time.Duration(0)
	for ; sum < reach; n++ {
		sum += delay(n)
	}
	return n
}

// delay is the wait after the n-th failed attempt.
func delay(n int) time.Duration { return min(maxDelay, firstDelay<<min(n-1, 10)) }

// Replies names the queue on which a caller gets its replies.
func Replies(caller string) string { return caller + ".replies" }

// Dial returns the way to ask a service by its queue: the answer comes later.
func (p *Peer) Dial(callee string) flow.Ask {
	return func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		kind := "ask"
		if r.Undo {
			kind = "undo" // nobody waits for its reply
		} else {
			r.ReplyTo = Replies(p.Service)
		}
		err := p.publish(ctx, callee, kind+"/"+callee, r.Order.ID, r.Try, r.Trace, r)
		return flow.Answer{Later: true}, err
	}
}

// Reply sends a reply to the caller that waits for it by message.
func (p *Peer) Reply(ctx context.Context, to string, r flow.Request, reply flow.Reply) error {
	return p.publish(ctx, to, "reply/"+p.Service, reply.Order, reply.Try, flow.Span(r.Trace), reply)
}

func (p *Peer) publish(ctx context.Context, queue, kind, order string, try int, trace string, v any) error {
	m, err := NewMessage(kind, order, try, trace, v)
	if err != nil {
		return err
	}
	return p.Gave(p.Broker.Publish(ctx, p.Prefix+queue, m))
}

// NewMessage makes a message of a kind about a try of an order, with v as JSON, sent now.
func NewMessage(kind, order string, try int, trace string, v any) (broker.Message, error) {
	id := kind + "/" + order
	if try > 0 {
		id = fmt.Sprintf("%s/%d", id, try) // no broker may take it for the message of the try before
	}
	body, err := json.Marshal(v)
	if err != nil {
		return broker.Message{}, fmt.Errorf("encoding message %s: %w", id, err)
	}
	return broker.Message{ID: id, Order: order, Body: body, Headers: map[string]string{
		"traceparent": trace, "sent-at": strconv.FormatInt(time.Now().UnixNano(), 10)}}, nil
}

// Gave counts a message that was given to the broker, and says in the flow's words what became of it.
func (p *Peer) Gave(err error) error {
	err = notSent(err)
	p.Metrics.Published(err)
	return err
}

// notSent says in the flow's words what a broker says of a message that it surely does not hold.
func notSent(err error) error {
	if errors.Is(err, broker.ErrNotSent) {
		return fmt.Errorf("%w: %w", flow.ErrNotSent, err)
	}
	return err
}

// Serve handles the requests in the service's own queue until ctx is done.
func (p *Peer) Serve(ctx context.Context, h flow.Handler) error {
	return p.Consume(ctx, p.Service, func(ctx context.Context, m broker.Message) error {
		var r flow.Request
		if err := json.Unmarshal(m.Body, &r); err != nil {
			return Unreadable{err}
		}
		if trace := m.Headers["traceparent"]; trace != "" {
			r.Trace = trace
		}
		answer, err := h(ctx, r)
		if err != nil || answer.Later || r.ReplyTo == "" {
			return err
		}
		return p.Reply(ctx, r.ReplyTo, r, answer.Reply)
	})
}

// Receive takes the replies to what the service asked until ctx is done.
func (p *Peer) Receive(ctx context.Context, take flow.Receiver) error {
	return p.Consume(ctx, Replies(p.Service), func(ctx context.Context, m broker.Message) error {
		var reply flow.Reply
		if err := json.Unmarshal(m.Body, &reply); err != nil {
			return Unreadable{err}
		}
		return take(ctx, reply)
	})
}

// Unreadable is an error that no further attempt can mend.
type Unreadable struct{ Err error }

// Error says why.
func (u Unreadable) Error() string { return u.Err.Error() }

// Consume hands the messages of a queue to do until ctx is done. It ends every delivery in one way: acknowledged, tried again later, or dead-lettered.
// When that itself fails the broker brings the message back.
func (p *Peer) Consume(ctx context.Context, queue string, do func(context.Context, broker.Message) error) error {
	return p.Broker.Consume(ctx, p.Prefix+queue, p.Prefetch, func(ctx context.Context, d broker.Delivery) {
		defer p.Metrics.Delivered(d.Attempt)()
		put, err := p.pace.take(ctx)
		if err != nil {
			return // stopping: it comes back in the next life
		}
		defer put()
		err = do(ctx, d.Message)
		var unreadable Unreadable
		attempts := p.Attempts
		if errors.Is(err, flow.ErrPanic) {
			attempts = min(attempts, panics)
		}
		switch {
		case err == nil:
			p.Crash.Pass(p.Service + ":" + engine.BeforeAck)
			_ = d.Ack(ctx)
		case ctx.Err() != nil: // stopping: it comes back in the next life
		case errors.As(err, &unreadable), d.Attempt >= attempts:
			_ = d.Dead(ctx, err.Error())
		default:
			_ = d.Retry(ctx, delay(d.Attempt))
		}
	})
}
