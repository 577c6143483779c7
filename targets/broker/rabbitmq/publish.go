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
	return c.publish(ctx, queue, encode(m, 1))
}

func (c *client) publish(ctx context.Context, queue string, msg amqp.Publishing) error {
	s := c.present()
	if s == nil {
		return fmt.Errorf("publishing to %s: %w: no connection to the broker", queue, broker.ErrNotSent)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("publishing to %s: %w: %w", queue, broker.ErrNotSent, err)
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, confirmTimeout)
		defer cancel()
	}
	msg.CorrelationId = c.returns.next()
	confirm, err := s.ch.PublishWithDeferredConfirm("", queue, true, false, msg)
	if errors.Is(err, amqp.ErrClosed) { // found closed before the message was complete
		return fmt.Errorf("publishing to %s: %w: connection lost", queue, broker.ErrNotSent)
	}
	if err != nil {
		return fmt.Errorf("publishing to %s: %w", queue, err)
	}
	return s.confirmed(ctx, queue, confirm, msg.CorrelationId)
}

func (s *session) confirmed(ctx context.Context, queue string, confirm *amqp.DeferredConfirmation, id string) error {
	acked, err := confirm.WaitContext(ctx)
	if err != nil {
		return fmt.Errorf("publishing to %s: waiting for the confirm: %w", queue, err)
	}
	if !acked { // the client also says this for all that waited when the connection was lost
		return fmt.Errorf("publishing to %s: connection lost before the confirm, or refused", queue)
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
