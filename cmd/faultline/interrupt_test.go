//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"faultline/internal/poll"
	"faultline/internal/procs"
)

// grace is how long anything may outlive the program.
const grace = 2 * time.Second

// A running is the command in the midst of a run.
type running struct {
	cmd      *exec.Cmd
	out, tmp string
	stderr   string // a file
	family   []int  // its children, the reaper among them
}

// startRun runs the queue architecture under a fault, and returns when the fault is in effect.
func startRun(t *testing.T, fault string) *running {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	r := &running{out: filepath.Join(t.TempDir(), "run"), tmp: t.TempDir(), stderr: filepath.Join(t.TempDir(), "stderr")}
	stderr, err := os.Create(r.stderr)
	must(t, err)
	defer stderr.Close()
	r.cmd = exec.Command(self, "run", "--arch", "queue", "--fault", fault, "--no-control", "--rate", "20", "--out", r.out,
		"--warm-up", "1s", "--baseline", "1s", "--window", "60s", "--recovery", "1s", "--drain", "10s")
	r.cmd.Env = append(os.Environ(), commandEnv+"=1", "TMPDIR="+r.tmp)
	r.cmd.Stderr = stderr
	must(t, r.cmd.Start())
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	poll.Until(t, 60*time.Second, fault+" is in effect", func() bool { return strings.Contains(r.events(), `"kind":"inject"`) })
	r.family = procs.Children(r.cmd.Process.Pid)
	if len(r.family) < 8 { // six services, the broker, the links, the reaper; a killed one less
		t.Fatalf("%d children", len(r.family))
	}
	return r
}

// events is what the run has written of events so far.
func (r *running) events() string {
	names, _ := filepath.Glob(filepath.Join(r.out, "trials", "*", "events.jsonl"))
	if len(names) == 0 {
		return ""
	}
	raw, _ := os.ReadFile(names[0])
	return string(raw)
}

// said is what it has printed to standard error.
func (r *running) said() string {
	raw, _ := os.ReadFile(r.stderr)
	return string(raw)
}

func (r *running) interrupt(t *testing.T) {
	t.Helper()
	must(t, r.cmd.Process.Signal(syscall.SIGINT))
}

// ended waits for the end and returns the exit code, -1 for a signal.
func (r *running) ended(t *testing.T, limit time.Duration) int {
	t.Helper()
	done := make(chan struct{})
	go func() { _ = r.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(limit):
		_ = r.cmd.Process.Kill()
		<-done
		t.Fatalf("it did not end in %v; stderr:\n%s", limit, r.said())
	}
	return r.cmd.ProcessState.ExitCode()
}

// leavesNothing checks that soon no child and no state directory is left.
func (r *running) leavesNothing(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(grace)
	poll.Until(t, grace, "no child is left", func() bool { return !slices.ContainsFunc(r.family, procs.Alive) })
	poll.Until(t, max(time.Until(deadline), time.Millisecond), "no directory is left", func() bool {
		left, _ := filepath.Glob(filepath.Join(r.tmp, "faultline-*"))
		return len(left) == 0
	})
}

// TestCtrlC: the fault is healed, and what was seen is written and reported.
func TestCtrlC(t *testing.T) {
	for _, fault := range []string{"slow-risk", "payment-hang", "payment-down"} {
		t.Run(fault, func(t *testing.T) {
			r := startRun(t, fault)
			r.interrupt(t)
			if code := r.ended(t, 60*time.Second); code != exitInterrupted {
				t.Errorf("exit code %d; stderr:\n%s", code, r.said())
			}
			r.leavesNothing(t)
			for _, kind := range []string{"heal", "stopped", "finished"} {
				if !strings.Contains(r.events(), fmt.Sprintf(`"kind":%q`, kind)) {
					t.Errorf("no event %q in\n%s", kind, r.events())
				}
			}
			for _, name := range []string{"report.html", "run.json", "trials/*/answers.csv", "trials/*/journal.csv", "trials/*/summary.json"} {
				found, _ := filepath.Glob(filepath.Join(r.out, name))
				if len(found) != 1 {
					t.Errorf("no %s", name)
				}
			}
		})
	}
}

// TestSecondCtrlC: the second ends the program at once, whatever the first is busy with.
func TestSecondCtrlC(t *testing.T) {
	r := startRun(t, "payment-hang")
	r.interrupt(t)
	poll.Until(t, 5*time.Second, "the first is heard", func() bool { return strings.Contains(r.said(), "interrupted") })
	r.interrupt(t)
	if code := r.ended(t, grace); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	r.leavesNothing(t)
}

// TestKill9: whatever the fault has done to its children, a dead program leaves nothing.
func TestKill9(t *testing.T) {
	for _, fault := range []string{"slow-risk", "payment-hang", "payment-down", "broker-down"} {
		t.Run(fault, func(t *testing.T) {
			r := startRun(t, fault)
			must(t, r.cmd.Process.Kill())
			_ = r.ended(t, grace)
			r.leavesNothing(t)
		})
	}
}
