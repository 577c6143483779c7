package bench

import (
	"syscall"
	"time"
)

// Coarse is how early the runtime's own timer must wake a sleeper that wants to be exact: it rounds to milliseconds.
const Coarse = 1500 * time.Microsecond

// SleepExactly sleeps to within some 0.2 ms and never less, at the cost of a thread for the last stretch, of Coarse at most.
func SleepExactly(d time.Duration) {
	end := time.Now().Add(d)
	if d > Coarse {
		time.Sleep(d - Coarse)
	}
	for rest := time.Until(end); rest > 0; rest = time.Until(end) {
		t := syscall.NsecToTimespec(rest.Nanoseconds())
		_ = syscall.Nanosleep(&t, nil) // a signal may wake it early
	}
}
