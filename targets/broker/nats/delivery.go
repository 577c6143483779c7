package nats

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"faultline/targets/broker"
)

// deliver runs the handler, and tells the broker meanwhile that the message is in work. One that the handler
// did not end comes back after ackWait.
func (t *taker) deliver(ctx context.Context, msg jetstream.Msg) {
	stop := keepTaken(msg)
	defer stop()
	about, err := msg.Metadata()
	if err != nil {
		return // not from a stream
	}
	t.handle(ctx, broker.Delivery{
		Message: decode(msg.Headers(), msg.Data()),
		Attempt: int(about.NumDelivered),
		// Not confirmed by the broker: if it gets lost the message comes back.
		Ack: func(context.Context) error { return msg.Ack() },
		Retry: func(_ context.Context, delay time.Duration) error {
			return msg.NakWithDelay(delay)
		},
		Dead: func(ctx context.Context, reason string) error { return t.bury(ctx, msg, reason) },
	})
}

// keepTaken sends heartbeats for a message until stop is called.
func keepTaken(msg jetstream.Msg) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(ackWait / 4)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				_ = msg.InProgress() // lost: the message comes back
			}
		}
	}()
	return func() { close(quit); <-done }
}

// bury stores the message in the dead-letter queue, then takes it from its own.
func (t *taker) bury(ctx context.Context, msg jetstream.Msg, reason string) error {
	dead := encode(t.queue+deadSuffix, decode(msg.Headers(), msg.Data()))
	dead.Header.Set(reasonHeader, reason)
	if err := t.client.publish(ctx, dead); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if err := msg.DoubleAck(ctx); err != nil {
		return fmt.Errorf("taking a dead-lettered message from %s: %w", t.queue, err)
	}
	return nil
}
