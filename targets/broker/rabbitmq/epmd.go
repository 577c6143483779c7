package rabbitmq

import (
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"time"
)

// startEpmd runs Erlang's name server, without which a node does not start, for our node alone: on its own port of
// 127.0.0.1, and killed by the system when the calling thread's process dies.
func startEpmd(port int) error {
	path, err := exec.LookPath("epmd")
	if err != nil {
		return fmt.Errorf("finding epmd: %w; install Erlang (Debian: apt-get install erlang-base)", err)
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	// That of the broker that was killed a moment ago may still be dying.
	if !soon(func() bool { return nobodyListens(addr) }) {
		return fmt.Errorf("starting epmd: somebody listens at %s; end that, or use another directory", addr)
	}
	cmd := exec.Command(path, "-address", "127.0.0.1", "-port", strconv.Itoa(port))
	cmd.SysProcAttr = dieWithParent()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting epmd: %w", err)
	}
	// The node would start an epmd of its own, a daemon, if it came first.
	if !soon(func() bool { return answers(addr) }) {
		_ = cmd.Process.Kill()
		return fmt.Errorf("starting epmd: it does not answer at %s", addr)
	}
	return nil
}

func soon(yes func() bool) bool {
	for deadline := time.Now().Add(10 * time.Second); !yes(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

func nobodyListens(addr string) bool {
	l, err := net.Listen("tcp", addr)
	return err == nil && l.Close() == nil
}

func answers(addr string) bool {
	conn, err := net.Dial("tcp", addr)
	return err == nil && conn.Close() == nil
}
