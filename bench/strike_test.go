package bench

import (
	"context"
	"testing"
	"time"
)

// A laggard is an injector over whose place a probe takes its time, and returns with its context.
type laggard struct{ takes time.Duration }

func (l laggard) Inject(context.Context, Fault, func(Event)) (Heal, error) {
	return func(context.Context) error { return nil }, nil
}

func (l laggard) Probe(ctx context.Context, f Fault) (Event, bool) {
	began := time.Now()
	select {
	case <-ctx.Done():
	case <-time.After(l.takes):
	}
	return Event{Kind: EventProbe, Place: f.Place, Value: time.Since(began).Seconds()}, true
}

// TestProbesEndWithTheTurn: a probe whose answer would come after the turn's end neither delays the cure nor is told.
func TestProbesEndWithTheTurn(t *testing.T) {
	const length = 600 * time.Millisecond
	for _, c := range []struct {
		takes  time.Duration
		probes int
	}{
		{2 * time.Millisecond, 2}, // at 100 and 302 ms of 600; the next would be later than 500
		{400 * time.Millisecond, 1},
		{5 * time.Second, 0},
	} {
		t.Run(c.takes.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			h := TrialHeader{Schema: SchemaVersion, Architecture: Architecture{Name: "sync"}, Fault: Fault{Name: "x", Kind: Latency, Place: "a->b"}, Base: time.Now(), Repeat: 1}
			facts, err := Create(dir, h)
			if err != nil {
				t.Fatal(err)
			}
			w := &trial{system: &System{Injector: laggard{c.takes}}, header: h, clock: Clock{h.Base}, facts: facts}
			w.take(t.Context(), turn{fault: h.Fault, from: 0, to: length})
			if err := facts.Close(); err != nil {
				t.Fatal(err)
			}
			f, err := ReadTrial(dir)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(f.about(h.Fault, EventProbe, always)); n != c.probes {
				t.Errorf("%d probes told, want %d", n, c.probes)
			}
			healed := f.about(h.Fault, EventHeal, always)
			if len(healed) != 1 || healed[0].T < length || healed[0].T > length+200*time.Millisecond {
				t.Errorf("healed %+v, want one cure at %v", healed, length)
			}
		})
	}
}
