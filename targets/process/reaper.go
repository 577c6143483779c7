package process

import (
	"bufio"
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

// A reaper is a child that outlives the program by an instant, to kill what is left of it.
type reaper struct {
	mu   sync.Mutex
	pipe io.WriteCloser
	cmd  *exec.Cmd
}

// startReaper starts the reaper of a state directory.
func startReaper(program, dir string) (*reaper, error) {
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
	r := &reaper{pipe: write, cmd: cmd}
	r.tell("dir " + dir)
	return r, nil
}

// watch and forget say which process groups are to be killed.
func (r *reaper) watch(pid int)  { r.tell("+" + strconv.Itoa(pid)) }
func (r *reaper) forget(pid int) { r.tell("-" + strconv.Itoa(pid)) }

func (r *reaper) tell(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintln(r.pipe, line) // a dead reaper is no reason to stop
}

// close has the reaper do its work and end.
func (r *reaper) close() {
	r.pipe.Close()
	_ = r.cmd.Wait()
}

// reap is the reaper's process: it listens until the program is gone, then kills and removes what it left.
func reap() {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	dir := ""
	groups := map[int]bool{}
	for in := bufio.NewScanner(os.NewFile(lifelineFD, "lifeline")); in.Scan(); {
		line := in.Text()
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
}
