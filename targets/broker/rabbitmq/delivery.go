package rabbitmq

import (
	"context"
	"fmt"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/targets/broker"
)

// giveBackWait keeps a message that could not be ended from spinning between broker and consumer.
const giveBackWait = 200 * time.Millisecond

// A taken message is one that is not ended yet.
type taken struct {
	taker   *taker
	d       amqp.Delivery
	message broker.Message
	attempt int
	ended   bool // touched by the handler, then, after it, by deliver
}

// deliver runs the handler. A message that the handler did not end, or could not, goes back to its queue.
func (t *taker) deliver(ctx context.Context, d amqp.Delivery) {
	m := &taken{taker: t, d: d}
	m.message, m.attempt = decode(d)
	if t.queue.AutoAck {
		t.handle(ctx, broker.Received(m.message, m.attempt))
		return
	}
	if d.Redelivered {
		_ = m.again(ctx, t.queue.Name) // counts the attempt that was cut off; if it fails the message goes back
	} else {
		t.handle(ctx, broker.Delivery{Message: m.message, Attempt: m.attempt, Ack: m.ack, Retry: m.retry, Dead: m.dead})
	}
	if !m.ended {
		pause(ctx, giveBackWait)
		_ = d.Nack(false, true) // on a lost channel it went back by itself
	}
}

// ack is not confirmed by the broker: if it gets lost the message comes back.
func (m *taken) ack(context.Context) error {
	m.ended = true
	if err := m.d.Ack(false); err != nil {
		return fmt.Errorf("acknowledging a message of %s: %w", m.taker.queue.Name, err)
	}
	return nil
}

func (m *taken) retry(ctx context.Context, delay time.Duration) error {
	return m.again(ctx, retryQueue(m.taker.queue.Name, rung(delay)))
}

// again puts a copy for the next attempt into a queue, then takes the message from its own.
func (m *taken) again(ctx context.Context, queue string) error {
	return m.move(ctx, queue, encode(m.taker.queue, m.message, m.attempt+1))
}

func (m *taken) dead(ctx context.Context, reason string) error {
	if m.taker.queue.NoDeadLetter {
		return m.ack(ctx)
	}
	name := m.taker.queue.Name + deadSuffix
	msg := encode(broker.Queue{Name: name}, m.message, m.attempt)
	msg.Headers[reasonHeader] = reason
	msg.Headers[sinceHeader] = strconv.FormatInt(time.Now().UnixNano(), 10)
	return m.move(ctx, name, msg)
}

func (m *taken) move(ctx context.Context, queue string, msg amqp.Publishing) error {
	if err := m.taker.client.publish(ctx, target{key: queue}, msg); err != nil {
		return err
	}
	return m.ack(ctx)
}
