//go:build linux

package process_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/internal/procs"
)

// grace is how long anything may outlive the program.
const grace = 2 * time.Second

// A parent is a process with two children and a reaper.
type parent struct {
	cmd      *exec.Cmd
	tmp      string
	children []bench.Addresses
}

func startParent(t *testing.T) *parent {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	p := &parent{cmd: exec.Command(self), tmp: t.TempDir()}
	p.cmd.Env = append(os.Environ(), parentEnv+"="+t.TempDir(), "TMPDIR="+p.tmp)
	p.cmd.Stderr = os.Stderr
	_, err = p.cmd.StdinPipe() // held open: its end would end the parent
	must(t, err)
	out, err := p.cmd.StdoutPipe()
	must(t, err)
	must(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	must(t, json.NewDecoder(out).Decode(&p.children))
	return p
}

// die is kill -9 of the parent alone.
func (p *parent) die(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Kill())
	_ = p.cmd.Wait()
}

// TestKilledParent: whatever state its children are in, a dead program leaves no process and no directory.
func TestKilledParent(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(t *testing.T, p *parent)
		keeps  bool // the directory: nobody is left to remove it
	}{
		{"running", func(*testing.T, *parent) {}, false},
		{"one child stopped", func(t *testing.T, p *parent) { stopChild(t, p, 0) }, false},
		{"all children stopped", func(t *testing.T, p *parent) { stopChild(t, p, 0); stopChild(t, p, 1) }, false},
		{"reaper dead", killReaper, true},
		{"reaper dead, one child stopped", func(t *testing.T, p *parent) { stopChild(t, p, 0); killReaper(t, p) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := startParent(t)
			family := procs.Children(p.cmd.Process.Pid)
			if len(family) != 3 {
				t.Fatalf("%d children, want two and a reaper", len(family))
			}
			c.before(t, p)
			p.die(t)
			for _, pid := range family {
				poll.Until(t, grace, "no child is left", func() bool { return !procs.Alive(pid) })
			}
			left, err := filepath.Glob(filepath.Join(p.tmp, "faultline-*"))
			must(t, err)
			if (len(left) > 0) != c.keeps {
				t.Errorf("left in %s: %v", p.tmp, left)
			}
		})
	}
}

func stopChild(t *testing.T, p *parent, i int) {
	t.Helper()
	child := pid(t, p.children[i].Main)
	kill(t, child, syscall.SIGSTOP)
	poll.Until(t, grace, "it is stopped", func() bool { return procs.State(child) == "T" })
}

func killReaper(t *testing.T, p *parent) {
	t.Helper()
	for _, child := range procs.Children(p.cmd.Process.Pid) {
		if isReaper(child) {
			kill(t, child, syscall.SIGKILL)
			poll.Until(t, grace, "the reaper is dead", func() bool { return !procs.Alive(child) })
			return
		}
	}
	t.Fatal("there is no reaper")
}

// TestCtrlC: a terminal's Ctrl-C goes to the foreground group; the children are in groups of their own.
func TestCtrlC(t *testing.T) {
	p := startParent(t)
	for _, child := range procs.Children(p.cmd.Process.Pid) {
		if group, err := syscall.Getpgid(child); err != nil || group != child {
			t.Errorf("child %d is in group %d: %v", child, group, err)
		}
	}
	p.die(t)
}
