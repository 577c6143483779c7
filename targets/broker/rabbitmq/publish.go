package rabbitmq

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/targets/broker"
)

// A sequence tells the messages of a session apart: two may have the same ID.
type sequence struct{ n atomic.Uint64 }

func (s *sequence) next() string { return strconv.FormatUint(s.n.Add(1), 36) }

// Publish fails at once while there is no connection, and waits two seconds for the confirm if ctx has no
// deadline.
func (c *client) Publish(ctx context.Context, queue string, m broker.Message) error {
	q := c.queue(queue)
	msg := encode(q, m, 1)
	if q.Unconfirmed {
		_, _, err := c.send(ctx, target{key: queue}, msg)
		return err
	}
	return c.publish(ctx, target{key: queue}, msg)
}

// Broadcast publishes to the topic's exchange. RabbitMQ confirms when every queue bound to it has the message; their
// bindings were declared again on this connection before its first message.
func (c *client) Broadcast(ctx context.Context, topic string, m broker.Message) error {
	if !c.bound(topic) { // an exchange that does not exist would cost the channel
		return fmt.Errorf("publishing to %s: %w: no queue is bound to it; declare one first", topic, broker.ErrNotSent)
	}
	return c.publish(ctx, target{exchange: topic}, encode(broker.Queue{Name: topic}, m, 1))
}

// A target is where a message goes: to a queue by its name, or to all that are bound to an exchange.
type target struct{ exchange, key string }

// String is the queue's name, or the topic's.
func (t target) String() string { return t.exchange + t.key }

// publish waits for the confirm.
func (c *client) publish(ctx context.Context, queue target, msg amqp.Publishing) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, confirmTimeout)
		defer cancel()
	}
	msg.CorrelationId = c.returns.next()
	s, confirm, err := c.send(ctx, queue, msg)
	if err != nil {
		return err
	}
	return s.confirmed(ctx, queue, confirm, msg.CorrelationId)
}

// send writes a message to the connection. One with a correlation id is returned if there is no such queue.
func (c *client) send(ctx context.Context, queue target, msg amqp.Publishing) (*session, *amqp.DeferredConfirmation, error) {
	s := c.present()
	if s == nil {
		return nil, nil, fmt.Errorf("publishing to %s: %w: no connection to the broker", queue, broker.ErrNotSent)
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("publishing to %s: %w: %w", queue, broker.ErrNotSent, err)
	}
	confirm, err := s.ch.PublishWithDeferredConfirm(queue.exchange, queue.key, msg.CorrelationId != "", false, msg)
	if errors.Is(err, amqp.ErrClosed) { // found closed before the message was complete
		return nil, nil, fmt.Errorf("publishing to %s: %w: connection lost", queue, broker.ErrNotSent)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("publishing to %s: %w", queue, err)
	}
	return s, confirm, nil
}

func (s *session) confirmed(ctx context.Context, queue target, confirm *amqp.DeferredConfirmation, id string) error {
	acked, err := confirm.WaitContext(ctx)
	if err != nil {
		return fmt.Errorf("publishing to %s: waiting for the confirm: %w", queue, err)
	}
	switch {
	case !acked && s.ch.IsClosed(): // the client says this for all that waited when the connection was lost
		return fmt.Errorf("publishing to %s: connection lost before the confirm", queue)
	case !acked && queue.exchange != "": // by one of the queues: the others may have it
		return fmt.Errorf("publishing to %s: refused by a queue", queue)
	case !acked:
		return fmt.Errorf("publishing to %s: %w: the queue refused it", queue, broker.ErrNotSent)
	}
	returned, known := s.returned(id)
	switch {
	case !known:
		return fmt.Errorf("publishing to %s: connection lost with the confirm", queue)
	case returned:
		return fmt.Errorf("publishing to %s: %w: no such queue; declare it first", queue, broker.ErrNotSent)
	}
	return nil
}
