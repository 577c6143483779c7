// Package rabbitmq carries queues on RabbitMQ, or whatever speaks AMQP 0-9-1 as it does. In the order that data
// flows: server.go, ports.go and epmd.go run an installed rabbitmq-server; endpoint.go and link.go are a
// connection that comes back; queues.go names and declares; publish.go, session.go and message.go put a message
// into a queue; consume.go and delivery.go take it out; view.go, depth.go and leftovers.go look at what is there,
// deadletters.go puts back what was given up, remove.go leaves nothing on a broker that others use, and control.go and
// erlang.go break one that is ours.
//
// A queue is a durable classic queue, or a quorum queue where that was asked for. Beside it are its dead-letter queue `<queue>.dead`, and for each delay of a
// fixed ladder a queue `<queue>.retry.<ms>` in which a copy of a message waits until it expires back into its queue.
//
// A topic is a fanout exchange of its name to which the queues of its subscribers are bound.
//
// Attempts are counted in a header. A delivery that RabbitMQ marks as redelivered had a consumer that died, or
// lost its connection, with the message in hand: it is not handled, but replaced by a copy whose header says one
// more. So crashes are counted too, one by one, and a message that kills its consumers meets the bound.
package rabbitmq

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/targets/broker"
)

// How long a confirm may take where the caller sets no deadline.
const confirmTimeout = 2 * time.Second

// client implements broker.Broker.
type client struct {
	publisher, consumer *link
	returns             sequence

	mu       sync.Mutex
	declared map[string]broker.Queue
	session  *session // the last one, which may be lost; nil before the first
}

// Open connects in the background, now and whenever a connection is lost; it does not fail because nobody
// listens. The URL (amqp:// or amqps://) says user, password and vhost, and where the broker is; the two
// addresses (host:port), where not empty, say where to dial instead, such as a proxy. The error is about these.
func Open(url, publishAddr, consumeAddr string) (broker.Broker, error) {
	publish, err := newEndpoint(url, publishAddr, "publish")
	if err != nil {
		return nil, err
	}
	consume, err := newEndpoint(url, consumeAddr, "consume")
	if err != nil {
		return nil, err
	}
	c := &client{declared: map[string]broker.Queue{}}
	c.publisher = newLink(publish, c.startSession)
	c.consumer = newLink(consume, func(*amqp.Connection) (<-chan *amqp.Error, error) { return nil, nil })
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
	err := fmt.Errorf("no connection to the broker")
	for {
		conn := c.publisher.await(ctx)
		if conn == nil {
			return fmt.Errorf("declaring queues: %w", err)
		}
		if err = declareAll(conn, queues); err == nil {
			return nil
		}
		pause(ctx, redialWait)
	}
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

// startSession prepares a new connection for publishing: what was declared once is there before the first
// message, also on a broker that came back without its disk.
func (c *client) startSession(conn *amqp.Connection) (<-chan *amqp.Error, error) {
	c.mu.Lock()
	queues := slices.Collect(maps.Values(c.declared))
	c.mu.Unlock()
	if err := declareAll(conn, queues); err != nil {
		return nil, err
	}
	s, err := newSession(conn)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.session = s
	c.mu.Unlock()
	return s.broken, nil
}

func (c *client) present() *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// Close cuts both connections; what is not acknowledged comes back to other consumers.
func (c *client) Close() error {
	c.publisher.shut()
	c.consumer.shut()
	if s := c.present(); s != nil {
		<-s.gone
	}
	return nil
}
