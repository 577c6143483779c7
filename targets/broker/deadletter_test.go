package broker_test

import (
	"context"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/broker"
)

// replay: a dead letter says why, since when and after how many attempts; put back it is a new message, which may die again.
func replay(t *testing.T, r *rig) {
	began := time.Now()
	var mended atomic.Bool
	l := newLog()
	r.handle(t, 4, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		switch {
		case mended.Load():
			must(t, d.Ack(ctx))
		case d.Attempt == 1:
			must(t, d.Retry(ctx, 50*time.Millisecond))
		default:
			must(t, d.Dead(ctx, "no amount\nin it"))
		}
	})
	v := r.view(t)
	dead := func(n int) func() bool {
		return func() bool { return r.sample(t, v) == bench.QueueSample{Queue: r.queue, Dead: n} }
	}
	r.send(t, 1)
	poll.Until(t, 5*time.Second, "the first is dead", dead(1))
	r.send(t, 2)
	poll.Until(t, 5*time.Second, "both are dead", dead(2))
	first := r.letters(t, "")
	if len(first) != 2 || first[0].ID != "m1" || first[0].Order != "ord_m1" || first[0].Queue != r.queue || first[0].Attempts != 2 ||
		first[0].Reason != "no amount in it" && first[0].Reason != "no amount\nin it" || first[1].ID != "m2" {
		t.Fatalf("dead letters %+v", first)
	}
	if s := first[0].Since; s.Before(began) || s.After(time.Now()) {
		t.Errorf("dead since %v", s)
	}
	r.letters(t, "ord_m1")
	poll.Until(t, 5*time.Second, "the one that went back is dead again", func() bool { return len(l.of("m1")) == 2 && l.messages() == 3 && dead(2)() })
	again := r.letters(t, "")
	if len(again) != 2 || again[0].ID != "m2" || again[1].Order != "ord_m1" || again[1].Attempts != 2 || again[1].ID == "m1" {
		t.Fatalf("dead letters %+v", again)
	}
	mended.Store(true)
	r.letters(t, "ord_m1")
	poll.Until(t, 5*time.Second, "it is handled", func() bool { return l.messages() == 4 && dead(1)() })
	if left := r.letters(t, ""); len(left) != 1 || left[0] != again[0] {
		t.Errorf("dead letters %+v, want what was not put back", left)
	}
	if got := l.of("m2"); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("attempts at the other: %v", got)
	}
}

// letters lists the dead letters, and puts those of an order back.
func (r *rig) letters(t *testing.T, order string) (all []broker.DeadLetter) {
	t.Helper()
	must(t, r.kind.letters(t.Context(), r.addr(), r.queue, func(l broker.DeadLetter) bool {
		all = append(all, l)
		return l.Order == order
	}))
	return all
}

// breaksPromises: what a queue is declared not to promise it does not do.
func breaksPromises(t *testing.T, r *rig) {
	queues := map[string]broker.Queue{}
	for _, q := range []broker.Queue{{Name: "no-dead-letter", NoDeadLetter: true}, {Name: "auto-ack", AutoAck: true},
		{Name: "transient", Transient: true}, {Name: "unconfirmed", Unconfirmed: true}} {
		name := q.Name
		q.Name = r.queue + "." + name
		queues[name] = q
		must(t, r.broker.Declare(t.Context(), q))
	}
	on := func(name string) *rig { other := *r; other.queue = queues[name].Name; return &other }
	t.Run("no-dead-letter", func(t *testing.T) { dropsTheDead(t, on("no-dead-letter")) })
	t.Run("auto-ack", func(t *testing.T) { forgetsOnReceipt(t, on("auto-ack")) })
	t.Run("unconfirmed", func(t *testing.T) { doesNotWait(t, on("unconfirmed")) })
	t.Run("transient", func(t *testing.T) { diesWithTheBroker(t, on("transient")) })
}

func dropsTheDead(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		must(t, d.Dead(ctx, "why"))
	})
	r.send(t, 1)
	v := r.view(t)
	poll.Until(t, 5*time.Second, "it is gone", func() bool { return l.messages() == 1 && r.sample(t, v) == bench.QueueSample{Queue: r.queue} })
	if left := r.letters(t, ""); len(left) > 0 {
		t.Errorf("dead letters %+v", left)
	}
}

// forgetsOnReceipt: no end of a delivery brings it back, and it is gone while it is in work.
func forgetsOnReceipt(t *testing.T, r *rig) {
	l, release := newLog(), make(chan struct{})
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		<-release
		must(t, d.Retry(ctx, time.Millisecond))
	})
	r.send(t, 1)
	v := r.view(t)
	poll.Until(t, 5*time.Second, "it is in work, and gone", func() bool { return l.messages() == 1 && r.sample(t, v) == bench.QueueSample{Queue: r.queue} })
	close(release)
	r.send(t, 2)
	poll.Until(t, 5*time.Second, "the next is handled", func() bool { return len(l.of("m2")) == 1 })
	if got := l.of("m1"); !slices.Equal(got, []int{1}) {
		t.Errorf("attempts %v, want one", got)
	}
}

// doesNotWait: publishing to a broker that stands still succeeds.
func doesNotWait(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 1, ackAll(t, l))
	r.send(t, 1)
	poll.Until(t, 5*time.Second, "it arrives all the same", func() bool { return l.messages() == 1 })
	r.signal(t, syscall.SIGSTOP)
	defer r.signal(t, syscall.SIGCONT)
	r.send(t, 2)
}

// diesWithTheBroker: what was confirmed and waits is gone with the broker, and the queue works again.
func diesWithTheBroker(t *testing.T, r *rig) {
	r.send(t, 1)
	r.kill()
	r.start(t)
	r.sendSoon(t, 2)
	l := newLog()
	r.handle(t, 1, ackAll(t, l))
	poll.Until(t, 10*time.Second, "what came after", func() bool { return len(l.of("m2")) == 1 })
	if len(l.of("m1")) > 0 {
		t.Error("a transient message outlived the broker")
	}
}
