// Package nats carries queues on NATS JetStream. In the order that data flows: server.go runs the broker,
// conn.go is a connection that comes back, publish.go and message.go put a message into a queue, consume.go
// and delivery.go take it out, view.go looks at what is there.
//
// A queue is a stream that drops a message when it is acknowledged, with one durable pull consumer; its
// dead-letter queue is a second stream, `<queue>.dead`, that keeps what it gets.
//
// It differs from RabbitMQ where failures are concerned: what a dead consumer held comes back after
// AckWait (2 s), not when its connection drops; and the server counts the deliveries of a message, in memory
// that it writes down now and then, so that after its own death a count may be too low.
package nats

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"faultline/targets/broker"
)

// How long one request to the broker may take where the caller sets no deadline.
const requestTimeout = 2 * time.Second

// client implements broker.Broker.
type client struct {
	publisher, consumer *conn

	mu          sync.Mutex
	declared    []string
	redeclaring sync.WaitGroup
	closed      context.Context
	close       context.CancelFunc
}

// Open connects to the broker at the two addresses (host:port) in the background, now and whenever a
// connection is lost; it does not fail because nobody listens there. The error is about the addresses.
func Open(publishAddr, consumeAddr string) (broker.Broker, error) {
	c := &client{}
	c.closed, c.close = context.WithCancel(context.Background())
	var err error
	if c.publisher, err = dial(publishAddr, "publish", c.declareAgain); err != nil {
		return nil, err
	}
	if c.consumer, err = dial(consumeAddr, "consume", func() {}); err != nil {
		c.publisher.shut()
		return nil, err
	}
	return c, nil
}

// Declare waits for a connection as long as ctx allows.
func (c *client) Declare(ctx context.Context, queues ...string) error {
	for _, q := range queues {
		if err := checkName(q); err != nil {
			return err
		}
	}
	c.mu.Lock()
	c.declared = append(c.declared, queues...)
	c.mu.Unlock()
	for _, q := range queues {
		if err := c.publisher.patiently(ctx, func(ctx context.Context) error { return declare(ctx, c.publisher.js, q) }); err != nil {
			return fmt.Errorf("declaring queue %s: %w", q, err)
		}
	}
	return nil
}

// declareAgain restores the queues of a broker that came back without its disk. It must not block: it is
// called by the connection itself.
func (c *client) declareAgain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.declared) == 0 || c.closed.Err() != nil {
		return
	}
	queues := append([]string(nil), c.declared...)
	c.redeclaring.Go(func() {
		ctx, cancel := context.WithTimeout(c.closed, requestTimeout)
		defer cancel()
		for _, q := range queues {
			_ = declare(ctx, c.publisher.js, q) // publishing says what is wrong
		}
	})
}

// Close cuts both connections; what is not acknowledged comes back to other consumers.
func (c *client) Close() error {
	c.mu.Lock()
	c.close()
	c.mu.Unlock()
	c.redeclaring.Wait()
	c.publisher.shut()
	c.consumer.shut()
	return nil
}

// declare makes a queue's two streams. Retention says which is which: acknowledged messages leave a queue,
// nothing leaves a dead-letter queue.
func declare(ctx context.Context, js jetstream.JetStream, queue string) error {
	work := jetstream.StreamConfig{Name: streamName(queue), Subjects: []string{queue},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Duplicates: duplicateWindow}
	if _, err := js.CreateOrUpdateStream(ctx, work); err != nil {
		return err
	}
	dead := work
	dead.Name, dead.Subjects = streamName(queue+deadSuffix), []string{queue + deadSuffix}
	dead.Retention = jetstream.LimitsPolicy
	_, err := js.CreateOrUpdateStream(ctx, dead)
	return err
}

// duplicateWindow is how long the broker knows the ID of a message: one that is published again meanwhile
// is confirmed and not stored a second time.
const duplicateWindow = 2 * time.Minute
