package lab_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"faultline/bench"
	"faultline/chaos"
	"faultline/internal/poll"
	"faultline/targets"
	"faultline/targets/broker"
	"faultline/targets/broker/nats"
	"faultline/targets/broker/rabbitmq"
	"faultline/targets/order"
	"faultline/targets/transport/topic"
)

// TestThirdSubscriber: of payment.completed, order and inventory each get one. A third one subscribes while the services
// run, and gets it too; what the services publish, and what becomes of orders, is as before.
func TestThirdSubscriber(t *testing.T) {
	for _, kind := range []string{"nats", "rabbitmq"} {
		t.Run(kind, func(t *testing.T) {
			if kind == "rabbitmq" {
				needsNode(t)
			}
			s := open(t, rowOf(t, "pubsub"), kind)
			at := s.system.Injector.(*chaos.Network).Address("order->broker")
			before := s.published(t, kind, at, "before")
			if before != 7 && kind == "nats" {
				t.Errorf("an order made %v messages, want one for each of its 7 events", before)
			}
			third := subscribe(t, kind, at, "payment.completed")
			after := s.published(t, kind, at, "after")
			if before != after {
				t.Errorf("an order made %v messages before there was a third subscriber, %v after", before, after)
			}
			poll.Until(t, 10*time.Second, "the third subscriber has every payment once", func() bool {
				return slices.Equal(third.all(), slices.Repeat([]int{1}, ordersPublished))
			})
			checkBooks(t, s)
		})
	}
}

func rowOf(t *testing.T, name string) bench.Architecture {
	t.Helper()
	rows := targets.Architectures()
	i := slices.IndexFunc(rows, func(a bench.Architecture) bool { return a.Name == name })
	if i < 0 {
		t.Fatalf("no architecture %s", name)
	}
	return rows[i]
}

const ordersPublished = 10

// published places orders, waits until they are shipped, and returns how many messages each has made; over RabbitMQ,
// which does not count them, 0.
func (s *shop) published(t *testing.T, kind, at, name string) float64 {
	t.Helper()
	was := lastMessage(t, kind, at)
	var ids []string
	for i := range ordersPublished {
		key := s.key(fmt.Sprintf("%s-%d", name, i), false)
		s.place(t, key, draft("usr_third", "WIDGET-42", 1))
		ids = append(ids, order.IDOf(key))
	}
	for _, id := range ids {
		s.until(t, id, order.Shipped)
	}
	return float64(lastMessage(t, kind, at)-was) / ordersPublished
}

// lastMessage is how many messages were ever published to topics.
func lastMessage(t *testing.T, kind, at string) uint64 {
	t.Helper()
	if kind != "nats" {
		return 0
	}
	nc, err := natsgo.Connect("nats://"+at, natsgo.IgnoreDiscoveredServers())
	must(t, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	must(t, err)
	stream, err := js.Stream(t.Context(), "topics")
	must(t, err)
	info, err := stream.Info(t.Context())
	must(t, err)
	return info.State.LastSeq
}

// A subscription counts what a subscriber gets, by the order.
type subscription struct {
	mu  sync.Mutex
	got map[string]int
}

func (s *subscription) all() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.got))
}

func subscribe(t *testing.T, kind, at, event string) *subscription {
	t.Helper()
	b, err := nats.Open(at, at)
	if kind == "rabbitmq" {
		b, err = rabbitmq.Open("amqp://guest:guest@127.0.0.1/", at, at)
	}
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	must(t, b.Declare(t.Context(), broker.Queue{Name: "ledger.events", Topics: []string{event}}))
	s := &subscription{got: map[string]int{}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		done <- b.Consume(ctx, "ledger.events", 4, func(ctx context.Context, d broker.Delivery) {
			var e topic.Event
			if err := json.Unmarshal(d.Body, &e); err != nil || e.Event != event || e.Order.ID != d.Order {
				t.Errorf("got %s: %v", d.Body, err)
			}
			s.mu.Lock()
			s.got[d.Order]++
			s.mu.Unlock()
			_ = d.Ack(ctx)
		})
	}()
	t.Cleanup(func() { cancel(); must(t, <-done) })
	return s
}
