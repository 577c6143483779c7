package broker_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"faultline/internal/poll"
)

// TestKilledBrokerLeavesNothing: kill -9 of the one process that a runtime knows ends all that belongs to it.
func TestKilledBrokerLeavesNothing(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			k.needs(t)
			s := startServer(t, k)
			family := descendants(t, s.cmd.Process.Pid)
			t.Logf("besides the broker: %v", family)
			s.kill()
			for pid, name := range family {
				poll.Until(t, 5*time.Second, fmt.Sprintf("%s (%d) is gone", name, pid), func() bool { return !runs(pid) })
			}
		})
	}
}

// descendants are the processes below pid, by name.
func descendants(t *testing.T, pid int) map[int]string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	must(t, err)
	found := map[int]string{}
	for _, path := range all {
		child, name, _, parent := status(path)
		if parent == pid {
			found[child] = name
			for p, n := range descendants(t, child) {
				found[p] = n
			}
		}
	}
	return found
}

// runs is false for a zombie, too.
func runs(pid int) bool {
	_, _, state, parent := status(fmt.Sprintf("/proc/%d/stat", pid))
	return parent != 0 && state != "Z"
}

// status reads a process's stat file; all is zero if it is gone.
func status(path string) (pid int, name, state string, parent int) {
	data, err := os.ReadFile(path)
	if err != nil {
		return
	}
	before, after, _ := strings.Cut(string(data), ") ")
	number, name, _ := strings.Cut(before, " (")
	fields := strings.Fields(after)
	pid, _ = strconv.Atoi(number)
	parent, _ = strconv.Atoi(fields[1])
	return pid, name, fields[0], parent
}
