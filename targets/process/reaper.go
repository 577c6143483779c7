package process

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

const reaperRole = "reaper"

// A Reaper is a child that outlives the program by an instant, to kill and remove what is left of it.
type Reaper struct {
	mu   sync.Mutex
	pipe io.WriteCloser
	cmd  *exec.Cmd
}

// StartReaper starts the reaper of a state directory.
func StartReaper(dir string) (*Reaper, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program to start it as the reaper: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the reaper: %w", err)
	}
	defer read.Close()
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childEnv+"="+reaperRole)
	cmd.ExtraFiles = []*os.File{read}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		write.Close()
		return nil, fmt.Errorf("starting the reaper: %w", err)
	}
	r := &Reaper{pipe: write, cmd: cmd}
	r.tell("dir " + dir)
	return r, nil
}

// watch and forget say which process groups are to be killed.
func (r *Reaper) watch(pid int)  { r.tell("+" + strconv.Itoa(pid)) }
func (r *Reaper) forget(pid int) { r.tell("-" + strconv.Itoa(pid)) }

// After has the reaper start a child when the program is gone, and wait for it.
func (r *Reaper) After(s Spec) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encoding the spec of %s: %w", s.Name, err)
	}
	r.tell("then " + string(raw))
	return nil
}

// Relax takes back what After asked for.
func (r *Reaper) Relax() { r.tell("then") }

func (r *Reaper) tell(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintln(r.pipe, line) // a dead reaper is no reason to stop
}

// Close has the reaper do its work and end.
func (r *Reaper) Close() {
	r.pipe.Close()
	_ = r.cmd.Wait()
}

// reap is the reaper's process: it listens until the program is gone, then kills and removes what it left.
func reap() {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	dir := ""
	var then *Spec
	groups := map[int]bool{}
	for in := bufio.NewScanner(os.NewFile(lifelineFD, "lifeline")); in.Scan(); {
		line := in.Text()
		if raw, ok := strings.CutPrefix(line, "then"); ok {
			then = specOf(raw)
			continue
		}
		if path, ok := strings.CutPrefix(line, "dir "); ok {
			dir = path
			continue
		}
		pid, err := strconv.Atoi(strings.TrimLeft(line, "+-"))
		if err == nil && pid > 1 {
			groups[pid] = strings.HasPrefix(line, "+")
		}
	}
	for pid, alive := range groups {
		if alive {
			_ = syscall.Kill(-pid, syscall.SIGKILL)
		}
	}
	if dir != "" {
		_ = os.RemoveAll(dir)
	}
	if then != nil {
		startThen(*then)
	}
}

// specOf reads what the reaper is to start in the end, nil if nothing.
func specOf(raw string) *Spec {
	var s Spec
	if json.Unmarshal([]byte(raw), &s) != nil {
		return nil
	}
	return &s
}

// startThen runs a child of this program and waits for its end.
func startThen(s Spec) {
	program, err := os.Executable()
	if err != nil {
		return
	}
	environment, err := Environment(s)
	if err != nil {
		return
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), environment...)
	_ = cmd.Run() // nobody is left to be told
}
