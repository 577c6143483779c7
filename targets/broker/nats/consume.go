package nats

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"faultline/targets/broker"
)

const (
	ackWait = 2 * time.Second
	// pullWait is how long one request for messages waits at the broker.
	pullWait     = 30 * time.Second
	consumerName = "workers"
)

// A taker takes messages from one queue and hands each to its handler.
type taker struct {
	client *client
	queue  broker.Queue
	handle func(context.Context, broker.Delivery)
	pulled jetstream.Consumer
	hands  chan struct{} // one for each message that may be in work
}

// Consume asks for as many messages as there are hands free, and hands each over as it comes: no message waits in
// a buffer of the client's with its AckWait running out, and a message that waits for its retry blocks nobody (as it
// would if MaxAckPending were the limit, which counts those too).
func (c *client) Consume(ctx context.Context, queue string, prefetch int, handle func(context.Context, broker.Delivery)) error {
	if prefetch < 1 || prefetch > maxPrefetch {
		return fmt.Errorf("consuming %s: prefetch is %d; it must be between 1 and %d", queue, prefetch, maxPrefetch)
	}
	if err := checkName(queue); err != nil {
		return err
	}
	t := &taker{client: c, queue: c.queue(queue), handle: handle, hands: make(chan struct{}, prefetch)}
	var handlers sync.WaitGroup
	defer handlers.Wait()
	for ctx.Err() == nil && c.consumer.closed.Err() == nil {
		if t.pulled == nil && t.attach(ctx) != nil {
			return nil // done, or shut
		}
		if err := t.pull(ctx, &handlers); err != nil && !idle(err) {
			t.pulled = nil // it may be gone: make sure that it is there
			pause(ctx, 50*time.Millisecond)
		}
	}
	return nil
}

// maxPrefetch bounds what one request may ask for.
const maxPrefetch = 10000

// pull makes one request, for all hands that are free. It ends when every hand has its message, or when the
// connection is lost: what was asked for went with it.
func (t *taker) pull(ctx context.Context, handlers *sync.WaitGroup) error {
	free := t.freeHands(ctx)
	defer func() { t.letGo(free) }()
	life := t.client.consumer.await(ctx)
	if life == nil || free == 0 {
		return context.Canceled
	}
	request, cancel := within(ctx, life, pullWait)
	defer cancel()
	batch, err := t.pulled.Fetch(free, jetstream.FetchContext(request))
	if err != nil {
		return err
	}
	for msg := range batch.Messages() {
		free--
		handlers.Go(func() {
			defer t.letGo(1)
			t.deliver(ctx, msg)
		})
	}
	return batch.Error()
}

// freeHands waits for a hand and takes all that are free; 0 means that ctx is done.
func (t *taker) freeHands(ctx context.Context) (n int) {
	select {
	case <-ctx.Done():
		return 0
	case t.hands <- struct{}{}:
	}
	for n = 1; n < cap(t.hands); n++ {
		select {
		case t.hands <- struct{}{}:
		default:
			return n
		}
	}
	return n
}

func (t *taker) letGo(n int) {
	for range n {
		<-t.hands
	}
}

// attach makes the queue's consumer, and the queue where its sender has not done that yet.
func (t *taker) attach(ctx context.Context) error {
	conn := t.client.consumer
	return conn.patiently(ctx, func(ctx context.Context) (err error) {
		t.pulled, err = conn.js.CreateOrUpdateConsumer(ctx, workStream(t.queue), consumerConfig(t.queue))
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			return errors.Join(err, declare(ctx, conn.js, t.queue)) // and try again
		}
		return err
	})
}

func consumerConfig(q broker.Queue) jetstream.ConsumerConfig {
	c := jetstream.ConsumerConfig{
		Durable:       consumerName,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       ackWait,
		MaxDeliver:    -1, // the consumer bounds its attempts
		MaxAckPending: -1, // and how many it has at a time
	}
	if len(q.Topics) > 0 {
		c.Durable, c.FilterSubjects = streamName(q.Name), subscribed(q)
		c.DeliverPolicy = jetstream.DeliverNewPolicy // what others have not handled yet is from before it was bound
	}
	return c
}

// idle says whether a request ended with no message and nothing wrong with the queue.
func idle(err error) bool {
	return errors.Is(err, natsgo.ErrTimeout) || errors.Is(err, jetstream.ErrNoMessages) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
