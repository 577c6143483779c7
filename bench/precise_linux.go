package bench

import (
	"syscall"
	"time"
)

// coarse is how early the runtime's own timer must wake a sleeper that wants to be exact: it rounds to milliseconds.
const coarse = 1500 * time.Microsecond

// sleepExactly sleeps to within about 0.1 ms, at the cost of a thread for the last stretch.
func sleepExactly(d time.Duration) {
	end := time.Now().Add(d)
	if d > coarse {
		time.Sleep(d - coarse)
	}
	if rest := time.Until(end); rest > 0 {
		t := syscall.NsecToTimespec(rest.Nanoseconds())
		_ = syscall.Nanosleep(&t, nil) // woken early by a signal is early by less than coarse
	}
}
