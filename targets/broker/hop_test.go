package broker_test

import (
	"context"
	"testing"

	"faultline/targets/broker"
)

// BenchmarkHop sends one message after the other and waits until every subscriber has it: what a hop costs a client of
// the broker, both ends together.
func BenchmarkHop(b *testing.B) {
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			k.needs(b)
			s := startServer(b, k)
			b.Run("queue", func(b *testing.B) {
				hop(b, s, broker.Broker.Publish, "hop", broker.Queue{Name: "hop"})
			})
			b.Run("topic-to-two", func(b *testing.B) {
				hop(b, s, broker.Broker.Broadcast, "hops", broker.Queue{Name: "a", Topics: []string{"hops"}}, broker.Queue{Name: "b", Topics: []string{"hops"}})
			})
		})
	}
}

func hop(b *testing.B, s *server, send func(broker.Broker, context.Context, string, broker.Message) error, to string, queues ...broker.Queue) {
	c, err := s.kind.open(s.addr(), s.addr())
	must(b, err)
	defer c.Close()
	must(b, c.Declare(b.Context(), queues...))
	ctx, cancel := context.WithCancel(b.Context())
	got, done := make(chan struct{}), make(chan error)
	for _, q := range queues {
		go func() {
			done <- c.Consume(ctx, q.Name, 1, func(ctx context.Context, d broker.Delivery) {
				_ = d.Ack(ctx)
				got <- struct{}{}
			})
		}()
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		must(b, send(c, ctx, to, message(i)))
		for range queues {
			<-got
		}
	}
	cancel()
	for range queues {
		must(b, <-done)
	}
}
