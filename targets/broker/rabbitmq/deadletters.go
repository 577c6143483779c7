package rabbitmq

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/targets/broker"
)

// DeadLetters hands every dead letter of some queues to replay, oldest first in each queue. Where that is true the message
// goes back to its queue as a new one: stored there first, taken from the dead-letter queue after. The URL and the
// address are as in Open.
func DeadLetters(ctx context.Context, url, addr string, queues []string, replay func(broker.DeadLetter) bool) error {
	e, err := newEndpoint(url, addr, "dead letters")
	if err != nil {
		return err
	}
	conn, err := e.dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseDeadline(time.Now().Add(time.Second)) }()
	stop := context.AfterFunc(ctx, func() { _ = conn.CloseDeadline(time.Now()) })
	defer stop()
	for _, q := range queues {
		if err := deadLetters(ctx, conn, q, replay); err != nil {
			return err
		}
	}
	return nil
}

// deadLetters goes through one dead-letter queue as long as it was at the start, on a channel of its own, whose end gives
// back what was left.
func deadLetters(ctx context.Context, conn *amqp.Connection, queue string, replay func(broker.DeadLetter) bool) error {
	ch, err := conn.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel: %w", err)
	}
	defer ch.Close()
	if err := ch.Confirm(false); err != nil {
		return fmt.Errorf("asking for confirms: %w", err)
	}
	q, err := ch.QueueDeclarePassive(queue+deadSuffix, true, false, false, false, nil)
	if missing(err) {
		return nil // it keeps none
	}
	if err == nil {
		_, err = ch.QueueDeclarePassive(queue, true, false, false, false, nil) // or what goes back would go nowhere
	}
	for n := q.Messages; n > 0 && err == nil; n-- {
		var d amqp.Delivery
		var ok bool
		if d, ok, err = ch.Get(queue+deadSuffix, false); err != nil || !ok {
			break
		}
		if m, letter := decodeDead(queue, d); replay(letter) {
			err = revive(ctx, ch, queue, m, d)
		}
	}
	if err != nil {
		return fmt.Errorf("reading the dead-letter queue of %s: %w", queue, err)
	}
	return nil
}

func decodeDead(queue string, d amqp.Delivery) (broker.Message, broker.DeadLetter) {
	m, attempt := decode(d)
	since, _ := strconv.ParseInt(m.Headers[sinceHeader], 10, 64)
	letter := broker.DeadLetter{Queue: queue, ID: m.ID, Order: m.Order, Reason: m.Headers[reasonHeader], Attempts: attempt,
		Since: time.Unix(0, since).UTC()}
	delete(m.Headers, reasonHeader)
	delete(m.Headers, sinceHeader)
	return m, letter
}

// revive puts a dead letter back into its queue.
func revive(ctx context.Context, ch *amqp.Channel, queue string, m broker.Message, d amqp.Delivery) error {
	m.ID = broker.ReplayID(m.ID)
	confirm, err := ch.PublishWithDeferredConfirm("", queue, false, false, encode(broker.Queue{Name: queue}, m, 1))
	if err != nil {
		return err
	}
	acked, err := confirm.WaitContext(ctx)
	if err == nil && !acked {
		err = errors.New("the broker refused it")
	}
	if err != nil {
		return fmt.Errorf("putting %s back: %w", m.Order, err)
	}
	return d.Ack(false)
}
