package broker_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/broker"
)

func prefetch(t *testing.T, r *rig) {
	const limit, n = 3, 20
	var inside, most atomic.Int64
	l, gate := newLog(), make(chan struct{})
	r.handle(t, limit, func(ctx context.Context, d broker.Delivery) {
		for now := inside.Add(1); ; {
			if was := most.Load(); now <= was || most.CompareAndSwap(was, now) {
				break
			}
		}
		<-gate
		inside.Add(-1)
		ackAll(t, l)(ctx, d)
	})
	for i := range n {
		r.send(t, i)
	}
	poll.Until(t, 5*time.Second, "as many in work as allowed", func() bool { return inside.Load() == limit })
	close(gate)
	poll.Until(t, 5*time.Second, "all handled", func() bool { return l.messages() == n })
	if most.Load() != limit {
		t.Errorf("%d at a time, want %d", most.Load(), limit)
	}
}

// longWork takes longer than NATS waits for an acknowledgement.
func longWork(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 2, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		select {
		case <-time.After(4500 * time.Millisecond): // the work
		case <-ctx.Done():
		}
		if err := d.Ack(ctx); err != nil {
			t.Error(err)
		}
	})
	r.send(t, 1)
	v := r.view(t)
	poll.Until(t, 10*time.Second, "the queue is empty", func() bool { return l.messages() == 1 && r.sample(t, v) == bench.QueueSample{Queue: r.queue} })
	if r.kind.name == "rabbitmq" { // where a message in work is not seen
		poll.Until(t, 10*time.Second, "the work is done", func() bool { return time.Since(l.times["m1"][0]) > 5*time.Second })
	}
	if got := l.of("m1"); !slices.Equal(got, []int{1}) {
		t.Errorf("attempts %v, want one", got)
	}
}

func returnsWhenDone(t *testing.T, r *rig) {
	started, finished := make(chan struct{}), make(chan error, 1)
	stop := r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		close(started)
		<-ctx.Done()
		finished <- d.Ack(context.WithoutCancel(ctx))
	})
	r.send(t, 1)
	<-started
	began := time.Now()
	stop()
	select {
	case err := <-finished:
		must(t, err)
	default:
		t.Error("consume returned before its handler")
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("consume returned after %v", took)
	}
	v := r.view(t)
	poll.Until(t, 5*time.Second, "the acknowledgement counted", func() bool { return r.sample(t, v) == bench.QueueSample{Queue: r.queue} })
}

// returnsWhenClosed: Close ends Consume, and consuming again and again, ended at once, is no trouble.
func returnsWhenClosed(t *testing.T, r *rig) {
	for range 5 {
		r.handle(t, 4, ackAll(t, newLog()))()
	}
	l := newLog()
	done := make(chan error, 1)
	go func() { done <- r.broker.Consume(context.Background(), r.queue, 4, ackAll(t, l)) }()
	r.send(t, 1)
	poll.Until(t, 5*time.Second, "the message", func() bool { return l.messages() == 1 })
	must(t, r.broker.Close())
	select {
	case err := <-done:
		must(t, err)
	case <-time.After(2 * time.Second):
		t.Error("consume goes on after close")
	}
	if err := r.broker.Publish(t.Context(), r.queue, message(2)); !errors.Is(err, broker.ErrNotSent) {
		t.Errorf("publishing after close: %v, want ErrNotSent", err)
	}
}

// unended: a handler that ends its delivery in no way gets it again.
func unended(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		if d.Attempt == 1 {
			l.add(d)
			return
		}
		ackAll(t, l)(ctx, d)
	})
	r.send(t, 1)
	poll.Until(t, 5*time.Second, "a second attempt", func() bool { return slices.Equal(l.of("m1"), []int{1, 2}) })
}
