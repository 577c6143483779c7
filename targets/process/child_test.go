//go:build linux

package process_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/internal/procs"
	"faultline/targets/process"
)

func newRuntime(t *testing.T) (r *process.Runtime, tmp string) {
	t.Helper()
	tmp = t.TempDir()
	t.Setenv("TMPDIR", tmp)
	r, err := process.New(filepath.Join(t.TempDir(), "logs"))
	must(t, err)
	return r, tmp
}

func start(t *testing.T, r *process.Runtime, role string) bench.Instance {
	t.Helper()
	instance, err := r.Start(t.Context(), bench.Service{Name: "it", Role: role})
	must(t, err)
	return instance
}

func awaitExit(t *testing.T, i bench.Instance) {
	t.Helper()
	select {
	case <-i.Exited():
	case <-time.After(5 * time.Second):
		t.Fatal("it did not end")
	}
}

func TestRestart(t *testing.T) {
	r, tmp := newRuntime(t)
	it := start(t, r, "idle")
	first := it.Addresses()
	if err := it.Restart(t.Context()); err == nil || !strings.Contains(err.Error(), "still runs") {
		t.Errorf("restart while it runs: %v", err)
	}
	must(t, it.Signal(t.Context(), bench.SignalKill))
	awaitExit(t, it)
	if err := it.Signal(t.Context(), bench.SignalKill); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("signal to the dead: %v", err)
	}
	must(t, it.Restart(t.Context()))
	second := it.Addresses()
	if second.Admin != first.Admin || second.Main == first.Main {
		t.Errorf("first life %v, second %v: want the same state in a new process", first, second)
	}
	lives, err := os.ReadFile(filepath.Join(second.Admin, "diary"))
	must(t, err)
	if string(lives) != first.Main+"\n"+second.Main+"\n" {
		t.Errorf("lives %q", lives)
	}
	must(t, r.Close())
	awaitExit(t, it)
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestSignal(t *testing.T) {
	r, _ := newRuntime(t)
	defer r.Close()
	it := start(t, r, "family")
	child, grandchild := pid(t, it.Addresses().Main), pid(t, it.Addresses().Admin)
	for _, c := range []struct {
		name   string
		signal bench.Signal
		want   string
	}{{"hang", bench.SignalHang, "T"}, {"continue", bench.SignalContinue, "S"}, {"hang again", bench.SignalHang, "T"}} {
		must(t, it.Signal(t.Context(), c.signal))
		for _, p := range []int{child, grandchild} {
			poll.Until(t, 5*time.Second, c.name, func() bool { return procs.State(p) == c.want })
		}
	}
	must(t, it.Signal(t.Context(), bench.SignalKill)) // also kills what is stopped
	awaitExit(t, it)
	poll.Until(t, 5*time.Second, "what it started is dead too", func() bool { return !procs.Alive(grandchild) })
}

func TestUsage(t *testing.T) {
	r, _ := newRuntime(t)
	defer r.Close()
	usage, err := start(t, r, "idle").Usage()
	must(t, err)
	if usage.Memory < 1<<20 || usage.CPU < 0 || usage.CPU > time.Minute {
		t.Errorf("usage %+v", usage)
	}
}

func TestStartErrors(t *testing.T) {
	r, _ := newRuntime(t)
	defer r.Close()
	for _, c := range []struct{ role, want string }{
		{"broken", "port 80 is somebody else's"},
		{"unknown", `no role "unknown"`},
	} {
		_, err := r.Start(t.Context(), bench.Service{Name: c.role, Role: c.role})
		if err == nil || !strings.Contains(err.Error(), "starting "+c.role) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.role, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := r.Start(ctx, bench.Service{Name: "mute", Role: "mute"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("mute: %v", err)
	}
}

func TestStopIsForGood(t *testing.T) {
	r, _ := newRuntime(t)
	defer r.Close()
	it := start(t, r, "idle")
	must(t, it.Signal(t.Context(), bench.SignalHang))
	must(t, it.Stop(t.Context()))
	must(t, it.Stop(t.Context()))
	if procs.Alive(pid(t, it.Addresses().Main)) {
		t.Error("it lives")
	}
	if err := it.Restart(t.Context()); err == nil {
		t.Error("it was started again")
	}
}

// TestNice: a child yields to its parent, which drives the load.
func TestNice(t *testing.T) {
	r, _ := newRuntime(t)
	defer r.Close()
	its, err := syscall.Getpriority(syscall.PRIO_PROCESS, pid(t, start(t, r, "idle").Addresses().Main))
	must(t, err)
	if its > 20-10 { // the kernel says 20 - niceness
		t.Errorf("the child's niceness is %d, want at least 10", 20-its)
	}
}
