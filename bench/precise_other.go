//go:build !linux

package bench

import "time"

// Coarse is how early a timer must wake a sleeper that wants to be exact: none is more exact here.
const Coarse time.Duration = 0

// SleepExactly sleeps as exactly as the runtime can.
func SleepExactly(d time.Duration) { time.Sleep(d) }
