//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
)

// TestResumeAfterKill9: a run that is killed in its second trial is carried on, and its report is whole.
func TestResumeAfterKill9(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	first := resumable(t, dir)
	must(t, first.Start())
	second := filepath.Join(dir, "trials", "002-queue-control-r1")
	defer func() { _ = first.Process.Kill() }()
	poll.Until(t, 60*time.Second, "the second trial runs", func() bool { return holds(filepath.Join(second, "events.jsonl"), "baseline") })
	must(t, first.Process.Kill())
	_ = first.Wait()
	before, err := os.Stat(filepath.Join(dir, "trials", "001-sync-control-r1", "planned.csv"))
	must(t, err)

	out, err := resumable(t, dir).CombinedOutput()
	invalid := strings.Contains(string(out), "INVALID before, and run again: 1") // where the machine was too busy for the first
	if left := strings.Contains(string(out), "2 of 3 trials are left"); left == invalid {
		t.Fatalf("%v\n%s", err, out)
	}
	_, facts, err := bench.ReadRun(dir)
	must(t, err)
	if len(facts) != 3 {
		t.Fatalf("%d trials, want 3\n%s", len(facts), out)
	}
	for _, f := range facts {
		if !holds(filepath.Join(f.Dir, "events.jsonl"), `"finished"`) || !holds(filepath.Join(f.Dir, "journal.csv"), "charge") {
			t.Errorf("%s is not whole", f.Dir)
		}
	}
	after, err := os.Stat(filepath.Join(dir, "trials", "001-sync-control-r1", "planned.csv"))
	must(t, err)
	if again := !after.ModTime().Equal(before.ModTime()); again != invalid {
		t.Errorf("a trial that was finished was run again: %v; it was INVALID: %v", again, invalid)
	}
	if !holds(filepath.Join(dir, "report.html"), "broker-down") {
		t.Error("no report of all")
	}
}

// resumable is a short run of three trials.
func resumable(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self, "run", "--arch", "sync,queue", "--fault", "control,broker-down", "--rate", "60", "--out", dir, "--resume",
		"--warm-up", "1s", "--baseline", "1s", "--window", "2s", "--recovery", "1s", "--drain", "10s")
	cmd.Env = append(os.Environ(), commandEnv+"=1", "TMPDIR="+t.TempDir())
	return cmd
}

// holds reports whether a file has a text.
func holds(path, text string) bool {
	raw, _ := os.ReadFile(path)
	return strings.Contains(string(raw), text)
}
