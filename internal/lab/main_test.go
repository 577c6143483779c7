package lab_test

import (
	"os"
	"testing"
	"time"

	"faultline/internal/lab"
	"faultline/targets/process"
)

// Services are this test, run again as a child.
func TestMain(m *testing.M) {
	process.Main(lab.Roles())
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// poll waits for something to become true.
func poll(t *testing.T, limit time.Duration, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !yes(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", limit, what)
		}
	}
}
