package nats

import (
	"context"
	"fmt"
	"strconv"
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
	message, attempt := decode(msg.Headers(), msg.Data()), int(about.NumDelivered)
	if t.queue.AutoAck {
		if msg.DoubleAck(ctx) == nil {
			t.handle(ctx, broker.Received(message, attempt))
		}
		return
	}
	t.handle(ctx, broker.Delivery{
		Message: message,
		Attempt: attempt,
		// Not confirmed by the broker: if it gets lost the message comes back.
		Ack: func(context.Context) error { return msg.Ack() },
		Retry: func(_ context.Context, delay time.Duration) error {
			return msg.NakWithDelay(delay)
		},
		Dead: func(ctx context.Context, reason string) error { return t.bury(ctx, msg, attempt, reason) },
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

// bury stores the message in the dead-letter queue, if there is one, then takes it from its own.
func (t *taker) bury(ctx context.Context, msg jetstream.Msg, attempt int, reason string) error {
	if !t.queue.NoDeadLetter {
		dead := encode(t.queue.Name+deadSuffix, decode(msg.Headers(), msg.Data()))
		dead.Header.Set(reasonHeader, reason)
		dead.Header.Set(attemptsHeader, strconv.Itoa(attempt))
		if err := t.client.publish(ctx, dead, false); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if err := msg.DoubleAck(ctx); err != nil {
		return fmt.Errorf("taking a dead-lettered message from %s: %w", t.queue.Name, err)
	}
	return nil
}
