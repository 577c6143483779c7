package docker_test

import (
	"strings"
	"testing"

	"faultline/bench"
	"faultline/internal/needs"
	"faultline/targets/docker"
)

// TestPublishedPorts: where containers are not reached at their own addresses, as with Docker Desktop, the harness reaches them at
// ports of 127.0.0.1, also after they were killed, or taken off their network; they reach each other as ever.
func TestPublishedPorts(t *testing.T) {
	needs.Docker(t)
	t.Parallel()
	e, err := docker.Open(t.Context())
	must(t, err)
	e.Publish()
	if !strings.Contains(e.String(), "published ports") {
		t.Errorf("it calls itself %q", e)
	}
	r, err := docker.New(t.Context(), e, "", "")
	must(t, err)
	defer r.Close()
	other, err := r.Start(t.Context(), bench.Service{Name: "other", Role: "notes"})
	must(t, err)
	first, err := r.Start(t.Context(), bench.Service{Name: "first", Role: "notes",
		Dials: map[string]string{"other": other.Addresses().Within(other.Addresses().Main)}})
	must(t, err)
	must(t, tell(other.Addresses().Main, "kept"))
	reached := func(when string) {
		t.Helper()
		for name, i := range map[string]bench.Instance{"other": other, "first": first} {
			if main := i.Addresses().Main; !strings.HasPrefix(main, "127.0.0.1:") {
				t.Errorf("%s: %s is at %s", when, name, main)
			}
		}
		if got, err := get(first.Addresses().Main + "/other"); got != "kept<nil>" {
			t.Errorf("%s: the other service says %q, %v", when, got, err)
		}
	}
	reached("at first")
	kills(t, other, func() error { return other.Signal(t.Context(), bench.SignalKill) })
	reached("killed and started again")
	must(t, first.(bench.Confined).Disconnect(t.Context()))
	if got, err := get(first.Addresses().Main); err == nil {
		t.Errorf("off its network it says %q", got)
	}
	must(t, first.(bench.Confined).Connect(t.Context()))
	reached("taken off the network and put back")
}
