// Package needs tells tests what a machine may lack: a test that needs it is skipped where it is missing, or fails
// where FAULTLINE_REQUIRE names it, such as FAULTLINE_REQUIRE=rabbitmq,browser.
package needs

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"faultline/targets/broker/rabbitmq"
	"faultline/targets/docker"
)

// RabbitMQ needs an installed rabbitmq-server.
func RabbitMQ(t testing.TB) {
	t.Helper()
	need(t, "rabbitmq", rabbitmq.Installed())
}

// Docker needs a container engine, and a test binary that runs in an empty image.
func Docker(t testing.TB) {
	t.Helper()
	need(t, "docker", docker.Available(t.Context()))
}

// Browser needs Chromium and returns its path. It is not for -short, as the race detector is run: what a browser does is no race of ours.
func Browser(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short opens no browser")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	need(t, "browser", errors.New("no chromium in PATH"))
	return ""
}

// Kernel needs something of the kernel, or the rights to ask it for that: missing says what is not to be had.
func Kernel(t testing.TB, missing error) {
	t.Helper()
	need(t, "kernel", missing)
}

// need skips or fails a test if what it needs is missing.
func need(t testing.TB, name string, missing error) {
	t.Helper()
	switch {
	case missing == nil:
	case required(name):
		t.Fatalf("%v, and FAULTLINE_REQUIRE asks for %s", missing, name)
	default:
		t.Skipf("skipped: tests that need %s: %v", name, missing)
	}
}

func required(name string) bool {
	return slices.Contains(strings.Split(os.Getenv("FAULTLINE_REQUIRE"), ","), name)
}
