package docker

import (
	"os"
	"strconv"
	"syscall"
	"testing"
)

// TestPrecedence: every thread of the driver goes before containers while any runtime is open, where that is permitted, and none after.
func TestPrecedence(t *testing.T) {
	before := niceness(t)
	want := before - firstNice
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, os.Getpid(), before-1); err != nil {
		want = before
	} else if err := syscall.Setpriority(syscall.PRIO_PROCESS, os.Getpid(), before); err != nil {
		t.Fatal(err)
	}
	takePrecedence()
	takePrecedence()
	yieldPrecedence()
	if got := niceness(t); got != want {
		t.Errorf("niceness %d while a runtime is open, want %d", got, want)
	}
	yieldPrecedence()
	if got := niceness(t); got != before {
		t.Errorf("niceness %d afterwards, want %d", got, before)
	}
}

// niceness is that of all threads.
func niceness(t *testing.T) int {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("skipped: only Linux tells threads")
	}
	all := map[int]bool{}
	last := 0
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			t.Fatal(err)
		}
		said, err := syscall.Getpriority(syscall.PRIO_PROCESS, id)
		if err == nil { // it has not ended meanwhile
			last = 20 - said // as the kernel says it
			all[last] = true
		}
	}
	if len(all) != 1 {
		t.Fatalf("threads differ: %v", all)
	}
	return last
}
