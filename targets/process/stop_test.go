//go:build linux

package process_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"faultline/bench"
	"faultline/chaos"
	"faultline/internal/poll"
)

// TestGrace: who is asked to end gets to clean up, and is not made to wait for the end of his grace; who ignores it is killed when that
// is over, not before. A restarted one comes back by itself, a stopped one with the cure.
func TestGrace(t *testing.T) {
	const long, short = 20 * time.Second, 500 * time.Millisecond
	r, _ := newRuntime(t)
	n, err := chaos.Wrap(t.Context(), r, nil, 1, false)
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	for _, c := range []struct {
		kind        bench.FaultKind
		role        string
		grace       time.Duration
		least, most time.Duration // until it is dead
		diary       string        // once it is dead
	}{
		{bench.Stop, "polite", long, cleaning, long / 4, "was asked, cleaned up"},
		{bench.Restart, "polite", long, cleaning, long / 4, "was asked, cleaned up"},
		{bench.Stop, "stubborn", short, short, short * 7 / 4, "was asked"},
		{bench.Restart, "stubborn", short, short, short * 7 / 4, "was asked"},
	} {
		name := string(c.kind) + " " + c.role
		it, err := n.Start(t.Context(), bench.Service{Name: name, Role: c.role})
		must(t, err)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			best := time.Duration(-1)
			for range 3 { // on a busy machine an end is seen late
				diary := filepath.Join(it.Addresses().Admin, "diary")
				must(t, os.Truncate(diary, 0))
				took := dismiss(t, n, it, bench.Fault{Name: name, Kind: c.kind, Place: name, Grace: c.grace}, diary, c.diary)
				if took < c.least {
					t.Fatalf("dead after %v, want at least %v", took, c.least)
				}
				if best < 0 || took < best {
					best = took
				}
				if best <= c.most {
					return
				}
			}
			t.Errorf("dead after %v at best, want at most %v", best, c.most)
		})
	}
}

// dismiss has a fault end a process, and cures it. It checks what the process wrote meanwhile, and returns how long it lived on.
func dismiss(t *testing.T, n *chaos.Network, it bench.Instance, f bench.Fault, diary, want string) time.Duration {
	t.Helper()
	wrote := func() string {
		raw, err := os.ReadFile(diary)
		must(t, err)
		return strings.ReplaceAll(strings.TrimSpace(string(raw)), "\n", ", ")
	}
	var returns atomic.Int64
	exited, began := it.Exited(), time.Now()
	heal, err := n.Inject(t.Context(), f, func(e bench.Event) {
		if e.Kind == bench.EventStarted {
			returns.Add(1)
		}
	})
	must(t, err)
	select {
	case <-exited:
	case <-time.After(15 * time.Second):
		t.Fatal("it lives on")
	}
	took, back := time.Since(began), want+", began"
	if f.Kind == bench.Restart {
		poll.Until(t, 15*time.Second, "it is back by itself", func() bool { return returns.Load() == 1 })
	} else {
		time.Sleep(200 * time.Millisecond) // it would be back
		back = want
	}
	if got := wrote(); got != back {
		t.Errorf("before the cure it wrote %q, want %q", got, back)
	}
	must(t, heal(context.WithoutCancel(t.Context())))
	if got := wrote(); got != want+", began" || returns.Load() != 1 {
		t.Errorf("after the cure it wrote %q and came back %d times, want %q, once", got, returns.Load(), want+", began")
	}
	return took
}
