package broker_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/broker"
)

// subscriber is a rig like r for a queue of another name that is bound to topics.
func (r *rig) subscriber(t *testing.T, name string, topics ...string) *rig {
	t.Helper()
	other := *r
	other.queue = r.queue + "." + name
	must(t, r.broker.Declare(t.Context(), broker.Queue{Name: other.queue, Topics: topics}))
	return &other
}

func (r *rig) broadcast(t *testing.T, topic string, i int) {
	t.Helper()
	must(t, r.broker.Broadcast(t.Context(), topic, message(i)))
}

// topics: each queue that is bound to a topic gets each message once, and ends it in its own way.
func topics(t *testing.T, r *rig) {
	paid, shipped := r.queue+".paid", r.queue+".shipped"
	if err := r.broker.Broadcast(t.Context(), paid, message(1)); !errors.Is(err, broker.ErrNotSent) {
		t.Errorf("to a topic that no queue is bound to: %v, want ErrNotSent", err)
	}
	both, one := r.subscriber(t, "both", paid, shipped), r.subscriber(t, "one", paid)
	other := *r // another client, which knows one queue only
	b, err := r.kind.open(r.addr(), r.addr())
	must(t, err)
	defer b.Close()
	other.broker = b
	other.queue = one.queue
	must(t, b.Declare(t.Context(), broker.Queue{Name: one.queue, Topics: []string{paid}}))

	inBoth, inOne := newLog(), newLog()
	both.handle(t, 4, ackAll(t, inBoth))
	one.handle(t, 4, func(ctx context.Context, d broker.Delivery) {
		inOne.add(d)
		switch {
		case d.ID == "m2":
			must(t, d.Dead(ctx, "not wanted"))
		case d.ID == "m3" && d.Attempt == 1:
			must(t, d.Retry(ctx, 50*time.Millisecond))
		default:
			must(t, d.Ack(ctx))
		}
	})
	for i := 1; i <= 3; i++ {
		other.broadcast(t, paid, i)
	}
	r.broadcast(t, shipped, 1) // the same ID on another topic is another message
	poll.Until(t, 5*time.Second, "all is handled", func() bool {
		return slices.Equal(inBoth.of("m1"), []int{1, 1}) && inBoth.messages() == 3 && slices.Equal(inOne.of("m3"), []int{1, 2})
	})
	v := both.view(t)
	poll.Until(t, 5*time.Second, "nothing is left", func() bool { return both.sample(t, v) == bench.QueueSample{Queue: both.queue} })
	v = one.view(t)
	poll.Until(t, 5*time.Second, "but a dead letter", func() bool { return one.sample(t, v) == bench.QueueSample{Queue: one.queue, Dead: 1} })
	if got := [][]int{inBoth.of("m2"), inBoth.of("m3"), inOne.of("m1"), inOne.of("m2")}; !slices.EqualFunc(got, [][]int{{1}, {1}, {1}, {1}}, slices.Equal) {
		t.Errorf("attempts %v, want one each", got)
	}
	must(t, r.broker.Publish(t.Context(), one.queue, message(4)))
	poll.Until(t, 5*time.Second, "a message to one queue alone", func() bool { return slices.Equal(inOne.of("m4"), []int{1}) })
	one.letters(t, "ord_m2")
	poll.Until(t, 5*time.Second, "a dead letter that is put back", func() bool { return inOne.messages() == 5 && len(one.letters(t, "")) == 0 })
	if n := inBoth.messages(); n != 3 {
		t.Errorf("the other queue has had %d messages, want 3", n)
	}
	if got := inBoth.of("m4"); got != nil {
		t.Errorf("the other queue got it too, at attempts %v", got)
	}
}

// lateSubscriber: a queue is bound while messages flow, and nobody who publishes knows. From then on it gets them all.
func lateSubscriber(t *testing.T, r *rig) {
	topic := r.queue + ".paid"
	early := r.subscriber(t, "early", topic)
	r.broadcast(t, topic, 1)
	third, err := r.kind.open(r.addr(), r.addr())
	must(t, err)
	defer third.Close()
	late := *r
	late.broker, late.queue = third, r.queue+".late"
	must(t, third.Declare(t.Context(), broker.Queue{Name: late.queue, Topics: []string{topic}}))
	r.broadcast(t, topic, 2)
	inEarly, inLate := newLog(), newLog()
	early.handle(t, 1, ackAll(t, inEarly))
	late.handle(t, 1, ackAll(t, inLate))
	r.broadcast(t, topic, 3)
	poll.Until(t, 5*time.Second, "all is handled", func() bool { return inEarly.messages() == 3 && inLate.messages() == 2 })
	if got := inLate.of("m1"); got != nil {
		t.Errorf("it got what was published before, at attempts %v", got)
	}
}

// deadSubscriber: what is published while a subscriber is gone waits for it, also through the death of the broker; what
// the others have handled does not come back.
func deadSubscriber(t *testing.T, r *rig) {
	const n = 20
	topic := r.queue + ".paid"
	gone, there := r.subscriber(t, "gone", topic), r.subscriber(t, "there", topic)
	l := newLog()
	stop := there.handle(t, 4, ackAll(t, l))
	for i := range n {
		r.broadcast(t, topic, i)
	}
	poll.Until(t, 5*time.Second, "the other has handled all", func() bool { return l.messages() == n })
	v := gone.view(t)
	poll.Until(t, 5*time.Second, "all wait", func() bool { return gone.sample(t, v) == bench.QueueSample{Queue: gone.queue, Ready: n} })
	w := there.view(t)
	poll.Until(t, 5*time.Second, "for one only", func() bool { return there.sample(t, w) == bench.QueueSample{Queue: there.queue} })
	if left := gone.leftovers(t, v); len(left) != n || left[0].Order != "ord_m0" || left[0].Dead {
		t.Errorf("%d leftovers, want %d: %v", len(left), n, left)
	}
	if left := there.leftovers(t, w); len(left) > 0 {
		t.Errorf("leftovers of who has handled all: %v", left)
	}
	stop()
	r.kill()
	r.start(t)
	poll.Until(t, patience, "publishing works", func() bool { return r.broker.Broadcast(t.Context(), topic, message(n)) == nil })
	l = newLog()
	gone.handle(t, 4, ackAll(t, l))
	poll.Until(t, patience, "all are handled", func() bool { return l.messages() == n+1 })
}
