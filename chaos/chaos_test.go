package chaos

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
)

// A world is order -> payment, with a broker between that speaks HTTP.
type world struct {
	*testing.T
	network   *Network
	fake      *fake
	instances map[string]bench.Instance

	mu     sync.Mutex
	events []bench.Event
	at     []time.Time // when each was told
}

func newWorld(t *testing.T) *world {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		poll.Until(t, 15*time.Second, "no goroutine is left behind", func() bool { return runtime.NumGoroutine() <= before })
	})
	w := &world{T: t, fake: &fake{services: map[string]*fakeService{}}, instances: map[string]bench.Instance{}}
	places := []Place{
		{Name: "client->order", Dialer: bench.Client, Target: "order"},
		{Name: "order->payment", Dialer: "order", Target: "payment"},
		{Name: "order->broker", Dialer: "order", Target: Broker},
		{Name: "broker->payment", Dialer: "payment", Target: Broker},
	}
	n, err := Wrap(t.Context(), w.fake, places, 7, false)
	must(t, err)
	w.network = n
	for name, role := range map[string]string{"order": "service", "payment": "service", Broker: "nats"} {
		i, err := n.Start(t.Context(), bench.Service{Name: name, Role: role, Dials: map[string]string{"elsewhere": "1.2.3.4:5"}})
		must(t, err)
		w.instances[name] = i
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		for _, i := range w.instances {
			must(t, i.Stop(ctx))
		}
		must(t, n.Stop(ctx))
	})
	return w
}

func (w *world) note(e bench.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events, w.at = append(w.events, e), append(w.at, time.Now())
}

// spans are how long it took from each event of one kind to the next of another, at a place.
func (w *world) spans(from, to bench.EventKind, place string) (spans []time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var began time.Time
	for i, e := range w.events {
		switch {
		case e.Place != place:
		case e.Kind == from:
			began = w.at[i]
		case e.Kind == to && !began.IsZero():
			spans, began = append(spans, w.at[i].Sub(began)), time.Time{}
		}
	}
	return spans
}

// lasted checks spans that are measured from outside: none is shorter than it should be, and the best of them is not much longer.
func lasted(t *testing.T, what string, spans []time.Duration, least, most time.Duration) {
	t.Helper()
	if len(spans) == 0 || slices.Min(spans) < least || slices.Min(spans) > most {
		t.Errorf("%s took %v, want %v to %v", what, spans, least, most)
	}
}

func (w *world) count(kind bench.EventKind, place string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, e := range w.events {
		if e.Kind == kind && e.Place == place {
			n++
		}
	}
	return n
}

func (w *world) inject(f bench.Fault) func() {
	w.Helper()
	heal, err := w.network.Inject(w.Context(), f, w.note)
	must(w, err)
	return func() {
		w.Helper()
		must(w, heal(context.WithoutCancel(w.Context())))
		must(w, heal(context.WithoutCancel(w.Context()))) // again is nothing
	}
}

func (w *world) probe(f bench.Fault) bench.Event {
	w.Helper()
	e, ok := w.network.Probe(w.Context(), f)
	if !ok || e.Kind != bench.EventProbe || e.Place != f.Place {
		w.Fatalf("probing %s: %+v, %v", f.Name, e, ok)
	}
	return e
}

// post works on a service through a place; the error is the connection's.
func (w *world) post(place, path string) error {
	res, err := http.Post("http://"+w.network.Address(place)+path, "text/plain", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// work keeps payment passing its crash point until stop is called.
func (w *world) work() (stop func()) {
	ctx, cancel := context.WithCancel(w.Context())
	var all sync.WaitGroup
	all.Go(func() {
		for pause(ctx, 5*time.Millisecond) {
			w.post("order->payment", "/work") //nolint:errcheck // it dies now and then
		}
	})
	return func() { cancel(); all.Wait() }
}

func fault(t *testing.T, name string) bench.Fault {
	t.Helper()
	i := slices.IndexFunc(All, func(f bench.Fault) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("no fault %q", name)
	}
	return All[i]
}

func TestDialsLeadThroughProxies(t *testing.T) {
	w := newWorld(t)
	dials := w.fake.services["order"].dials
	for _, place := range []string{"order->payment", "order->broker"} {
		if dials[place] != w.network.Address(place) || dials[place] == "" {
			t.Errorf("order dials %s at %q, its proxy is %q", place, dials[place], w.network.Address(place))
		}
	}
	if dials["elsewhere"] != "1.2.3.4:5" || dials["client->order"] != "" {
		t.Errorf("dials of others were changed: %v", dials)
	}
	for _, place := range []string{"client->order", "order->payment", "order->broker", "broker->payment"} {
		must(t, w.post(place, "/work"))
	}
}

func TestKillRefusesAtOnceAndHealsOnANewPort(t *testing.T) {
	w := newWorld(t)
	f, before := fault(t, "payment-down"), w.instances["payment"].Addresses().Main
	if e := w.probe(f); e.Refused {
		t.Errorf("refused before the fault: %+v", e)
	}
	heal := w.inject(f)
	if e := w.probe(f); !e.Refused {
		t.Errorf("not refused as soon as the fault is in effect: %+v", e)
	}
	must(t, w.post("client->order", "/work"))
	w.fake.services["payment"].failures = 2
	heal()
	if e := w.probe(f); e.Refused {
		t.Errorf("refused after healing: %+v", e)
	}
	if w.instances["payment"].Addresses().Main == before {
		t.Log("the port did not change: this test is weaker than it should be")
	}
	must(t, w.post("order->payment", "/work"))
	if w.count(bench.EventKilled, "payment") != 1 || w.count(bench.EventStarted, "payment") != 1 {
		t.Errorf("events: %+v", w.events)
	}
}

func TestDeathOfItsOwnRefuses(t *testing.T) {
	w := newWorld(t)
	w.fake.services["payment"].die()
	poll.Until(t, 15*time.Second, "connects are refused", func() bool {
		_, err := net.Dial("tcp4", w.network.Address("order->payment"))
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	must(t, w.instances["payment"].Restart(t.Context()))
	must(t, w.post("order->payment", "/work"))
	if err := w.instances["payment"].Restart(t.Context()); err == nil {
		t.Error("a running service was restarted")
	}
}

func TestHealGivesUpWithAnError(t *testing.T) {
	w := newWorld(t)
	heal, err := w.network.Inject(t.Context(), fault(t, "payment-down"), w.note)
	must(t, err)
	w.fake.services["payment"].failures = retries
	if err := heal(t.Context()); err == nil || !strings.Contains(err.Error(), "does not want to start") {
		t.Errorf("healing what does not start: %v", err)
	}
	must(t, heal(t.Context()))
	must(t, w.post("order->payment", "/work"))
}

func TestBrokerDown(t *testing.T) {
	w := newWorld(t)
	heal := w.inject(fault(t, "broker-down"))
	for _, place := range []string{"order->broker", "broker->payment"} {
		if err := w.post(place, "/work"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v, want refused", place, err)
		}
	}
	heal()
	must(t, w.post("broker->payment", "/work"))
}

func TestHang(t *testing.T) {
	w := newWorld(t)
	f := fault(t, "payment-hang")
	heal := w.inject(f)
	if e := w.probe(f); e.Value != hangLimit.Seconds() || e.Refused {
		t.Errorf("a hanging service answers: %+v", e)
	}
	heal()
	if e := w.probe(f); e.Value >= hangLimit.Seconds() {
		t.Errorf("a healed service hangs: %+v", e)
	}
}

func TestLatency(t *testing.T) {
	w := newWorld(t)
	f := bench.Fault{Name: "slow link", Kind: bench.Latency, Place: "order->payment", Delay: 200 * time.Millisecond}
	before := w.probe(f).Value
	heal := w.inject(f)
	if got := w.probe(f).Value; got < 0.2 || got > 0.21+before+0.02 {
		t.Errorf("a round trip takes %v s, was %v s, want 0.2 s more", got, before)
	}
	heal()
	if got := w.probe(f).Value; got > 0.1 {
		t.Errorf("a round trip takes %v s after healing", got)
	}
}

func TestSlow(t *testing.T) {
	w := newWorld(t)
	f := bench.Fault{Name: "slow", Kind: bench.Slow, Place: "payment", Delay: time.Second}
	heal := w.inject(f)
	if got := w.fake.services["payment"].String(); !strings.Contains(got, "slowed 1s") {
		t.Error(got)
	}
	if e, ok := w.network.Probe(t.Context(), f); ok {
		t.Errorf("slowness was seen from outside: %+v", e)
	}
	heal()
	if got := w.fake.services["payment"].String(); !strings.Contains(got, "slowed 0s") {
		t.Error(got)
	}
}

func TestPoison(t *testing.T) {
	w := newWorld(t)
	heal := w.inject(fault(t, "poison"))
	if got := w.fake.services["payment"].String(); !strings.Contains(got, "poisoned 0.05") {
		t.Error(got)
	}
	heal()
	if got := w.fake.services["payment"].String(); !strings.Contains(got, "poisoned 0,") {
		t.Error(got)
	}
}

// TestStall: a victim that stands still first is let pass by the service, and killed all the same when it has stood still so long.
func TestStall(t *testing.T) {
	const stall, times = 150 * time.Millisecond, 3
	w := newWorld(t)
	heal := w.inject(StallAt("payment", "after-charge", Broker, stall, times))
	var passed, died []time.Duration
	for n := 1; n <= times; n++ {
		began := time.Now()
		must(t, w.post("order->payment", "/work"))
		passed = append(passed, time.Since(began))
		poll.Until(t, 15*time.Second, "a death", func() bool { return w.count(bench.EventKilled, Broker) == n })
		died = append(died, time.Since(began))
		poll.Until(t, 15*time.Second, "a start", func() bool { return w.count(bench.EventStarted, Broker) == n })
		poll.Until(t, 15*time.Second, "the next is armed", func() bool {
			return n == times || strings.Contains(w.fake.services["payment"].String(), "after-charge")
		})
	}
	heal()
	lasted(t, "passing", passed, 0, stall/2)
	lasted(t, "dying", died, stall, stall*3/2)
	if n := w.count(bench.EventKilled, Broker); n != times {
		t.Errorf("killed %d times", n)
	}
}

func TestCrashLoop(t *testing.T) {
	for _, victim := range []string{"", Broker} {
		t.Run("victim "+victim, func(t *testing.T) {
			w := newWorld(t)
			who := cmp.Or(victim, "payment")
			heal := w.inject(CrashAt("payment", "after-charge", victim, 3))
			stop := w.work()
			poll.Until(t, 15*time.Second, "three deaths and starts", func() bool {
				return w.count(bench.EventKilled, who) == 3 && w.count(bench.EventStarted, who) == 3
			})
			stop()
			heal()
			must(t, w.post("order->payment", "/work")) // disarmed: survives
			must(t, w.post("order->broker", "/work"))
			if w.count(bench.EventWarning, "payment") != 0 || w.count(bench.EventKilled, who) != 3 {
				t.Errorf("events: %+v", w.events)
			}
		})
	}
}

func TestCrashThatDoesNotStrikeWarns(t *testing.T) {
	for _, victim := range []string{"", Broker} {
		w := newWorld(t)
		heal := w.inject(CrashAt("payment", "after-charge", victim, 3))
		heal()
		if w.count(bench.EventWarning, "payment") != 1 {
			t.Errorf("events: %+v", w.events)
		}
		must(t, w.post("order->payment", "/work"))
		must(t, w.post("order->broker", "/work"))
	}
}

// Healing comes at any moment of a crash loop, and leaves everything up.
func TestHealInTheMidstOfACrashLoop(t *testing.T) {
	for _, victim := range []string{"", Broker} {
		w := newWorld(t)
		stop := w.work()
		for deaths := range 4 {
			heal := w.inject(CrashAt("payment", "after-charge", victim, 1000))
			poll.Until(t, 15*time.Second, "some deaths", func() bool { return w.count(bench.EventKilled, cmp.Or(victim, "payment")) > deaths })
			heal()
			must(t, w.post("order->broker", "/ping"))
			must(t, w.post("order->payment", "/ping"))
		}
		stop()
	}
}

// TestRandomKills: lives and pauses are as long as is said, and differ; done again, they are the same.
func TestRandomKills(t *testing.T) {
	const times = 2
	w := newWorld(t)
	w.network.seed = 1 // under 7 two lives are as long by chance
	kills := func() []time.Duration {
		w.events, w.at = nil, nil
		w.note(bench.Event{Kind: bench.EventStarted, Place: "payment"}) // it runs
		heal := w.inject(RandomKills("payment", times))
		poll.Until(t, 15*time.Second, "two deaths", func() bool { return w.count(bench.EventStarted, "payment") == 1+times })
		heal()
		must(t, w.post("order->payment", "/work"))
		if w.count(bench.EventKilled, "payment") != times || w.count(bench.EventWarning, "payment") != 0 {
			t.Errorf("events: %+v", w.events)
		}
		lives, pauses := w.spans(bench.EventStarted, bench.EventKilled, "payment"), w.spans(bench.EventKilled, bench.EventStarted, "payment")
		lasted(t, "a life", lives, 200*time.Millisecond, 800*time.Millisecond)
		lasted(t, "a pause", pauses, 100*time.Millisecond, 300*time.Millisecond)
		if alike(lives[:1], lives[1:]) {
			t.Errorf("lives of %v are no random moments", lives)
		}
		return append(lives, pauses...)
	}
	runs := [][]time.Duration{kills()}
	for len(runs) < 4 { // on a busy machine some are late
		again := kills()
		if slices.ContainsFunc(runs, func(r []time.Duration) bool { return alike(r, again) }) {
			return
		}
		runs = append(runs, again)
	}
	t.Errorf("lives and pauses under one seed: %v", runs)
}

// alike is whether spans are the same, but for how long it takes to kill, to start and to tell.
func alike(a, b []time.Duration) bool {
	return slices.EqualFunc(a, b, func(a, b time.Duration) bool { return (a - b).Abs() < 40*time.Millisecond })
}

// TestCampaignsAreSeeded: what a campaign draws follows from the seed and the fault's name.
func TestCampaignsAreSeeded(t *testing.T) {
	draws := func(seed uint64, name string) (list []time.Duration) {
		c := (&Network{seed: seed}).newCampaign(bench.Fault{Name: name}, nil, nil)
		for range 5 {
			list = append(list, c.between(0, time.Hour))
		}
		return list
	}
	one := draws(1, "a")
	if !slices.Equal(one, draws(1, "a")) || slices.Equal(one, draws(2, "a")) || slices.Equal(one, draws(1, "b")) {
		t.Errorf("seed 1: %v, again %v; seed 2: %v; another fault: %v", one, draws(1, "a"), draws(2, "a"), draws(1, "b"))
	}
}

func TestInjectSaysWhatItCannotDo(t *testing.T) {
	w := newWorld(t)
	for _, f := range []bench.Fault{
		{Name: "x", Kind: bench.Kill, Place: "shipping"},
		{Name: "x", Kind: bench.Latency, Place: "payment"},
		{Name: "x", Kind: "flood", Place: "payment"},
		CrashAt("payment", "after-charge", "shipping", 1),
	} {
		if _, err := w.network.Inject(t.Context(), f, w.note); err == nil {
			t.Errorf("%+v was injected", f)
		}
	}
	for _, k := range kinds {
		if k.inject == nil {
			t.Errorf("%s has a row in kinds.go that does not say how it is injected", k.kind)
		}
	}
	heal := w.inject(All[0])
	heal()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
