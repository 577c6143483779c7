package docker_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/needs"
	"faultline/internal/poll"
	"faultline/targets/docker"
)

// TestContainers: services reach each other and are reached; killed and started again a container keeps its state and its address, paused it
// holds its connections and says nothing. Meanwhile another run is killed (kill -9): nothing of it is left, and this one is not touched.
func TestContainers(t *testing.T) {
	needs.Docker(t)
	t.Parallel()
	e, err := docker.Open(t.Context())
	must(t, err)
	c := engine(t)
	logs := t.TempDir()
	r, err := docker.New(t.Context(), e, "", logs)
	must(t, err)
	defer r.Close()
	other, err := r.Start(t.Context(), bench.Service{Name: "other", Role: "notes"})
	must(t, err)
	inner := other.Addresses().Within(other.Addresses().Main)
	first, err := r.Start(t.Context(), bench.Service{Name: "first", Role: "notes", Dials: map[string]string{"other": inner},
		Limits: bench.Limits{CPUs: 0.5, Memory: 64 << 20}})
	must(t, err)
	h := startHolder(t)
	if found := left(t, c, h.run); len(found) != 3 {
		t.Fatalf("the other run has %q", found)
	}

	must(t, tell(other.Addresses().Main, "kept"))
	if got, err := get(first.Addresses().Main + "/other"); got != "kept<nil>" {
		t.Errorf("the other service was told %q, %v", got, err)
	}
	if u, err := other.Usage(); err != nil || u.CPU <= 0 || u.Memory < 1<<20 {
		t.Errorf("usage %+v, %v", u, err)
	}
	pauses(t, other)
	must(t, h.cmd.Process.Kill())
	killed := time.Now()
	kills(t, other, func() error { return other.Signal(t.Context(), bench.SignalKill) })
	kills(t, other, func() error { _ = tell(other.Addresses().Main+"/die", ""); return nil })
	if now := other.Addresses(); now.Within(now.Main) != inner {
		t.Errorf("it was at %s and is at %s", inner, now.Main)
	}
	must(t, other.Signal(t.Context(), bench.SignalHang))
	must(t, other.Signal(t.Context(), bench.SignalKill)) // paused as it is
	<-other.Exited()

	poll.Until(t, 15*time.Second-time.Since(killed), "nothing is left of the killed run", func() bool { return len(left(t, c, h.run)) == 0 })
	if _, err := os.Stat(h.dir); !os.IsNotExist(err) {
		t.Errorf("its directory: %v", err)
	}
	if got, err := get(first.Addresses().Main); got != "" || err != nil {
		t.Errorf("this run's service says %q, %v", got, err)
	}
	must(t, first.Stop(t.Context()))
	must(t, r.Close())
	if found := left(t, c, r.Run); len(found) > 0 {
		t.Errorf("Close has left %q", found)
	}
	log, err := os.ReadFile(filepath.Join(logs, "other.log"))
	must(t, err)
	if lives := strings.Count(string(log), "a life of other"); lives != 3 {
		t.Errorf("the log tells of %d lives:\n%s", lives, log)
	}
}

// pauses: a paused container answers nobody, and continues.
func pauses(t *testing.T, i bench.Instance) {
	t.Helper()
	for range 2 { // twice is once
		must(t, i.Signal(t.Context(), bench.SignalHang))
	}
	if got, err := get(i.Addresses().Main); err != errSilent {
		t.Errorf("paused it says %q, %v", got, err)
	}
	for range 2 {
		must(t, i.Signal(t.Context(), bench.SignalContinue))
	}
	if got, err := get(i.Addresses().Main); got != "kept" {
		t.Errorf("continued it says %q, %v", got, err)
	}
}

// kills: what dies comes back with its state.
func kills(t *testing.T, i bench.Instance, kill func() error) {
	t.Helper()
	must(t, kill())
	select {
	case <-i.Exited():
	case <-time.After(10 * time.Second):
		t.Fatal("it did not end")
	}
	if err := i.Signal(t.Context(), bench.SignalHang); err == nil {
		t.Error("what is dead was paused")
	}
	must(t, i.Restart(t.Context()))
	poll.Until(t, 5*time.Second, "it answers again", func() bool { got, _ := get(i.Addresses().Main); return got == "kept" })
}
