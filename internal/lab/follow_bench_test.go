package lab_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"faultline/bench"
	"faultline/targets/order"
)

const (
	benchOrders    = 100
	benchFollowers = 5_000 // each way
)

// BenchmarkFollowers opens 5,000 streams of server-sent events and 5,000 WebSockets at the order service, on sockets of
// their own, and tells what they cost it: bytes a follower, and resident memory with all of them. Then the orders go on:
// confirm-s is from there until the last follower has been told.
func BenchmarkFollowers(b *testing.B) {
	for b.Loop() {
		s := open(b, row(b, "stream"), "nats")
		front, payment := s.system.Services["order"], s.system.Services["payment"]
		must(b, payment.Signal(b.Context(), bench.SignalHang))
		var ids []string
		for i := range benchOrders {
			key := s.key(fmt.Sprintf("bench-%d", i), false)
			s.place(b, key, draft("usr_bench", "WIDGET-42", 1))
			ids = append(ids, order.IDOf(key))
		}
		before, err := front.Usage()
		must(b, err)
		var followers, opened, confirmed sync.WaitGroup
		ctx, leave := context.WithCancel(b.Context())
		for _, follow := range ways {
			for i := range benchFollowers {
				opened.Add(1)
				confirmed.Add(1)
				followers.Go(func() {
					// past the proxies: they are another process
					url := "http://" + front.Addresses().Main + "/api/orders/" + ids[i%benchOrders]
					err := follow(ctx, url, "", func(e event) {
						switch e.Status {
						case order.Processing:
							opened.Done()
						case order.Confirmed:
							confirmed.Done()
						}
					})
					if err != nil && ctx.Err() == nil {
						b.Error(err)
					}
				})
			}
		}
		opened.Wait()
		after, err := front.Usage()
		must(b, err)
		begun := time.Now()
		must(b, payment.Signal(b.Context(), bench.SignalContinue))
		confirmed.Wait()
		b.ReportMetric(float64(after.Memory-before.Memory)/(2*benchFollowers), "B/follower")
		b.ReportMetric(float64(after.Memory)/1e6, "rss-MB")
		b.ReportMetric(time.Since(begun).Seconds(), "confirm-s")
		leave()
		followers.Wait()
	}
}
