package broker_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"faultline/internal/poll"
	"faultline/targets/broker"
)

func lostConnection(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		if d.Attempt == 1 {
			l.add(d)
			r.consume.cut()
			if err := d.Ack(ctx); err != nil {
				t.Log("ack on the lost connection:", err)
			}
			return
		}
		ackAll(t, l)(ctx, d)
	})
	r.send(t, 1)
	began := time.Now()
	poll.Until(t, 10*time.Second, "a second attempt", func() bool { return len(l.of("m1")) == 2 })
	t.Log("came back after", time.Since(began).Round(time.Millisecond))
	r.send(t, 2)
	poll.Until(t, 5*time.Second, "the next message", func() bool { return len(l.of("m2")) == 1 })
}

// crashLoop: the attempts of a message that always costs its consumer the connection are counted.
func crashLoop(t *testing.T, r *rig) {
	l := newLog()
	ended := make(chan struct{}) // the queue holds it before its publisher has the confirm
	r.handle(t, 1, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		if d.Attempt < 4 {
			r.consume.cut()
			return
		}
		defer close(ended)
		if err := d.Dead(ctx, "too many attempts"); err != nil {
			t.Error(err)
		}
	})
	r.send(t, 1)
	v := r.view(t)
	poll.Until(t, patience, "it is dead", func() bool { return r.sample(t, v).Dead == 1 })
	<-ended
	if got := l.of("m1"); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("attempts %v", got)
	}
}

// hang: a broker that stands still leaves a publisher in doubt, then without a connection, and comes back.
func hang(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 4, ackAll(t, l))
	r.send(t, 1)
	v := r.view(t)
	r.signal(t, syscall.SIGSTOP)
	defer r.signal(t, syscall.SIGCONT)
	began := time.Now()
	patience, done := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer done()
	if _, err := v.Queues(patience); err == nil || time.Since(began) > 2*time.Second {
		t.Errorf("looking into a hung broker: %v after %v", err, time.Since(began))
	}
	began = time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := r.broker.Publish(ctx, r.queue, message(2)); err == nil || errors.Is(err, broker.ErrNotSent) {
		t.Errorf("publishing to a hung broker: %v, want doubt", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("and it took %v", took)
	}
	poll.Until(t, 15*time.Second, "the hang is noticed", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		return errors.Is(r.broker.Publish(ctx, r.queue, message(3)), broker.ErrNotSent)
	})
	t.Log("noticed after", time.Since(began).Round(time.Millisecond))
	r.signal(t, syscall.SIGCONT)
	began = time.Now()
	r.sendSoon(t, 4)
	poll.Until(t, 10*time.Second, "consuming goes on", func() bool { return len(l.of("m4")) > 0 })
	t.Log("works again after", time.Since(began).Round(time.Millisecond))
}

// down: nothing is taken for sent while there is no broker, and all goes on when there is one again.
func down(t *testing.T, r *rig) {
	l := newLog()
	r.handle(t, 4, ackAll(t, l))
	r.send(t, 1)
	poll.Until(t, 5*time.Second, "the first message", func() bool { return l.messages() == 1 })
	r.kill()
	poll.Until(t, 5*time.Second, "the death is noticed", func() bool {
		return errors.Is(r.broker.Publish(t.Context(), r.queue, message(2)), broker.ErrNotSent)
	})
	began := time.Now()
	for range 20 {
		if err := r.broker.Publish(t.Context(), r.queue, message(3)); !errors.Is(err, broker.ErrNotSent) {
			t.Fatalf("publishing while the broker is down: %v", err)
		}
	}
	if took := time.Since(began); took > 200*time.Millisecond {
		t.Errorf("twenty refusals took %v", took)
	}
	late, err := r.kind.open(r.publish.addr(), r.consume.addr()) // while nobody listens
	must(t, err)
	defer late.Close()
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if late.Declare(short, broker.Queue{Name: r.queue}) == nil {
		t.Error("declared a queue without a broker")
	}
	r.start(t)
	began = time.Now()
	r.sendSoon(t, 4)
	t.Log("publishes again after", time.Since(began).Round(time.Millisecond))
	poll.Until(t, 5*time.Second, "consuming goes on", func() bool { return len(l.of("m4")) > 0 })
	t.Log("consumes again after", time.Since(began).Round(time.Millisecond))
	poll.Until(t, 5*time.Second, "the late client works, too", func() bool { return late.Publish(t.Context(), r.queue, message(5)) == nil })
	poll.Until(t, 5*time.Second, "its message", func() bool { return len(l.of("m5")) > 0 })
	if len(l.of("m3")) > 0 {
		t.Error("a message arrived that was said not to be sent")
	}
}

// killWhilePublishing: what was confirmed is there, what was not sent is not, when the broker was killed.
func killWhilePublishing(t *testing.T, r *rig) {
	var mu sync.Mutex
	confirmed, refused := map[string]bool{}, map[string]bool{}
	var next, doubtful atomic.Int64
	quit := make(chan struct{})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				select {
				case <-quit:
					return
				default:
				}
				m := message(int(next.Add(1)))
				err := r.broker.Publish(t.Context(), r.queue, m)
				mu.Lock()
				switch {
				case err == nil:
					confirmed[m.ID] = true
				case errors.Is(err, broker.ErrNotSent):
					refused[m.ID] = true
				default:
					doubtful.Add(1)
				}
				mu.Unlock()
				if err != nil {
					time.Sleep(time.Millisecond) // paces the refusals
				}
			}
		})
	}
	count := func(of map[string]bool) int { mu.Lock(); defer mu.Unlock(); return len(of) }
	poll.Until(t, patience, "a thousand confirmed", func() bool { return count(confirmed) > 1000 })
	r.kill()
	poll.Until(t, 5*time.Second, "some are refused", func() bool { return count(refused) > 50 })
	r.start(t)
	before := count(confirmed)
	poll.Until(t, patience, "a thousand more confirmed", func() bool { return count(confirmed) > before+1000 })
	close(quit)
	wg.Wait()
	l := newLog()
	r.handle(t, 32, ackAll(t, l))
	poll.Until(t, patience, "all that was confirmed is handled", func() bool {
		for id := range confirmed {
			if len(l.of(id)) == 0 {
				return false
			}
		}
		return true
	})
	for id := range refused {
		if len(l.of(id)) > 0 {
			t.Errorf("%s arrived and was said not to be sent", id)
		}
	}
	t.Logf("%d confirmed, %d in doubt, %d refused; %d arrived", len(confirmed), doubtful.Load(), len(refused), l.messages())
}

// killWhileRetrying: no message gets lost on its way through a retry.
func killWhileRetrying(t *testing.T, r *rig) {
	const n = 500
	l, finished := newLog(), newLog()
	var calm atomic.Bool
	r.handle(t, 32, func(ctx context.Context, d broker.Delivery) {
		l.add(d)
		if calm.Load() {
			finished.add(d)
			_ = d.Ack(ctx)
			return
		}
		_ = d.Retry(ctx, 50*time.Millisecond)
	})
	for i := range n {
		r.send(t, i)
	}
	poll.Until(t, patience, "all are retried", func() bool { return l.messages() == n && len(l.of("m0")) > 3 })
	r.kill()
	r.start(t)
	r.sendSoon(t, n)
	poll.Until(t, patience, "retries go on", func() bool { return len(l.of("m500")) > 2 })
	calm.Store(true)
	defer func() { t.Logf("%d of %d messages were finished", finished.messages(), n+1) }()
	poll.Until(t, patience, "every message is finished: none is lost", func() bool { return finished.messages() > n })
}
