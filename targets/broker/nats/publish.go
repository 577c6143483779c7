package nats

import (
	"context"
	"errors"
	"fmt"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"faultline/targets/broker"
)

// Publish fails at once while there is no connection, and waits two seconds for the confirm if ctx has no
// deadline.
func (c *client) Publish(ctx context.Context, queue string, m broker.Message) error {
	q := c.queue(queue)
	return c.publish(ctx, encode(subject(q), m), q.Unconfirmed)
}

func (c *client) publish(ctx context.Context, msg *natsgo.Msg, unconfirmed bool) error {
	life, ok := c.publisher.now()
	if !ok {
		return fmt.Errorf("publishing to %s: %w: no connection to the broker", msg.Subject, broker.ErrNotSent)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("publishing to %s: %w: %w", msg.Subject, broker.ErrNotSent, err)
	}
	if unconfirmed {
		return c.publisher.nc.PublishMsg(msg)
	}
	ctx, cancel := confirmWithin(ctx, life)
	defer cancel()
	_, err := c.publisher.js.PublishMsg(ctx, msg)
	switch {
	case err == nil: // stored, now or before
		return nil
	case errors.Is(err, jetstream.ErrNoStreamResponse):
		return fmt.Errorf("publishing to %s: %w: no such queue; declare it first", msg.Subject, broker.ErrNotSent)
	case notTaken(err):
		return fmt.Errorf("publishing to %s: %w: %w", msg.Subject, broker.ErrNotSent, err)
	case life.Err() != nil:
		return fmt.Errorf("publishing to %s: connection lost before the confirm", msg.Subject)
	}
	return fmt.Errorf("publishing to %s: waiting for the confirm: %w", msg.Subject, err)
}

func confirmWithin(ctx, life context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); !ok {
		return within(ctx, life, requestTimeout)
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(life, cancel)
	return ctx, func() { stop(); cancel() }
}

// notTaken says whether an error proves that the broker does not hold the message: the client refused to
// send it, or the server refused to store it.
func notTaken(err error) bool {
	var refused jetstream.JetStreamError
	return errors.Is(err, natsgo.ErrReconnectBufExceeded) || errors.Is(err, natsgo.ErrMaxPayload) ||
		errors.Is(err, natsgo.ErrBadSubject) || errors.Is(err, natsgo.ErrHeadersNotSupported) ||
		errors.As(err, &refused) && refused.APIError() != nil
}
