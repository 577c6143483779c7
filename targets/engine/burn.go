package engine

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Burn holds the slot for d of processor time: who gets less of a processor than a whole one takes longer. Slots do not bound it
// then, processors do.
func (l *Slot) Burn(d time.Duration) {
	burn(d)
	l.Waited()
}

// burnCheck is how many steps are burnt between two looks at the clock: some microseconds.
const burnCheck = 4096

// burn returns when its thread has used d of processor time. The time for which the kernel, or Go, lets others run does not count.
func burn(d time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	x := uint64(d)
	for until := threadTime() + d; threadTime() < until; {
		x = spin(x, burnCheck)
	}
	runtime.KeepAlive(x)
}

// threadTime is the processor time that this thread has used.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return time.Duration(time.Now().UnixNano()) // without such a clock, all time counts
	}
	return time.Duration(t.Nano())
}

// spin is work that no compiler leaves out: each step needs the one before.
//
//go:noinline
func spin(x uint64, steps int) uint64 {
	for range steps {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}
