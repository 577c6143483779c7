package broker_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/broker"
)

// A rig is one test's client of a broker, and a queue of its own.
type rig struct {
	*server
	publish, consume *forwarder
	broker           broker.Broker
	queue            string
}

func newRig(t *testing.T, s *server, queue string) *rig {
	t.Helper()
	r := &rig{server: s, queue: queue, publish: forward(t, s.addr), consume: forward(t, s.addr)}
	b, err := s.kind.open(r.publish.addr(), r.consume.addr())
	must(t, err)
	r.broker = b
	t.Cleanup(func() { must(t, b.Close()) })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	must(t, b.Declare(ctx, broker.Queue{Name: queue, Quorum: s.kind.quorum}))
	return r
}

func message(i int) broker.Message {
	id := fmt.Sprint("m", i)
	return broker.Message{ID: id, Order: "ord_" + id, Body: []byte("body " + id), Headers: map[string]string{"sent-at": fmt.Sprint(i)}}
}

func (r *rig) send(t *testing.T, i int) {
	t.Helper()
	must(t, r.broker.Publish(t.Context(), r.queue, message(i)))
}

// sendSoon is for a broker that is coming back.
func (r *rig) sendSoon(t *testing.T, i int) {
	t.Helper()
	poll.Until(t, patience, "publishing works", func() bool { return r.broker.Publish(t.Context(), r.queue, message(i)) == nil })
}

// handle consumes until the test, or stop, ends it.
func (r *rig) handle(t *testing.T, prefetch int, h func(context.Context, broker.Delivery)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.broker.Consume(ctx, r.queue, prefetch, h) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("consume:", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func (r *rig) view(t *testing.T) bench.BrokerView {
	t.Helper()
	v, err := r.kind.view(r.addr, r.queue)
	must(t, err)
	t.Cleanup(func() { must(t, v.Close()) })
	return v
}

// sample is the view of the rig's queue.
func (r *rig) sample(t *testing.T, v bench.BrokerView) bench.QueueSample {
	t.Helper()
	all, err := v.Queues(t.Context())
	must(t, err)
	for _, s := range all {
		if s.Queue == r.queue {
			return s
		}
	}
	t.Fatalf("no sample of %s among %v", r.queue, all)
	return bench.QueueSample{}
}

func (r *rig) leftovers(t *testing.T, v bench.BrokerView) (mine []bench.Leftover) {
	t.Helper()
	all, err := v.Leftovers(t.Context())
	must(t, err)
	for _, l := range all {
		if l.Where == r.queue {
			mine = append(mine, l)
		}
	}
	return mine
}

// A log is what handlers saw.
type log struct {
	mu       sync.Mutex
	attempts map[string][]int
	times    map[string][]time.Time
}

func newLog() *log {
	return &log{attempts: map[string][]int{}, times: map[string][]time.Time{}}
}

func (l *log) add(d broker.Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attempts[d.ID] = append(l.attempts[d.ID], d.Attempt)
	l.times[d.ID] = append(l.times[d.ID], time.Now())
}

func (l *log) messages() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.attempts)
}

func (l *log) of(id string) []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]int(nil), l.attempts[id]...)
}

func (l *log) gaps(id string) (gaps []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := 1; i < len(l.times[id]); i++ {
		gaps = append(gaps, l.times[id][i].Sub(l.times[id][i-1]))
	}
	return gaps
}

// patience is how long a test waits for what must happen: it fails no earlier on a slow machine.
const patience = 60 * time.Second
