package broker_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"faultline/targets/broker"
)

// BenchmarkAt500 paces messages at 500 a second; each waits for its own confirm and is handled by one of 16.
func BenchmarkAt500(b *testing.B) {
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			k.needs(b)
			s := startServer(b, k)
			c, err := k.open(s.addr(), s.addr())
			must(b, err)
			defer c.Close()
			must(b, c.Declare(b.Context(), broker.Queue{Name: "speed"}))
			pace(b, c)
		})
	}
}

func pace(b *testing.B, c broker.Broker) {
	var mu sync.Mutex
	var confirm, handled []time.Duration
	starts := make([]time.Time, b.N)
	ctx, cancel := context.WithCancel(b.Context())
	var consumer, publishers, arrivals sync.WaitGroup
	arrivals.Add(b.N)
	consumer.Go(func() {
		_ = c.Consume(ctx, "speed", 16, func(ctx context.Context, d broker.Delivery) {
			var i int
			_, _ = fmt.Sscan(d.Headers["sent-at"], &i)
			mu.Lock()
			handled = append(handled, time.Since(starts[i]))
			mu.Unlock()
			_ = d.Ack(ctx)
			arrivals.Done()
		})
	})
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for i := range b.N {
		<-tick.C
		mu.Lock()
		starts[i] = time.Now()
		mu.Unlock()
		publishers.Go(func() {
			if err := c.Publish(ctx, "speed", message(i)); err != nil {
				b.Error(err)
			}
			mu.Lock()
			confirm = append(confirm, time.Since(starts[i]))
			mu.Unlock()
		})
	}
	publishers.Wait()
	arrivals.Wait()
	cancel()
	consumer.Wait()
	report(b, "confirm", confirm)
	report(b, "handle", handled)
}

func report(b *testing.B, what string, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), what+"-p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), what+"-p99-µs")
}
