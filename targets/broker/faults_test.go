package broker_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/broker"
)

// refusesPublishers: nothing that is published gets in, and the publisher knows that at once; what was there is handed out;
// once it is healed all is as before.
func refusesPublishers(t *testing.T, r *rig) {
	sub, c := r.subscriber(t, "sub", r.queue+".paid"), r.kind.control(r.server)
	r.send(t, 1)
	began := time.Now()
	must(t, c.Refuse(t.Context(), true))
	t.Logf("in effect after %v", time.Since(began))
	defer func() { must(t, c.Refuse(context.Background(), false)) }()
	poll.Until(t, 5*time.Second, "publishing is refused", func() bool { return r.broker.Publish(t.Context(), r.queue, message(2)) != nil })
	refused, slowest := 0, time.Duration(0)
	for i := range 50 {
		began := time.Now()
		if errors.Is(r.broker.Publish(t.Context(), r.queue, message(100+i)), broker.ErrNotSent) {
			refused++
		}
		slowest = max(slowest, time.Since(began))
	}
	t.Logf("%d of 50 refused, in %v at most", refused, slowest)
	if refused != 50 || slowest > time.Second {
		t.Errorf("%d of 50 were refused for certain, in %v at most", refused, slowest)
	}
	if err := r.broker.Broadcast(t.Context(), r.queue+".paid", message(3)); err == nil {
		t.Error("an event was taken")
	}
	l := newLog()
	r.handle(t, 4, ackAll(t, l))
	sub.handle(t, 4, ackAll(t, l))
	poll.Until(t, 5*time.Second, "what was there is handed out", func() bool { return slices.Equal(l.of("m1"), []int{1}) })
	must(t, c.Refuse(t.Context(), false))
	poll.Until(t, 5*time.Second, "publishing works", func() bool { return r.broker.Publish(t.Context(), r.queue, message(4)) == nil })
	r.broadcast(t, r.queue+".paid", 5)
	poll.Until(t, 5*time.Second, "all is handled", func() bool { return l.of("m4") != nil && l.of("m5") != nil })
	if l.messages() > 4 { // m2 may have been taken before the refusal was in effect
		t.Errorf("%d messages were handled, at most 4 were taken", l.messages())
	}
}

// redelivers: what is not acknowledged comes again, each message once for each time it is struck, and what is acknowledged
// does not.
func redelivers(t *testing.T, r *rig) {
	const n = 20
	c, l := r.kind.control(r.server), newLog()
	acked, held := make(chan struct{}), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(held) })
	defer letGo()
	r.handle(t, 2*n, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		if d.Order == "ord_m0" {
			must(t, d.Ack(ctx))
			close(acked)
			return
		}
		if d.Attempt == 1 {
			<-held
		}
		_ = d.Ack(ctx) // of a delivery that was taken back: an error, or of no effect
	})
	for i := range n + 1 {
		r.send(t, i)
	}
	poll.Until(t, 5*time.Second, "all are in work", func() bool { return l.messages() == n+1 })
	<-acked
	v := r.view(t)
	if r.kind.name == "nats" { // whose acknowledgements are not confirmed: the one is on its way
		poll.Until(t, 5*time.Second, "the one is acknowledged", func() bool { return r.sample(t, v).Taken == n })
	}
	began := time.Now()
	back, err := c.Redeliver(t.Context())
	must(t, err)
	again := func() (sum int) {
		for i := 1; i <= n; i++ {
			if slices.Equal(l.of(message(i).ID), []int{1, 2}) {
				sum++
			}
		}
		return sum
	}
	poll.Until(t, 5*time.Second, "all come again", func() bool { return again() == n })
	t.Logf("%d taken back, all again after %v", back, time.Since(began))
	if back < n || time.Since(began) > 2*time.Second && r.kind.name == "nats" {
		t.Errorf("%d were taken back, want at least the %d of this queue, sooner than they would come by themselves", back, n)
	}
	letGo()
	poll.Until(t, 5*time.Second, "nothing is left", func() bool { return r.sample(t, v) == bench.QueueSample{Queue: r.queue} })
	if got := l.of("m0"); !slices.Equal(got, []int{1}) {
		t.Errorf("what was acknowledged was delivered at attempts %v", got)
	}
}

// losesABinding: the queue gets nothing of the topic it lost, whoever publishes is told if nobody does, and afterwards it gets
// what is published then.
func losesABinding(t *testing.T, r *rig) {
	paid, alone := r.queue+".paid", r.queue+".alone"
	loses, keeps, c := r.subscriber(t, "loses", paid, alone), r.subscriber(t, "keeps", paid), r.kind.control(r.server)
	lost, kept := newLog(), newLog()
	loses.handle(t, 4, ackAll(t, lost))
	keeps.handle(t, 4, ackAll(t, kept))
	r.broadcast(t, paid, 1)
	poll.Until(t, 5*time.Second, "both have the first", func() bool { return lost.messages() == 1 && kept.messages() == 1 })
	bound := func() int {
		n, err := c.Bound(t.Context(), loses.queue, paid, alone)
		must(t, err)
		return n
	}
	if n := bound(); n != 2 {
		t.Errorf("bound to %d topics, want 2", n)
	}
	must(t, c.Unbind(t.Context(), loses.queue, paid, alone))
	if n := bound(); n != 0 {
		t.Errorf("bound to %d topics, want none", n)
	}
	r.broadcast(t, paid, 2) // and is told that all is well: one of two has it
	if err := r.broker.Broadcast(t.Context(), alone, message(3)); !errors.Is(err, broker.ErrNotSent) {
		t.Errorf("publishing what nobody gets: %v, want ErrNotSent", err)
	}
	poll.Until(t, 5*time.Second, "who kept its binding has it", func() bool { return kept.of("m2") != nil })
	told := r.flood(t, alone) // of whatever was not refused, at the moment of the cure too, it must get everything
	for range 2 {
		must(t, c.Bind(t.Context(), loses.queue, paid, alone))
	}
	accepted := told()
	if n := bound(); n != 2 {
		t.Errorf("bound to %d topics again, want 2", n)
	}
	r.broadcast(t, paid, 4)
	r.broadcast(t, alone, 5)
	poll.Until(t, 5*time.Second, "it gets messages again", func() bool { return lost.of("m4") != nil && lost.of("m5") != nil && kept.of("m4") != nil })
	poll.Until(t, 5*time.Second, "it gets all that was accepted", func() bool { return lost.messages() == 3+accepted })
	if lost.of("m2") != nil || lost.of("m3") != nil || kept.messages() != 3 {
		t.Errorf("it got %v of what was published meanwhile; the other %d messages", lost.attempts, kept.messages())
	}
}

// flood publishes to a topic until told is called, which says how many messages were not refused.
func (r *rig) flood(t *testing.T, topic string) (told func() int) {
	stop, accepted := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for i := 1000; ; i++ {
			select {
			case <-stop:
				accepted <- n
				return
			default:
			}
			if !errors.Is(r.broker.Broadcast(context.Background(), topic, message(i)), broker.ErrNotSent) {
				n++
			}
		}
	}()
	return func() int { close(stop); return <-accepted }
}
