package rabbitmq

import (
	"context"
	"fmt"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/targets/broker"
)

// A taker takes messages from one queue and hands each to its handler.
type taker struct {
	client   *client
	queue    broker.Queue
	prefetch int
	handle   func(context.Context, broker.Delivery)
	// slots bound the handlers over connections: those of a lost one may still run.
	slots    chan struct{}
	handlers sync.WaitGroup
}

// Consume has a channel of its own, made again with each connection. What was delivered and not handled
// when ctx is done goes back, and counts as an attempt.
func (c *client) Consume(ctx context.Context, queue string, prefetch int, handle func(context.Context, broker.Delivery)) error {
	if prefetch < 1 {
		return fmt.Errorf("consuming %s: prefetch is %d; it must be 1 or more", queue, prefetch)
	}
	if err := checkName(queue); err != nil {
		return err
	}
	t := &taker{client: c, queue: c.queue(queue), prefetch: prefetch, handle: handle, slots: make(chan struct{}, prefetch)}
	defer t.handlers.Wait()
	for ctx.Err() == nil {
		conn := c.consumer.await(ctx)
		if conn == nil {
			return nil
		}
		t.take(ctx, conn)
		pause(ctx, redialWait/2)
	}
	return nil
}

// take consumes until the channel ends or ctx is done.
func (t *taker) take(ctx context.Context, conn *amqp.Connection) {
	if declareAll(conn, []broker.Queue{t.queue}) != nil {
		return
	}
	ch, err := conn.Channel()
	if err != nil {
		return
	}
	defer ch.Close()
	if ch.Qos(t.prefetch, 0, false) != nil {
		return
	}
	deliveries, err := ch.Consume(t.queue.Name, t.queue.Name, t.queue.AutoAck, false, false, false, nil)
	if err != nil {
		return
	}
	if !t.hand(ctx, deliveries) {
		return // lost: handlers end on their own, and their acknowledgements fail
	}
	_ = ch.Cancel(t.queue.Name, false)
	t.handlers.Wait() // they acknowledge on this channel
}

// hand gives each delivery a goroutine; it is false if the channel ended before ctx was done.
func (t *taker) hand(ctx context.Context, deliveries <-chan amqp.Delivery) bool {
	for {
		select {
		case <-ctx.Done():
			return true
		case d, ok := <-deliveries:
			if !ok {
				return false
			}
			select {
			case t.slots <- struct{}{}:
			case <-ctx.Done():
				return true
			}
			t.handlers.Go(func() {
				defer func() { <-t.slots }()
				t.deliver(ctx, d)
			})
		}
	}
}
