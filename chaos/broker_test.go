package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
)

// A fake broker does as it is told, or fails so many times.
type fakeBroker struct {
	mu       sync.Mutex
	did      []string
	unbound  bool
	failures int
}

func (b *fakeBroker) do(what string, args ...any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures > 0 {
		b.failures--
		return errors.New("the broker does not want to")
	}
	b.did = append(b.did, strings.TrimSpace(what+" "+fmt.Sprintln(args...)))
	return nil
}

func (b *fakeBroker) Refuse(_ context.Context, on bool) error { return b.do("refuse", on) }

func (b *fakeBroker) Redeliver(context.Context) (int, error) { return 3, b.do("redeliver") }

func (b *fakeBroker) Unbind(_ context.Context, queue string, topics ...string) error {
	b.unbound = true
	return b.do("unbind", queue, topics)
}

func (b *fakeBroker) Bind(_ context.Context, queue string, topics ...string) error {
	if err := b.do("bind", queue, topics); err != nil {
		return err
	}
	b.unbound = false
	return nil
}

func (b *fakeBroker) Bound(_ context.Context, _ string, topics ...string) (int, error) {
	if b.unbound {
		return 0, nil
	}
	return len(topics), nil
}

func newBrokerWorld(t *testing.T) (*world, *fakeBroker) {
	w, b := newWorld(t), &fakeBroker{}
	w.network.Broker = b
	for i, p := range w.network.places {
		if p.Name == "broker->payment" {
			w.network.places[i].Queue, w.network.places[i].Topics = "payment.events", []string{"order.created", "order.cancelled"}
		}
	}
	return w, b
}

func (b *fakeBroker) expect(t *testing.T, want ...string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.did, want) {
		t.Errorf("the broker did %q, want %q", b.did, want)
	}
}

func TestRefusePublishers(t *testing.T) {
	w, b := newBrokerWorld(t)
	heal := w.inject(bench.Fault{Name: "full", Kind: bench.RefusePublishers, Place: Broker})
	b.expect(t, "refuse true")
	b.failures = 2 // the cure is tried again
	heal()
	b.expect(t, "refuse true", "refuse false")
}

func TestCureThatFails(t *testing.T) {
	w, b := newBrokerWorld(t)
	heal, err := w.network.Inject(t.Context(), bench.Fault{Name: "full", Kind: bench.RefusePublishers, Place: Broker}, w.note)
	must(t, err)
	b.failures = retries
	if err := heal(t.Context()); err == nil || !strings.Contains(err.Error(), "does not want to") {
		t.Errorf("healing a broker that does not heal: %v", err)
	}
}

func TestRedeliver(t *testing.T) {
	w, b := newBrokerWorld(t)
	heal := w.inject(bench.Fault{Name: "again", Kind: bench.Redeliver, Place: Broker, Times: 3, Delay: 20 * time.Millisecond})
	poll.Until(t, 15*time.Second, "three strikes", func() bool { return w.count(bench.EventHit, Broker) == 3 })
	heal()
	b.expect(t, "redeliver", "redeliver", "redeliver")
	if w.count(bench.EventWarning, Broker) != 0 || w.events[0].Value != 3 {
		t.Errorf("events: %+v", w.events)
	}
	w.inject(bench.Fault{Name: "again", Kind: bench.Redeliver, Place: Broker, Times: 3, Delay: time.Hour})()
	if w.count(bench.EventWarning, Broker) != 1 {
		t.Errorf("one strike of three is worth a word: %+v", w.events)
	}
}

func TestLoseBinding(t *testing.T) {
	w, b := newBrokerWorld(t)
	f := bench.Fault{Name: "lost", Kind: bench.LoseBinding, Place: "broker->payment"}
	if e := w.probe(f); e.Refused {
		t.Errorf("unbound before: %+v", e)
	}
	heal := w.inject(f)
	b.expect(t, "unbind payment.events [order.created order.cancelled]")
	if e := w.probe(f); !e.Refused {
		t.Errorf("bound meanwhile: %+v", e)
	}
	b.failures = 1
	heal()
	b.expect(t, "unbind payment.events [order.created order.cancelled]", "bind payment.events [order.created order.cancelled]")
	if w.count(bench.EventWarning, "broker->payment") != 0 {
		t.Errorf("events: %+v", w.events)
	}
	heal = w.inject(f)
	b.unbound = false // by somebody who connected again
	heal()
	if w.count(bench.EventWarning, "broker->payment") != 1 {
		t.Errorf("a binding that came back by itself is worth a word: %+v", w.events)
	}
}

// TestDropConsumer: the connections of one service's consuming are reset, as often as was asked, and no others.
func TestDropConsumer(t *testing.T) {
	w, _ := newBrokerWorld(t)
	dial := func(place string) net.Conn {
		var conn net.Conn
		poll.Until(t, 15*time.Second, "a connection is taken", func() (ok bool) { // the listener is opened again right after a drop
			var err error
			conn, err = net.Dial("tcp4", w.network.Address(place))
			return err == nil
		})
		must(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	publishing, consuming := dial("order->broker"), dial("broker->payment")
	poll.Until(t, 15*time.Second, "both are open", func() bool {
		s, err := w.network.State(t.Context())
		must(t, err)
		return s.Places["order->broker"].Open == 1 && s.Places["broker->payment"].Open == 1
	})
	heal := w.inject(bench.Fault{Name: "drop", Kind: bench.DropConsumer, Place: "broker->payment", Times: 2, Delay: 200 * time.Millisecond})
	for n := range 2 {
		if _, err := consuming.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("drop %d: %v, want a reset", n, err)
		}
		consuming = dial("broker->payment")
	}
	poll.Until(t, 15*time.Second, "it is told", func() bool { return w.count(bench.EventHit, "broker->payment") == 2 })
	heal()
	must(t, publishing.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
	var slow net.Error
	for _, conn := range []net.Conn{publishing, consuming} {
		must(t, conn.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
		if _, err := conn.Read(make([]byte, 1)); !errors.As(err, &slow) || !slow.Timeout() {
			t.Errorf("a connection that was not to be dropped: %v", err)
		}
	}
	must(t, w.post("broker->payment", "/work"))
	for _, e := range w.events {
		if e.Kind == bench.EventHit && e.Value != 1 {
			t.Errorf("%+v, want 1 connection", e)
		}
	}
}

func TestBrokerThatIsNotOurs(t *testing.T) {
	w := newWorld(t)
	for _, k := range []bench.FaultKind{bench.RefusePublishers, bench.Redeliver, bench.LoseBinding} {
		if _, err := w.network.Inject(t.Context(), bench.Fault{Name: "x", Kind: k, Place: Broker, Times: 1}, w.note); !errors.Is(err, errNoCommander) {
			t.Errorf("%s: %v", k, err)
		}
	}
}
