package http_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"faultline/targets/flow"
	"faultline/targets/order"
	httplink "faultline/targets/transport/http"
)

var request = flow.Request{Order: order.Order{ID: "ord_a"}, Trace: flow.NewTrace()}

// serve runs a handler behind the transport and returns the way to ask it.
func serve(t *testing.T, h flow.Handler) flow.Ask {
	t.Helper()
	s := httptest.NewServer(httplink.Serve(h))
	t.Cleanup(s.Close)
	return httplink.Dial("payment", s.Listener.Addr().String())
}

func done(_ context.Context, r flow.Request) (flow.Answer, error) {
	return flow.Answer{Reply: flow.Reply{Service: "payment", Order: r.Order.ID, Outcome: flow.Done}}, nil
}

func TestAsk(t *testing.T) {
	var got flow.Request
	ask := serve(t, func(ctx context.Context, r flow.Request) (flow.Answer, error) { got = r; return done(ctx, r) })
	r := request
	r.Undo, r.ReplyTo = true, "nobody waits over http"
	a, err := ask(t.Context(), r)
	if err != nil || a.Later || a.Reply.Outcome != flow.Done || a.Reply.Order != "ord_a" {
		t.Errorf("got %+v, %v", a, err)
	}
	if got.Order.ID != "ord_a" || !got.Undo || got.ReplyTo != "" || got.Trace != request.Trace {
		t.Errorf("the handler got %+v", got)
	}
}

// TestDeadline: it travels over two links, and shrinks by the time that is spent on the way.
func TestDeadline(t *testing.T) {
	left := make(chan time.Duration, 1)
	inner := serve(t, func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		deadline, _ := ctx.Deadline()
		left <- time.Until(deadline)
		return done(ctx, r)
	})
	const spent = 100 * time.Millisecond
	outer := serve(t, func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		time.Sleep(spent) // its own work
		return inner(ctx, r)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := outer(ctx, request); err != nil {
		t.Fatal(err)
	}
	if l := <-left; l <= 5*time.Second || l > 10*time.Second-spent {
		t.Errorf("%v of 10 s are left", l)
	}
	if _, err := inner(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if l := <-left; l > 0 {
		t.Errorf("a caller with no deadline left %v", l)
	}
}

// TestGivesUp: the handler's context ends when its caller's patience does, and a caller waits no longer for one that
// goes on all the same.
func TestGivesUp(t *testing.T) {
	ended, release := make(chan error, 1), make(chan struct{})
	ask := serve(t, func(ctx context.Context, _ flow.Request) (flow.Answer, error) {
		<-ctx.Done()
		ended <- ctx.Err()
		<-release
		return flow.Answer{}, ctx.Err()
	})
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := ask(ctx, request)
	checkFailure(t, err, "payment", 504)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("the handler goes on")
	}
}

// TestFailures: each says which service failed, and how.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name    string
		err     error
		service string
		code    int
	}{
		{"shed", &flow.Failure{Service: "payment", Code: 503, Detail: "full"}, "payment", 503},
		{"further down", &flow.Failure{Service: "risk", Code: 504, Detail: "late"}, "risk", 504},
		{"harm", errors.New("disk is full"), "payment", 502},
		{"bug", &flow.Failure{Service: "risk", Code: 500, Detail: "bug"}, "risk", 502},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := serve(t, func(context.Context, flow.Request) (flow.Answer, error) { return flow.Answer{}, c.err })(t.Context(), request)
			checkFailure(t, err, c.service, c.code)
		})
	}
	t.Run("refused", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		_, err = httplink.Dial("payment", l.Addr().String())(t.Context(), request)
		checkFailure(t, err, "payment", 502)
		if !strings.Contains(err.Error(), "refused") {
			t.Errorf("got %v", err)
		}
	})
}

func checkFailure(t *testing.T, err error, service string, code int) {
	t.Helper()
	var f *flow.Failure
	if !errors.As(err, &f) || f.Service != service || f.Code != code {
		t.Errorf("got %v, want %s to fail with %d", err, service, code)
	}
}

func TestWriteFailure(t *testing.T) {
	for code, retry := range map[int]string{502: "", 503: "1", 504: ""} {
		w := httptest.NewRecorder()
		httplink.WriteFailure(w, &flow.Failure{Service: "risk", Code: code, Detail: "why"})
		if w.Code != code || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Retry-After") != retry ||
			!strings.Contains(w.Body.String(), `"service":"risk"`) || !strings.Contains(w.Body.String(), `"detail":"why"`) {
			t.Errorf("%d: got %d %v %s", code, w.Code, w.Header(), w.Body)
		}
	}
}

// TestNoRepeat: a kept connection that breaks after the request left must not make the client send it again.
func TestNoRepeat(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var requests atomic.Int32
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go breakSecond(conn, &requests)
		}
	}()
	ask := httplink.Dial("payment", l.Addr().String())
	if _, err := ask(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	_, err = ask(t.Context(), request) // on the same connection
	checkFailure(t, err, "payment", 502)
	if n := requests.Load(); n != 2 {
		t.Errorf("the server saw %d requests, want 2", n)
	}
}

// breakSecond answers the first request of a connection, reads the second, and hangs up.
func breakSecond(conn net.Conn, requests *atomic.Int32) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i := 0; ; i++ {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body := make([]byte, req.ContentLength)
		if _, err := req.Body.Read(body); err != nil && err.Error() != "EOF" {
			return
		}
		requests.Add(1)
		if i == 1 {
			return
		}
		const reply = `{"service":"payment","order":"ord_a","outcome":"done"}`
		if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 54\r\n\r\n" + reply)); err != nil {
			return
		}
	}
}
