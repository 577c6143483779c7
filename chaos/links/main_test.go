package links

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"faultline/bench"
)

// childEnv makes the test binary a process of its own: "echo", "links" or "reverse".
const childEnv = "FAULTLINE_LINKS_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "echo":
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		fmt.Println(l.Addr())
		echo(l)
	case "links":
		err := Serve(context.Background(), Config{Places: []string{"a->b"}}, func(a bench.Addresses) {
			json.NewEncoder(os.Stdout).Encode(a)
			go tellCPU()
		})
		panic(err)
	case "reverse":
		reverse()
	default:
		os.Exit(m.Run())
	}
}

// tellCPU answers every line on standard input with the processor time used, in nanoseconds, and ends with its parent.
func tellCPU() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var u unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
			panic(err)
		}
		fmt.Println(u.Utime.Nano() + u.Stime.Nano())
	}
	os.Exit(0)
}

// child starts the test binary as a process; what it says first is returned.
func child(t testing.TB, what string) (cmd *exec.Cmd, in io.Writer, out *bufio.Reader, first string) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+what)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	out = bufio.NewReader(stdout)
	line, err := out.ReadString('\n')
	must(t, err)
	return cmd, stdin, out, strings.TrimSpace(line)
}

// start serves places in this process until the test ends.
func start(t testing.TB, places ...string) (Client, map[string]string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan bench.Addresses, 1), make(chan error, 1)
	go func() { ended <- Serve(ctx, Config{Places: places}, func(a bench.Addresses) { ready <- a }) }()
	select {
	case a := <-ready:
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("Serve returned %v", err)
			}
		})
		return Client{Addr: a.Admin}, a.Places
	case err := <-ended:
		cancel()
		t.Fatalf("Serve: %v", err)
		return Client{}, nil
	}
}

// open leads a place to upstream and lets it accept.
func open(t testing.TB, c Client, place, upstream string) {
	t.Helper()
	must(t, c.SetUpstream(t.Context(), place, upstream))
	must(t, c.Accept(t.Context(), place))
}

// upstream listens and hands every connection to handle, until the test ends.
func upstream(t testing.TB, handle func(*net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go handle(c.(*net.TCPConn))
		}
	}()
	return l.Addr().String()
}

func echo(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go echoConn(c.(*net.TCPConn))
	}
}

func echoConn(c *net.TCPConn) {
	defer c.Close()
	io.Copy(c, c)
}

func dial(t testing.TB, address string) *net.TCPConn {
	t.Helper()
	c, err := net.DialTimeout("tcp4", address, 20*time.Second)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return c.(*net.TCPConn)
}

// roundTrip sends a byte and waits until it is back.
func roundTrip(c net.Conn) (time.Duration, error) {
	began := time.Now()
	if _, err := c.Write([]byte("x")); err != nil {
		return 0, err
	}
	_, err := io.ReadFull(c, make([]byte, 1))
	return time.Since(began), err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
