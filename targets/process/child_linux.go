package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"faultline/bench"
)

// attributes put a child into a process group of its own, away from the terminal's Ctrl-C, and have the kernel
// kill it when its parent dies: also a child that is stopped and can't notice.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// clockTick is the unit of processor times in /proc: USER_HZ, 100 on every Linux architecture that Go supports.
const clockTick = 10 * time.Millisecond

// Usage reads what the child's present life has used from /proc.
func (c *Child) Usage() (bench.Usage, error) {
	c.mu.Lock()
	pid := c.cmd.Process.Pid
	c.mu.Unlock()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return bench.Usage{}, fmt.Errorf("reading the usage of %s: %w", c.spec.Name, err)
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 22 {
		return bench.Usage{}, fmt.Errorf("reading the usage of %s: /proc/%d/stat is short", c.spec.Name, pid)
	}
	user, _ := strconv.ParseInt(string(fields[11]), 10, 64)
	system, _ := strconv.ParseInt(string(fields[12]), 10, 64)
	pages, _ := strconv.ParseInt(string(fields[21]), 10, 64)
	return bench.Usage{CPU: time.Duration(user+system) * clockTick, Memory: pages * int64(os.Getpagesize())}, nil
}
