// Package nats carries queues on NATS JetStream. In the order that data flows: server.go runs the broker,
// conn.go is a connection that comes back, publish.go and message.go put a message into a queue, consume.go
// and delivery.go take it out, view.go looks at what is there, deadletters.go
// puts back what was given up, and control.go and admin.go break it.
//
// A queue is a stream that drops a message when it is acknowledged, with one durable pull consumer; its
// dead-letter queue is a second stream, `<queue>.dead`, that keeps what it gets. Queues that are bound to topics
// share one stream instead, which keeps a message until each of them has acknowledged it: topics.go.
//
// It differs from RabbitMQ where failures are concerned: what a dead consumer held comes back after
// AckWait (2 s), not when its connection drops; and the server counts the deliveries of a message, in memory
// that it writes down now and then, so that after its own death a count may be too low.
package nats

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
	declared    map[string]broker.Queue
	redeclaring sync.WaitGroup
	closed      context.Context
	close       context.CancelFunc
}

// Open connects to the broker at the two addresses (host:port) in the background, now and whenever a
// connection is lost; it does not fail because nobody listens there. The error is about the addresses.
func Open(publishAddr, consumeAddr string) (broker.Broker, error) {
	c := &client{declared: map[string]broker.Queue{}}
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
func (c *client) Declare(ctx context.Context, queues ...broker.Queue) error {
	for _, q := range queues {
		if err := checkName(q.Name); err != nil {
			return err
		}
	}
	c.mu.Lock()
	for _, q := range queues {
		c.declared[q.Name] = q
	}
	c.mu.Unlock()
	for _, q := range queues {
		if err := c.publisher.patiently(ctx, func(ctx context.Context) error { return declare(ctx, c.publisher.js, q) }); err != nil {
			return fmt.Errorf("declaring queue %s: %w", q.Name, err)
		}
	}
	return nil
}

// queue is what was declared of a queue; one that was not promises all.
func (c *client) queue(name string) broker.Queue {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := c.declared[name]
	q.Name = name
	return q
}

// bound reports whether a queue was declared that gets the messages of a topic.
func (c *client) bound(topic string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, q := range c.declared {
		if slices.Contains(q.Topics, topic) {
			return true
		}
	}
	return false
}

// declareAgain restores the queues of a broker that came back without its disk. It must not block: it is
// called by the connection itself.
func (c *client) declareAgain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.declared) == 0 || c.closed.Err() != nil {
		return
	}
	queues := slices.Collect(maps.Values(c.declared))
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
func declare(ctx context.Context, js jetstream.JetStream, q broker.Queue) error {
	if err := declareWork(ctx, js, q); err != nil || q.NoDeadLetter {
		return err
	}
	_, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: streamName(q.Name + deadSuffix), Subjects: []string{q.Name + deadSuffix},
		Retention: jetstream.LimitsPolicy, Storage: jetstream.FileStorage, Duplicates: duplicateWindow})
	return err
}

// declareWork makes the stream of a queue, or its place in that of the topics.
func declareWork(ctx context.Context, js jetstream.JetStream, q broker.Queue) error {
	if len(q.Topics) > 0 {
		return declareTopics(ctx, js, q)
	}
	work := jetstream.StreamConfig{Name: streamName(q.Name), Subjects: []string{q.Name},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Duplicates: duplicateWindow}
	if q.Transient {
		work.Storage = jetstream.MemoryStorage
	}
	_, err := js.CreateOrUpdateStream(ctx, work)
	return err
}

// duplicateWindow is how long the broker knows the ID of a message: one that is published again meanwhile
// is confirmed and not stored a second time.
const duplicateWindow = 2 * time.Minute
