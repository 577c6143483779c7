package links

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"faultline/bench"
	"faultline/internal/needs"
	"faultline/internal/poll"
)

func TestRefusedPlaceKeepsItsPort(t *testing.T) {
	client, at := start(t, "a->b")
	refused := func(when string) {
		t.Helper()
		if _, err := net.Dial("tcp4", at["a->b"]); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialling %s: %v, want connection refused", when, err)
		}
	}
	refused("before anything was set")
	if err := client.Accept(t.Context(), "a->b"); err == nil {
		t.Error("a place without an upstream accepts")
	}
	open(t, client, "a->b", upstream(t, echoConn))
	for range 50 {
		conn := dial(t, at["a->b"])
		_, err := roundTrip(conn)
		must(t, err)
		must(t, client.Refuse(t.Context(), "a->b"))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("an open connection got %v, want a reset", err)
		}
		refused("a refusing place")
		if l, err := net.Listen("tcp4", at["a->b"]); err == nil {
			l.Close()
			t.Error("somebody else could listen on the place's port")
		}
		must(t, client.Accept(t.Context(), "a->b"))
	}
}

// The socket that holds the port never listens, and so is never given a connection.
func TestHeldPortTakesNoConnections(t *testing.T) {
	client, at := start(t, "a->b")
	open(t, client, "a->b", upstream(t, echoConn))
	for range 2000 {
		conn, err := net.Dial("tcp4", at["a->b"])
		must(t, err)
		must(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
		_, err = roundTrip(conn)
		must(t, err)
		reset(conn.(*net.TCPConn)) // leaves no TIME_WAIT behind
	}
}

func TestEndsOfConnections(t *testing.T) {
	for _, held := range []time.Duration{0, 20 * time.Millisecond} {
		ends := map[string]struct {
			upstream func(*net.TCPConn)
			want     error
		}{
			"EOF": {func(c *net.TCPConn) { c.Write([]byte("bye")); c.Close() }, nil},
			"reset": {func(c *net.TCPConn) {
				c.Write([]byte("bye"))
				io.ReadFull(c, make([]byte, 1))
				reset(c)
			}, syscall.ECONNRESET},
			"half-closed": {func(c *net.TCPConn) { b, _ := io.ReadAll(c); c.Write(bytes.ToUpper(b)); c.Close() }, nil},
		}
		for name, e := range ends {
			t.Run(name+held.String(), func(t *testing.T) {
				client, at := start(t, "a->b")
				open(t, client, "a->b", upstream(t, e.upstream))
				delay(t, client, "a->b", held)
				conn := dial(t, at["a->b"])
				if name != "EOF" {
					_, err := conn.Write([]byte("bye"))
					must(t, err)
				}
				if name == "half-closed" {
					must(t, conn.CloseWrite())
				}
				said, err := io.ReadAll(conn)
				if !errors.Is(err, e.want) || e.want == nil && err != nil {
					t.Errorf("the connection ended with %v, want %v", err, e.want)
				}
				if want := map[string]string{"EOF": "bye", "reset": "bye", "half-closed": "BYE"}[name]; string(said) != want {
					t.Errorf("got %q before the end, want %q", said, want)
				}
			})
		}
	}
}

// A reset is reported to the proxy once, by a read or by a write; the other end learns of it either way.
func TestResetWhileWritingReachesTheOtherEnd(t *testing.T) {
	client, at := start(t, "a->b")
	open(t, client, "a->b", upstream(t, func(c *net.TCPConn) {
		io.ReadFull(c, make([]byte, 1+rand.IntN(4096)))
		reset(c)
	}))
	for range 300 {
		conn := dial(t, at["a->b"])
		_, err := conn.Write(make([]byte, 64<<10))
		if err == nil {
			_, err = conn.Read(make([]byte, 1))
		}
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			t.Fatalf("the connection ended with %v, want a reset", err)
		}
		conn.Close()
	}
}

func TestClientResetReachesUpstream(t *testing.T) {
	got := make(chan error, 1)
	client, at := start(t, "a->b")
	open(t, client, "a->b", upstream(t, func(c *net.TCPConn) {
		defer c.Close()
		io.ReadFull(c, make([]byte, 1))
		c.Write([]byte("x"))
		_, err := c.Read(make([]byte, 1))
		got <- err
	}))
	conn := dial(t, at["a->b"])
	_, err := roundTrip(conn)
	must(t, err)
	reset(conn)
	if err := <-got; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the upstream saw %v, want a reset", err)
	}
}

// Dead, stopped and unreachable upstreams harm their own place alone.
func TestBadUpstreamsKeepToTheirPlaces(t *testing.T) {
	client, at := start(t, "dead", "stopped", "black hole", "good")
	stopped, _, _, address := child(t, "echo")
	must(t, stopped.Process.Signal(syscall.SIGSTOP))
	open(t, client, "dead", unused(t))
	open(t, client, "stopped", address)
	open(t, client, "black hole", blackHole(t))
	open(t, client, "good", upstream(t, echoConn))

	var hanging []*net.TCPConn
	for range 50 {
		hanging = append(hanging, dial(t, at["stopped"]))
		dial(t, at["black hole"])
		c, err := net.Dial("tcp4", at["dead"])
		if err == nil { // else the reset was there before dialling was over
			_, err = c.Read(make([]byte, 1))
			c.Close()
		}
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("a dead upstream shows as %v, want a reset", err)
		}
	}
	lost := dial(t, at["black hole"])
	took, err := roundTrip(dial(t, at["good"]))
	must(t, err)
	if took > 500*time.Millisecond {
		t.Errorf("a round trip beside bad upstreams took %v", took)
	}
	began := time.Now()
	if _, err := lost.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) || time.Since(began) > 3*dialPatience {
		t.Errorf("an unreachable upstream shows as %v after %v, want a reset after %v", err, time.Since(began), dialPatience)
	}
	must(t, stopped.Process.Signal(syscall.SIGCONT))
	for _, c := range hanging {
		_, err := roundTrip(c)
		must(t, err)
	}
}

// unused returns an address that refuses.
func unused(t *testing.T) string {
	p, err := holdPort(anyPort)
	must(t, err)
	t.Cleanup(p.release)
	return p.address
}

// blackHole returns an address that answers no connect: its backlog is full.
func blackHole(t *testing.T) string {
	p, err := holdPort(anyPort)
	must(t, err)
	t.Cleanup(p.release)
	must(t, unix.Listen(p.socket, 0))
	for range 16 {
		c, err := net.DialTimeout("tcp4", p.address, 100*time.Millisecond)
		if err != nil {
			return p.address
		}
		t.Cleanup(func() { c.Close() })
	}
	needs.Kernel(t, errors.New("a backlog that fills"))
	return ""
}

func TestManyConnectionsAtOnce(t *testing.T) {
	client, at := start(t, "a->b")
	open(t, client, "a->b", upstream(t, echoConn))
	before := runtime.NumGoroutine()
	var all sync.WaitGroup
	for i := range 200 {
		conn := dial(t, at["a->b"])
		all.Go(func() {
			sent := make([]byte, 100<<10)
			rand.NewChaCha8([32]byte{byte(i)}).Read(sent)
			go func() { conn.Write(sent); conn.CloseWrite() }()
			got, err := io.ReadAll(conn)
			if err != nil || !bytes.Equal(got, sent) {
				t.Errorf("connection %d: %d of %d bytes came back, %v", i, len(got), len(sent), err)
			}
			conn.Close()
		})
		if i == 100 {
			delay(t, client, "a->b", 10*time.Millisecond)
		}
		if i == 150 {
			delay(t, client, "a->b", 0)
		}
	}
	all.Wait()
	poll.Until(t, 10*time.Second, "all sessions end", func() bool {
		s, err := client.State(t.Context())
		must(t, err)
		return s.Places["a->b"].Open == 0
	})
	s, err := client.State(t.Context())
	must(t, err)
	if p := s.Places["a->b"]; p.Connections != 200 || p.BytesUp != 200*100<<10 || p.BytesDown != p.BytesUp {
		t.Errorf("the counters say %+v", p)
	}
	poll.Until(t, 10*time.Second, "no goroutine is left behind", func() bool { return runtime.NumGoroutine() <= before })
}

func TestServeLeavesNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("with connections open, bytes held and a dial under way", func(t *testing.T) {
		client, at := start(t, "a->b", "black hole")
		open(t, client, "a->b", upstream(t, echoConn))
		open(t, client, "black hole", blackHole(t))
		delay(t, client, "a->b", time.Hour)
		_, err := dial(t, at["a->b"]).Write([]byte("held"))
		must(t, err)
		dial(t, at["a->b"])
		dial(t, at["black hole"])
	})
	poll.Until(t, 10*time.Second, "no goroutine is left behind", func() bool { return runtime.NumGoroutine() <= before })
}

func TestCloseIdle(t *testing.T) {
	client, at := start(t, "a->b")
	open(t, client, "a->b", upstream(t, echoConn))
	conn := dial(t, at["a->b"])
	_, err := roundTrip(conn)
	must(t, err)
	must(t, client.CloseIdle(t.Context(), "a->b", time.Hour))
	_, err = roundTrip(conn)
	must(t, err)
	must(t, client.CloseIdle(t.Context(), "a->b", 0))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("an idle connection was closed with %v, want EOF", err)
	}
}

func TestCommandsThatCannotBeDone(t *testing.T) {
	client, _ := start(t, "a->b")
	for what, err := range map[string]error{
		"an unknown place":    client.Refuse(t.Context(), "b->a"),
		"no host and port":    client.SetUpstream(t.Context(), "a->b", "b"),
		"a negative delay":    client.Strike(t.Context(), "a->b", bench.Fault{Kind: bench.Latency, Delay: -1}, 1),
		"a rate of nothing":   client.Strike(t.Context(), "a->b", bench.Fault{Kind: bench.Bandwidth}, 1),
		"no kind of a link":   client.Strike(t.Context(), "a->b", bench.Fault{Kind: bench.Slow}, 1),
		"nowhere to lead":     client.Accept(t.Context(), "a->b"),
		"a place named twice": Serve(t.Context(), Config{Places: []string{"a", "a"}}, nil),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
