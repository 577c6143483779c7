// Package broker is what queues and topics need of a message broker, kept small enough that any broker can give it.
// Each implementation has a folder of its own: nats, rabbitmq.
//
// The promises are the same from all: a publish that returned nil is durable; a delivery that was not
// acknowledged comes back, also after a crash of either side; attempts are counted and bounded by the
// consumer; what can't be handled ends in the queue's dead-letter queue with a reason. They hold against
// the death of processes, not against a power cut. A Queue can be declared to break one of them.
package broker

import (
	"context"
	"errors"
	"time"
)

// ErrNotSent says that no byte of a message was handed to the broker: the sender may safely
// report failure. Every other error of Publish means that the message may or may not be there.
var ErrNotSent = errors.New("message was not handed to the broker")

// A Message is what travels through a queue.
type Message struct {
	// ID is the same for the same message sent twice; consumers are idempotent anyway.
	ID string
	// Order is the order that the message is about: the audit finds it in whatever queue it waits.
	Order string
	Body  []byte
	// Headers carry the W3C traceparent and the send time ("sent-at", nanoseconds since 1970).
	Headers map[string]string
}

// A Delivery is one attempt at a message. Exactly one of Ack, Retry and Dead ends it; its handler calls that.
type Delivery struct {
	Message
	Attempt int // from 1; a crash of the consumer counts as one
	Ack     func(ctx context.Context) error
	// Retry returns the message to its queue after a delay.
	Retry func(ctx context.Context, delay time.Duration) error
	// Dead moves the message to the dead-letter queue, durably, before it leaves its queue.
	Dead func(ctx context.Context, reason string) error
}

// A Queue is a queue's name, the topics it is bound to, and what it does not promise; the zero flags promise all.
type Queue struct {
	Name string
	// Topics are those of which the queue gets a copy of every message, whoever else does.
	Topics []string
	// Unconfirmed has Publish return when the message was written to the connection.
	Unconfirmed bool
	// AutoAck has the broker forget a message as soon as a consumer has received it. On RabbitMQ no prefetch bounds
	// what a consumer receives then: it bounds unacknowledged messages.
	AutoAck bool
	// Transient messages do not outlive the broker.
	Transient bool
	// Quorum makes it a quorum queue where the broker is RabbitMQ: a replicated log that is synced to the disk before a publish
	// is confirmed, instead of a classic queue.
	Quorum bool
	// NoDeadLetter drops what Dead would keep.
	NoDeadLetter bool
}

// Received is a delivery that was acknowledged when it was received: its ends do nothing.
func Received(m Message, attempt int) Delivery {
	return Delivery{Message: m, Attempt: attempt,
		Ack:   func(context.Context) error { return nil },
		Retry: func(context.Context, time.Duration) error { return nil },
		Dead:  func(context.Context, string) error { return nil },
	}
}

// A Broker carries messages over two connections: one to publish, one to consume.
// It reconnects by itself, and is safe for use by several goroutines.
type Broker interface {
	// Declare makes queues, each with its dead-letter queue. What exists stays. Who publishes to a queue or consumes
	// it declares it first.
	Declare(ctx context.Context, queues ...Queue) error
	// Publish returns nil once the broker has confirmed that it holds the message durably.
	Publish(ctx context.Context, queue string, m Message) error
	// Broadcast publishes a message to a topic, once, however many queues are bound to it: nil means that each of them
	// holds it durably. A queue that is bound later does not get it. It is ErrNotSent to a topic to which this
	// client has declared no queue bound.
	Broadcast(ctx context.Context, topic string, m Message) error
	// Consume hands deliveries to handle, at most prefetch at a time, each on a goroutine of its own,
	// and survives the broker's death. It returns when ctx is done and all handlers have returned.
	Consume(ctx context.Context, queue string, prefetch int, handle func(context.Context, Delivery)) error
	Close() error
}
