package chaos

import (
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
)

// TestCommands: what a service is told when a fault begins, and when it is healed.
func TestCommands(t *testing.T) {
	for _, c := range []struct {
		fault      bench.Fault
		begin, end string
	}{
		{bench.Fault{Kind: bench.Slow, Delay: time.Second, Spread: 0.5},
			`/slow {"delay_ns":1000000000,"spread":0.5,"factor":0,"fades_ns":0}`, `/slow {"delay_ns":0,"spread":0,"factor":0,"fades_ns":0}`},
		{bench.Fault{Kind: bench.Errors, Share: 0.2}, `/fail {"share":0.2}`, `/fail {"share":0}`},
		{bench.Fault{Kind: bench.FewSlots, Slots: 2}, `/slots {"slots":2}`, `/slots {"slots":0}`},
		{bench.Fault{Kind: bench.Leak, Rate: 10, Limit: 20}, `/leak {"rate":10,"limit":20}`, `/leak {"rate":0,"limit":0}`},
		{bench.Fault{Kind: bench.SlowConsumer, Slots: 2, Delay: 5}, `/consume {"hands":2,"delay_ns":5}`, `/consume {"hands":0,"delay_ns":0}`},
	} {
		w := newWorld(t)
		c.fault.Name, c.fault.Place = "x", "payment"
		heal := w.inject(c.fault)
		if got := w.fake.services["payment"].commands(); !slices.Equal(got, []string{c.begin}) {
			t.Errorf("%s: told %q, want %q", c.fault.Kind, got, c.begin)
		}
		heal()
		if got := w.fake.services["payment"].commands(); !slices.Equal(got, []string{c.begin, c.end}) {
			t.Errorf("%s: told %q, want %q in the end", c.fault.Kind, got, c.end)
		}
	}
}

// TestCommandToTheDead: whoever dies forgets what it was told, which is worth a word and no failure.
func TestCommandToTheDead(t *testing.T) {
	w := newWorld(t)
	heal := w.inject(bench.Fault{Name: "x", Kind: bench.FewSlots, Place: "payment", Slots: 1})
	w.fake.services["payment"].die()
	heal()
	if w.count(bench.EventWarning, "payment") != 1 {
		t.Errorf("events: %+v", w.events)
	}
}

// TestCrashLoopByTime: it dies at once, and again so long after each start, until it is healed.
func TestCrashLoopByTime(t *testing.T) {
	const life = 200 * time.Millisecond
	w := newWorld(t)
	f := bench.Fault{Name: "loop", Kind: bench.CrashLoop, Place: "payment", Delay: life}
	w.note(bench.Event{Kind: bench.EventInject, Place: "payment"})
	heal := w.inject(f)
	poll.Until(t, 15*time.Second, "four deaths", func() bool { return w.count(bench.EventKilled, "payment") >= 4 })
	lasted(t, "the first death", w.spans(bench.EventInject, bench.EventKilled, "payment"), 0, life)
	lasted(t, "a life", w.spans(bench.EventStarted, bench.EventKilled, "payment"), life, life*3/2)
	lasted(t, "a pause", w.spans(bench.EventKilled, bench.EventStarted, "payment"), 100*time.Millisecond, 300*time.Millisecond)
	heal()
	deaths := w.count(bench.EventKilled, "payment")
	must(t, w.post("order->payment", "/work"))
	if !pause(t.Context(), 2*life) || w.count(bench.EventKilled, "payment") != deaths {
		t.Error("it dies on after it was healed")
	}
	if w.count(bench.EventStarted, "payment") != deaths || w.count(bench.EventWarning, "payment") != 0 {
		t.Errorf("events: %+v", w.events)
	}
}

// TestColdStart: the process that is started after the one death is slow before anybody reaches it, and no more when it is healed.
func TestColdStart(t *testing.T) {
	w := newWorld(t)
	payment := w.fake.services["payment"]
	f := bench.Fault{Name: "cold", Kind: bench.ColdStart, Place: "payment", Factor: 5, Delay: time.Second, Fading: 4 * time.Second}
	heal := w.inject(f)
	poll.Until(t, 15*time.Second, "it answers again", func() bool { return w.count(bench.EventStarted, "payment") == 1 })
	if got := payment.commands(); !slices.Equal(got, []string{`/slow {"delay_ns":1000000000,"spread":0,"factor":5,"fades_ns":4000000000}`}) {
		t.Errorf("told %q", got)
	}
	heal()
	if got := payment.commands(); len(got) != 2 || got[1] != `/slow {"delay_ns":0,"spread":0,"factor":0,"fades_ns":0}` {
		t.Errorf("told %q in the end", got)
	}
	if w.count(bench.EventKilled, "payment") != 1 {
		t.Errorf("events: %+v", w.events)
	}
	payment.die()
	must(t, w.instances["payment"].Restart(t.Context()))
	if got := payment.commands(); len(got) > 0 {
		t.Errorf("started again after it was healed, it is told %q", got)
	}
}
