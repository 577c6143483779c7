package chaos

import (
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
)

// TestStop: a service that is asked to end does, or is killed when its grace is over, and is up again after the cure.
func TestStop(t *testing.T) {
	for name, stubborn := range map[string]bool{"ends": false, "is killed": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.fake.services["payment"].stubborn = stubborn
			f := bench.Fault{Name: "stop", Kind: bench.Stop, Place: "payment", Grace: 50 * time.Millisecond}
			heal := w.inject(f)
			poll.Until(t, 15*time.Second, "payment is dead", func() bool { return w.count(bench.EventKilled, "payment") == 1 })
			if e := w.probe(f); !e.Refused {
				t.Errorf("a connect to it: %+v, want it refused", e)
			}
			heal()
			if e := w.probe(f); e.Refused || w.count(bench.EventStarted, "payment") != 1 {
				t.Errorf("after the cure: %+v", e)
			}
		})
	}
}

// TestRestart: it comes back before the cure.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	heal := w.inject(bench.Fault{Name: "restart", Kind: bench.Restart, Place: "payment", Grace: time.Second})
	poll.Until(t, 15*time.Second, "payment is back", func() bool { return w.count(bench.EventStarted, "payment") == 1 })
	heal()
	if killed, started := w.count(bench.EventKilled, "payment"), w.count(bench.EventStarted, "payment"); killed != 1 || started != 1 {
		t.Errorf("killed %d times, started %d times", killed, started)
	}
}

// TestEngineFaultsNeedContainers: what is in no container is told so, and nothing is done.
func TestEngineFaultsNeedContainers(t *testing.T) {
	w := newWorld(t)
	for _, kind := range []bench.FaultKind{bench.Disconnect, bench.Starve, bench.MemoryAlarm} {
		if _, err := w.network.Inject(t.Context(), bench.Fault{Name: "x", Kind: kind, Place: "payment", CPUs: 0.1}, w.note); err == nil {
			t.Errorf("%s was injected", kind)
		}
	}
}
