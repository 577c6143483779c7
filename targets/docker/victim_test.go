package docker_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"faultline/bench"
	"faultline/targets/process"
)

// felt is what a victim felt of a fault, as it answers GET /felt.
type felt struct {
	Life  int64         // when it began: another in each life
	Now   time.Duration // since then
	Stood time.Duration // the longest time for which it did not run, since it was asked before
	Spent time.Duration // processor time
	Took  int           // bytes that it took, or its last life did
}

const (
	chunk  = 1 << 20 // how much memory a victim takes at a time
	digits = 12      // in which it writes how much it has
)

// victim is a service that is there to be broken. Told to, it keeps a processor busy, or takes memory.
func victim(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
	began, p := time.Now(), pulse{last: time.Now()}
	took, err := os.OpenFile(filepath.Join(s.Dir, "took"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	go func() {
		for range time.Tick(5 * time.Millisecond) {
			p.beat(false)
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /felt", func(w http.ResponseWriter, _ *http.Request) {
		f := felt{Life: began.UnixNano(), Now: time.Since(began), Stood: p.beat(true), Spent: spent()}
		_, _ = fmt.Fscan(io.NewSectionReader(took, 0, digits), &f.Took) // nothing: it took nothing
		json.NewEncoder(w).Encode(f)
	})
	var burns atomic.Bool
	mux.HandleFunc("POST /burn", func(_ http.ResponseWriter, r *http.Request) {
		burns.Store(r.FormValue("on") == "true")
		go func() {
			for burns.Load() {
			}
		}()
	})
	mux.HandleFunc("POST /leak", func(_ http.ResponseWriter, r *http.Request) {
		var want struct{ Limit int }
		_ = json.NewDecoder(r.Body).Decode(&want)
		go func() {
			var held [][]byte
			for n := chunk; n <= want.Limit; n += chunk {
				held = append(held, bytes.Repeat([]byte{1}, chunk))
				_, _ = took.WriteAt(fmt.Appendf(nil, "%*d", digits, n), 0)
			}
			runtime.KeepAlive(held)
		}()
	})
	for _, address := range []string{s.Listen.Main, s.Listen.Admin} {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", address)
		if err != nil {
			return err
		}
		go http.Serve(l, mux)
	}
	listening(s.Listen)
	<-ctx.Done()
	return nil
}

// A pulse tells for how long a process stood still.
type pulse struct {
	mu    sync.Mutex
	last  time.Time
	stood time.Duration
}

// beat returns the longest time between two beats since it began anew, which it does if it is told to.
func (p *pulse) beat(anew bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	longest := max(p.stood, time.Since(p.last))
	p.last, p.stood = time.Now(), longest
	if anew {
		p.stood = 0
	}
	return longest
}

// spent is the processor time that this process has used.
func spent() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}

// A line is one connection to a victim, which is asked over it again and again.
type line struct {
	net.Conn
	in *bufio.Reader
}

func dialLine(t *testing.T, address string) line {
	t.Helper()
	conn, err := net.Dial("tcp4", address)
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	return line{conn, bufio.NewReader(conn)}
}

// ask has it say what it felt.
func (l line) ask(t *testing.T) (f felt) {
	t.Helper()
	must(t, l.SetDeadline(time.Now().Add(10*time.Second)))
	_, err := l.Write([]byte("GET /felt HTTP/1.1\r\nHost: victim\r\n\r\n"))
	must(t, err)
	resp, err := http.ReadResponse(l.in, nil)
	must(t, err)
	defer resp.Body.Close()
	must(t, json.NewDecoder(resp.Body).Decode(&f))
	return f
}
