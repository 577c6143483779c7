// Package poll lets tests wait for what comes true by itself, in place of sleeping.
package poll

import (
	"testing"
	"time"
)

// every is the pause between two looks.
const every = 5 * time.Millisecond

// Until waits for yes, and fails the test if that is not so within the limit. what says it in words.
func Until(t testing.TB, limit time.Duration, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !yes(); time.Sleep(every) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", limit, what)
		}
	}
}
