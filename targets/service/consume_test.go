package service

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"faultline/bench"
	"faultline/targets/broker"
	"faultline/targets/engine"
	"faultline/targets/flow"
	"faultline/targets/order"
	"faultline/targets/store"
	"faultline/targets/transport/queue"
)

// confirming is how long a hatch takes to take an acknowledgement: until then a message is in work.
const confirming = 20 * time.Millisecond

// A hatch is a broker that hands out what is put into it, and tells how long each message took from its delivery to its acknowledgement.
type hatch struct {
	broker.Broker
	queues map[string]chan broker.Message
	acked  chan time.Duration
}

func (h *hatch) Declare(context.Context, ...broker.Queue) error { return nil }

func (h *hatch) Publish(context.Context, string, broker.Message) error { return nil }

func (h *hatch) Consume(ctx context.Context, queue string, prefetch int, handle func(context.Context, broker.Delivery)) error {
	var all sync.WaitGroup
	for range prefetch {
		all.Go(func() {
			for {
				select {
				case m := <-h.queues[queue]:
					d, delivered := broker.Received(m, 1), time.Now()
					d.Ack = func(context.Context) error {
						time.Sleep(confirming)
						h.acked <- time.Since(delivered)
						return nil
					}
					handle(ctx, d)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	all.Wait()
	return nil
}

// newConsumer starts a payment service that consumes two queues of a hatch, that of its work and that of fraud's replies.
func newConsumer(t *testing.T, prefetch int) (*patient, *hatch) {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "payment.db"), engine.Buckets...)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	links := []bench.Link{{From: "order", To: "payment", Transport: "queue"}, {From: "payment", To: "fraud", Transport: "queue"}}
	p, err := newPart(Config{Name: "payment", Architecture: bench.Architecture{Links: links}, Workers: 1, Attempts: 1,
		Broker:   BrokerConfig{Kind: "nats"},
		Settings: engine.Settings{Slots: prefetch, Queue: 1000, Work: time.Microsecond, Timeout: time.Second, Reach: time.Minute}},
		map[string]string{"payment->broker": nobody, "broker->payment": nobody}, db)
	must(t, err)
	must(t, p.peer.Broker.Close())
	h := &hatch{acked: make(chan time.Duration), queues: map[string]chan broker.Message{}}
	for _, name := range []string{"payment", queue.Replies("payment")} {
		h.queues[name] = make(chan broker.Message)
	}
	p.peer.Broker = h
	admin := httptest.NewServer(p.adminRoutes())
	t.Cleanup(admin.Close)
	ended := make(chan error)
	go func() { ended <- p.consume(t.Context()) }()
	t.Cleanup(func() { must(t, <-ended) }) // the test's context is done before
	return &patient{T: t, admin: admin.URL}, h
}

// nobody listens there.
const nobody = "127.0.0.1:1"

// turn puts n messages into each queue at once, and returns when the last was acknowledged, and what the least took.
func (h *hatch) turn(t *testing.T, round, n int) (last, least time.Duration) {
	t.Helper()
	began := time.Now()
	for i := range n {
		id := fmt.Sprintf("ord_%d_%d", round, i)
		for name, body := range map[string]any{
			"payment":                flow.Request{Order: order.Order{ID: id}, ReplyTo: queue.Replies("order")},
			queue.Replies("payment"): flow.Reply{Service: "fraud", Order: "ord_x" + id},
		} {
			raw, err := json.Marshal(body)
			must(t, err)
			go func() { h.queues[name] <- broker.Message{ID: id, Order: id, Body: raw} }()
		}
	}
	for i := range 2 * n {
		select {
		case took := <-h.acked:
			if i == 0 || took < least {
				least = took
			}
		case <-time.After(15 * time.Second):
			t.Fatalf("%d of %d messages were acknowledged", i, 2*n)
		}
	}
	return time.Since(began), least
}

// TestSlowConsumerAtTheWire: each message is acknowledged so much later, and so many are in work at a time, over both queues; as many as
// were delivered where that is not said, and all at once when it is healed.
func TestSlowConsumerAtTheWire(t *testing.T) {
	const each = 8 // messages in each of two queues, and prefetched
	p, h := newConsumer(t, each)
	for i, c := range []struct {
		pace   string
		delay  time.Duration
		rounds time.Duration // one after the other
	}{
		{`{}`, 0, 1},
		{`{"delay_ns":60000000}`, 60 * time.Millisecond, 1},
		{`{"delay_ns":60000000,"hands":4}`, 60 * time.Millisecond, 2 * each / 4},
		{`{}`, 0, 1},
	} {
		p.tell("/consume", c.pace, http.StatusNoContent)
		one := c.delay + confirming
		last := best(t, c.rounds*one, c.rounds*one+40*time.Millisecond, func(try int) time.Duration {
			last, least := h.turn(t, 10*i+try, each)
			if least < one {
				t.Errorf("%s: one was acknowledged %v after its delivery", c.pace, least)
			}
			return last
		})
		t.Logf("%s: %d messages took %v", c.pace, 2*each, last)
	}
}
