package docker_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/bench"
	"faultline/chaos"
	"faultline/chaos/packets"
	"faultline/internal/needs"
	"faultline/internal/poll"
	"faultline/targets/docker"
)

// A world is containers behind links, to be broken.
type world struct {
	*chaos.Network
	mu     sync.Mutex
	events []bench.Event
}

// newWorld starts a service that the client dials.
func newWorld(t *testing.T, s bench.Service, p chaos.Protocol) (*world, bench.Instance) {
	needs.Docker(t)
	t.Parallel()
	e, err := docker.Open(t.Context())
	must(t, err)
	image := ""
	if s.Role == docker.RoleRabbitMQ {
		image, err = e.EnsureRabbitMQ(t.Context(), "")
		must(t, err)
	}
	r, err := docker.New(t.Context(), e, image, "")
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	n, err := chaos.Wrap(t.Context(), r, []chaos.Place{{Name: "client->" + s.Name, Dialer: bench.Client, Target: s.Name, Protocol: p}}, 1, true)
	must(t, err)
	t.Cleanup(func() { must(t, n.Stop(context.Background())) })
	i, err := n.Start(t.Context(), s)
	must(t, err)
	t.Cleanup(func() { must(t, i.Stop(context.Background())) }) // first: what ends is told to the links
	return &world{Network: n}, i
}

// inject returns a cure that is carried out once, at the test's end at the latest.
func (w *world) inject(t *testing.T, f bench.Fault) (heal func()) {
	t.Helper()
	f.Name, w.events = string(f.Kind), nil
	cure, err := w.Inject(t.Context(), f, func(e bench.Event) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.events = append(w.events, e)
	})
	must(t, err)
	heal = func() { t.Helper(); must(t, cure(context.WithoutCancel(t.Context()))) }
	t.Cleanup(heal)
	return heal
}

// told are how many events of a kind there were.
func (w *world) told(kind bench.EventKind) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// TestFaultsByTheEngine: what a service in a container feels of each fault is what was asked for, and nothing else.
func TestFaultsByTheEngine(t *testing.T) {
	w, i := newWorld(t, bench.Service{Name: "victim", Role: "victim"}, chaos.HTTP)
	for _, c := range []struct {
		kind  bench.FaultKind
		check func(*testing.T, *world, bench.Instance)
	}{
		{bench.PacketDelay, delaysPackets},
		{bench.Starve, starves},
		{bench.Disconnect, disconnects},
		{bench.OutOfMemory, runsOutOfMemory},
	} {
		t.Run(string(c.kind), func(t *testing.T) { c.check(t, w, i) })
	}
}

// delaysPackets: a round trip takes longer by the delay, or the fault is refused with what the kernel lacks for it.
func delaysPackets(t *testing.T, w *world, _ bench.Instance) {
	f := bench.Fault{Kind: bench.PacketDelay, Place: "client->victim", Delay: 100 * time.Millisecond}
	can, err := packets.Client{Addr: w.Links().Addresses().Admin}.Kernel(t.Context())
	must(t, err)
	if can.Netem != "" {
		_, err := w.Inject(t.Context(), f, func(bench.Event) {})
		if err == nil || !strings.Contains(err.Error(), can.Netem) || !strings.HasPrefix(can.Netem, "the kernel has no ") {
			t.Errorf("the kernel says %q, and injecting it %v", can.Netem, err)
		}
		return
	}
	heal := w.inject(t, f)
	if e, _ := w.Probe(t.Context(), f); e.Value < 0.1 || e.Value > 0.4 { // of which connecting takes one delay, and the answer another
		t.Errorf("%+v, want twice 0.1 s", e)
	}
	heal()
	if e, _ := w.Probe(t.Context(), f); e.Value > 0.1 {
		t.Errorf("after the cure: %+v", e)
	}
}

// starves: one that would use a whole processor gets as much of one as was asked for, and after the cure more.
func starves(t *testing.T, w *world, i bench.Instance) {
	const cpus, span = 0.1, 1200 * time.Millisecond
	l := dialLine(t, w.Address("client->victim"))
	got := func(least float64) (share float64) {
		for tries := 3; share < least && tries > 0; tries-- { // a busy machine may give it less
			before := l.ask(t)
			time.Sleep(span) // is measured, not waited for
			after := l.ask(t)
			share = float64(after.Spent-before.Spent) / float64(after.Now-before.Now)
		}
		return share
	}
	must(t, tell(i.Addresses().Main+"/burn?on=true", ""))
	heal := w.inject(t, bench.Fault{Kind: bench.Starve, Place: "victim", CPUs: cpus})
	if share := got(0.85 * cpus); share < 0.85*cpus || share > 1.15*cpus {
		t.Errorf("it got %.3f processors, want %g", share, cpus)
	}
	heal()
	if share := got(1.3 * cpus); share < 1.3*cpus {
		t.Errorf("it got %.3f processors after the cure", share)
	}
	must(t, tell(i.Addresses().Main+"/burn", ""))
}

// disconnects: nothing reaches it, and it runs on meanwhile, as do its connections.
func disconnects(t *testing.T, w *world, i bench.Instance) {
	l := dialLine(t, w.Address("client->victim"))
	f := bench.Fault{Kind: bench.Disconnect, Place: "victim"}
	before, at := l.ask(t), i.Addresses()
	began := time.Now()
	heal := w.inject(t, f)
	for range 2 {
		if e, ok := w.Probe(t.Context(), f); !ok || e.Value < 0.25 || e.Refused || e.Reset {
			t.Errorf("a probe: %+v, want silence", e)
		}
	}
	if got, err := get(i.Addresses().Main + "/ping"); err == nil {
		t.Errorf("off its network it says %q", got)
	}
	gone := time.Since(began)
	heal()
	after := l.ask(t)
	if after.Life != before.Life || after.Stood > gone*3/4 {
		t.Errorf("it stood still for %v of %v: %+v, before %+v", after.Stood, gone, after, before)
	}
	if now := i.Addresses(); now.Within(now.Main) != at.Within(at.Main) {
		t.Errorf("it was at %v and is at %v", at, now)
	}
	if killed, started := w.told(bench.EventKilled), w.told(bench.EventStarted); killed+started > 0 {
		t.Errorf("killed %d times, started %d times", killed, started)
	}
}

// runsOutOfMemory: it may take what was asked for, is killed for more, and has all its memory again in its next life.
func runsOutOfMemory(t *testing.T, w *world, i bench.Instance) {
	const limit = 64 << 20
	main := i.Addresses().Main
	before := dialLine(t, main).ask(t)
	heal := w.inject(t, bench.Fault{Kind: bench.OutOfMemory, Place: "victim", Limit: limit})
	if got, err := get(main + "/ping"); err == nil {
		t.Errorf("it lives: %s", got)
	}
	heal()
	l := dialLine(t, i.Addresses().Main)
	after := l.ask(t)
	if after.Life == before.Life || after.Took > limit || after.Took < limit*8/10 { // of which the program itself needs some
		t.Errorf("it took %d MiB before it was killed, want nearly %d: %+v", after.Took>>20, limit>>20, after)
	}
	if w.told(bench.EventKilled) != 1 || w.told(bench.EventStarted) != 1 {
		t.Errorf("events: %+v", w.events)
	}
	resp, err := http.Post("http://"+i.Addresses().Main+"/leak", "", strings.NewReader(fmt.Sprintf(`{"limit":%d}`, 2*limit)))
	must(t, err)
	must(t, resp.Body.Close())
	poll.Until(t, 10*time.Second, "it takes twice as much after the cure", func() bool { return l.ask(t).Took == 2*limit })
}

// TestAlarms: what is published while RabbitMQ has an alarm is not confirmed and reaches nobody, until the alarm is over; what it
// had before is handed out.
func TestAlarms(t *testing.T) {
	w, _ := newWorld(t, bench.Service{Name: chaos.Broker, Role: docker.RoleRabbitMQ}, chaos.AMQP)
	for _, kind := range []bench.FaultKind{bench.MemoryAlarm, bench.DiskAlarm} {
		t.Run(string(kind), func(t *testing.T) {
			publisher, consumer, queue := w.channel(t), w.channel(t), string(kind)
			must(t, publisher.Confirm(false))
			_, err := publisher.QueueDeclare(queue, false, false, false, false, nil)
			must(t, err)
			publish := func(text string) *amqp.DeferredConfirmation {
				confirm, err := publisher.PublishWithDeferredConfirm("", queue, false, false, amqp.Publishing{Body: []byte(text)})
				must(t, err)
				return confirm
			}
			confirmed(t, publish("before"))
			heal := w.inject(t, bench.Fault{Kind: kind, Place: chaos.Broker})
			meanwhile := publish("meanwhile")
			got, err := consumer.Consume(queue, "", true, false, false, false, nil)
			must(t, err)
			arrives(t, got, "before")
			select {
			case <-meanwhile.Done():
				t.Error("what was published under the alarm was confirmed")
			case d := <-got:
				t.Errorf("what was published under the alarm was handed out: %s", d.Body)
			case <-time.After(700 * time.Millisecond): // several times as long as a confirm takes
			}
			heal()
			confirmed(t, meanwhile)
			arrives(t, got, "meanwhile")
			confirmed(t, publish("after"))
			arrives(t, got, "after")
		})
	}
}

// channel is on a connection of its own.
func (w *world) channel(t *testing.T) *amqp.Channel {
	t.Helper()
	conn, err := amqp.Dial("amqp://guest:guest@" + w.Address("client->"+chaos.Broker) + "/")
	must(t, err)
	t.Cleanup(func() { _ = conn.CloseDeadline(time.Now().Add(time.Second)) })
	ch, err := conn.Channel()
	must(t, err)
	return ch
}

func confirmed(t *testing.T, c *amqp.DeferredConfirmation) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if acked, err := c.WaitContext(ctx); err != nil || !acked {
		t.Fatalf("confirmed: %v, %v", acked, err)
	}
}

func arrives(t *testing.T, got <-chan amqp.Delivery, want string) {
	t.Helper()
	select {
	case d := <-got:
		if string(d.Body) != want {
			t.Errorf("%q came, want %q", d.Body, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("%q did not come", want)
	}
}
