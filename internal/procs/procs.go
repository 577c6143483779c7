// Package procs tells tests what becomes of processes, from /proc.
package procs

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// State is that of a process by its letter, such as T for stopped; "" when it is gone.
func State(pid int) string {
	if fields := stat(pid); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// Alive reports whether a process runs; one that nobody has waited for yet does not.
func Alive(pid int) bool {
	s := State(pid)
	return s != "" && s != "Z" && s != "X"
}

// Children are the processes that a process has started and that still run.
func Children(parent int) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if fields := stat(n); err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(parent) && Alive(n) {
			pids = append(pids, n)
		}
	}
	return pids
}

// Resident is the resident memory in bytes of the process that asks, as the system tells it.
func Resident(t testing.TB) int64 {
	t.Helper()
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("skipped: no /proc here to see memory from outside")
	}
	pages, err := strconv.ParseInt(strings.Fields(string(raw))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// stat are the fields of /proc/PID/stat from the state on; empty when the process is gone.
func stat(pid int) []string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
}
