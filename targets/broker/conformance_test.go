package broker_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/broker"
)

// TestConformance holds every broker to the promises of package broker.
func TestConformance(t *testing.T) {
	checks := []struct {
		name  string
		check func(*testing.T, *rig)
	}{
		{"one-message", oneMessage},
		{"thousands", thousands},
		{"same-id-twice", sameIDTwice},
		{"undeclared", undeclared},
		{"retry", retry},
		{"retry-blocks-nobody", retryBlocksNobody},
		{"dead", dead},
		{"topics", topics},
		{"late-subscriber", lateSubscriber},
		{"replay", replay},
		{"breaks-promises", breaksPromises},
		{"prefetch", prefetch},
		{"long-work", longWork},
		{"returns-when-done", returnsWhenDone},
		{"returns-when-closed", returnsWhenClosed},
		{"unended", unended},
		{"lost-connection", lostConnection},
		{"crash-loop", crashLoop},
		{"view", view},
		{"refuses-publishers", refusesPublishers},
		{"redelivers", redelivers},
		{"loses-a-binding", losesABinding},
		{"hang", hang},
		{"down", down},
		{"kill-while-publishing", killWhilePublishing},
		{"dead-subscriber", deadSubscriber},
		{"kill-while-retrying", killWhileRetrying},
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			k.needs(t)
			t.Parallel()
			s := startServer(t, k)
			for _, c := range checks {
				t.Run(c.name, func(t *testing.T) { c.check(t, newRig(t, s, "test."+c.name+".work")) })
			}
		})
	}
}

// TestQuorumQueues: RabbitMQ's quorum queues keep the same promises, those about attempts and about the broker's death first.
func TestQuorumQueues(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short keeps to classic queues")
	}
	k := kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == "rabbitmq" })]
	k.needs(t)
	t.Parallel()
	k.quorum = true
	s := startServer(t, k)
	for name, check := range map[string]func(*testing.T, *rig){
		"one-message": oneMessage, "thousands": thousands, "retry": retry, "dead": dead, "prefetch": prefetch, "crash-loop": crashLoop,
		"kill-while-publishing": killWhilePublishing, "kill-while-retrying": killWhileRetrying,
	} {
		t.Run(name, func(t *testing.T) { check(t, newRig(t, s, "quorum."+name+".work")) })
	}
}

func ackAll(t *testing.T, l *log) func(context.Context, broker.Delivery) {
	return func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		if err := d.Ack(ctx); err != nil {
			t.Log("ack:", err)
		}
	}
}

func oneMessage(t *testing.T, r *rig) {
	got := make(chan broker.Delivery, 1)
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		if err := d.Ack(ctx); err != nil {
			t.Error(err)
		}
		got <- d
	})
	r.send(t, 7)
	d := <-got
	if !reflect.DeepEqual(d.Message, message(7)) || d.Attempt != 1 {
		t.Errorf("got %+v, attempt %d; want %+v, attempt 1", d.Message, d.Attempt, message(7))
	}
}

func thousands(t *testing.T, r *rig) {
	const n, publishers = 5000, 50
	l := newLog()
	r.handle(t, 32, ackAll(t, l))
	took := make([]time.Duration, n)
	var wg sync.WaitGroup
	for p := range publishers {
		wg.Go(func() {
			for i := p; i < n; i += publishers {
				began := time.Now()
				if err := r.broker.Publish(t.Context(), r.queue, message(i)); err != nil {
					t.Error(err)
				}
				took[i] = time.Since(began)
			}
		})
	}
	wg.Wait()
	poll.Until(t, patience, "all messages handled", func() bool { return l.messages() == n })
	slices.Sort(took)
	t.Logf("publish to confirm, %d at a time: p50 %v p99 %v", publishers, took[n/2], took[n*99/100])
	v := r.view(t)
	poll.Until(t, 5*time.Second, "the queue is empty", func() bool { return r.sample(t, v) == bench.QueueSample{Queue: r.queue} })
}

func sameIDTwice(t *testing.T, r *rig) {
	l := newLog()
	r.send(t, 1)
	r.send(t, 1)
	r.handle(t, 1, ackAll(t, l))
	r.send(t, 2)
	poll.Until(t, 5*time.Second, "both handled", func() bool { return l.messages() == 2 })
}

func undeclared(t *testing.T, r *rig) {
	if err := r.broker.Publish(t.Context(), "test.nobody", message(1)); !errors.Is(err, broker.ErrNotSent) {
		t.Errorf("to a queue that nobody declared: %v, want ErrNotSent", err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.broker.Publish(done, r.queue, message(1)); !errors.Is(err, broker.ErrNotSent) {
		t.Errorf("with a context that is done: %v, want ErrNotSent", err)
	}
	r.send(t, 1) // the connection is still good
}

func retry(t *testing.T, r *rig) {
	delays := []time.Duration{100 * time.Millisecond, 500 * time.Millisecond, time.Second}
	l := newLog()
	r.handle(t, 4, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		end := d.Ack
		if d.Attempt <= len(delays) {
			end = func(ctx context.Context) error { return d.Retry(ctx, delays[d.Attempt-1]) }
		}
		if err := end(ctx); err != nil {
			t.Error(err)
		}
	})
	r.send(t, 1)
	poll.Until(t, 10*time.Second, "four attempts", func() bool { return len(l.of("m1")) == 4 })
	if got := l.of("m1"); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("attempts %v", got)
	}
	for i, gap := range l.gaps("m1") {
		if gap < delays[i]-5*time.Millisecond || gap > delays[i]+time.Second {
			t.Errorf("retry %d came after %v, want %v", i+1, gap, delays[i])
		}
		t.Logf("asked for %v, came after %v", delays[i], gap)
	}
}

func retryBlocksNobody(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		end := d.Ack
		if d.ID == "m1" && d.Attempt == 1 {
			end = func(ctx context.Context) error { return d.Retry(ctx, 2*time.Second) }
		}
		if err := end(ctx); err != nil {
			t.Error(err)
		}
	})
	r.send(t, 1)
	r.send(t, 2)
	poll.Until(t, 1500*time.Millisecond, "the other message is handled meanwhile", func() bool { return len(l.of("m2")) == 1 })
	v := r.view(t)
	poll.Until(t, time.Second, "one is seen waiting", func() bool { s := r.sample(t, v); return s.Ready+s.Taken == 1 })
	if left := r.leftovers(t, v); len(left) != 1 || left[0].Order != "ord_m1" {
		t.Errorf("leftovers %v, want the one that waits", left)
	}
	poll.Until(t, 5*time.Second, "the retry comes", func() bool { return len(l.of("m1")) == 2 })
}

func dead(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		if err := d.Dead(ctx, "can't be read: no amount"); err != nil {
			t.Error(err)
		}
	})
	r.send(t, 1)
	v := r.view(t)
	want := bench.QueueSample{Queue: r.queue, Dead: 1}
	poll.Until(t, 5*time.Second, "one dead message and nothing else", func() bool { return r.sample(t, v) == want })
	left := r.leftovers(t, v)
	if !slices.Equal(left, []bench.Leftover{{Order: "ord_m1", Where: r.queue, Dead: true, Reason: "can't be read: no amount"}}) {
		t.Errorf("leftovers %v", left)
	}
	if got := l.of("m1"); !slices.Equal(got, []int{1}) {
		t.Errorf("attempts %v, want one", got)
	}
}

func view(t *testing.T, r *rig) {
	const n = 2000
	var wg sync.WaitGroup
	for p := range 20 {
		wg.Go(func() {
			for i := p; i < n; i += 20 {
				if err := r.broker.Publish(t.Context(), r.queue, message(i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	v := r.view(t)
	poll.Until(t, 5*time.Second, "all wait", func() bool { return r.sample(t, v) == bench.QueueSample{Queue: r.queue, Ready: n} })
	began := time.Now()
	left := r.leftovers(t, v)
	t.Logf("%s: read %d leftovers in %v", v.Version(), len(left), time.Since(began).Round(time.Millisecond))
	orders := map[string]bool{}
	for _, l := range left {
		orders[l.Order] = l.Reason == "not acked" && !l.Dead
	}
	if len(left) != n || len(orders) != n || !orders["ord_m0"] {
		t.Errorf("%d leftovers of %d orders, want %d", len(left), len(orders), n)
	}
	release := make(chan struct{})
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		<-release
		must(t, d.Ack(ctx))
	})
	defer close(release)
	poll.Until(t, 10*time.Second, "one is taken", func() bool { s := r.sample(t, v); return s.Ready == n-1 || s.Ready == n && r.kind.name == "rabbitmq" })
}
