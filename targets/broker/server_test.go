package broker_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
)

// A server is a broker in a process of its own.
type server struct {
	kind kind
	dir  string
	cmd  *exec.Cmd
	at   atomic.Value // bench.Addresses
}

func startServer(t testing.TB, k kind) *server {
	s := &server{kind: k, dir: t.TempDir()}
	s.start(t)
	t.Cleanup(s.kill)
	return s
}

// start runs it, for the first time or again, and returns when it takes connections.
func (s *server) start(t testing.TB) {
	t.Helper()
	began := time.Now()
	self, err := os.Executable()
	must(t, err)
	s.cmd = exec.Command(self)
	s.cmd.Env = append(os.Environ(), serveKind+"="+s.kind.name, serveDir+"="+s.dir)
	s.cmd.Stderr = os.Stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	must(t, err)
	must(t, s.cmd.Start())
	var a bench.Addresses
	must(t, json.NewDecoder(out).Decode(&a))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	must(t, s.kind.await(ctx, a.Main))
	s.at.Store(a)
	t.Logf("%s took connections at %s after %v", s.kind.name, a.Main, time.Since(began).Round(time.Millisecond))
}

func (s *server) addresses() bench.Addresses { return s.at.Load().(bench.Addresses) }

func (s *server) addr() string { return s.addresses().Main }

// kill is kill -9.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func (s *server) signal(t testing.TB, sig syscall.Signal) {
	t.Helper()
	must(t, s.cmd.Process.Signal(sig))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
