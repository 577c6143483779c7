package webhook

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"faultline/targets/flow"
	"faultline/targets/order"
)

const secret = "of this test"

const paid = `{"event":"payment.completed","order_id":"ord_x7k9","amount":49.98,"currency":"USD","completed_at":"2026-04-13T14:32:07Z"}`

// TestReceive: what is answered to each delivery, and whether it had an effect.
func TestReceive(t *testing.T) {
	for _, c := range []struct {
		name, body, signature string
		status                int
	}{
		{"signed", paid, Sign(secret, []byte(paid)), 200},
		{"no signature", paid, "", 401},
		{"wrong signature", paid, Sign("another secret", []byte(paid)), 401},
		{"signature of another body", strings.Replace(paid, "x7k9", "x7k8", 1), Sign(secret, []byte(paid)), 401},
		{"garbage, unsigned", "\x00\xff{", "", 401},
		{"garbage", "\x00\xff{", Sign(secret, []byte("\x00\xff{")), 400},
		{"something after the event", paid + "{}", Sign(secret, []byte(paid+"{}")), 400},
		{"no event", "{}", Sign(secret, []byte("{}")), 422},
		{"event of another service", `{"event":"inventory.completed","order_id":"o"}`, Sign(secret, []byte(`{"event":"inventory.completed","order_id":"o"}`)), 422},
		{"event that is none", `{"event":"payment.done","order_id":"o"}`, Sign(secret, []byte(`{"event":"payment.done","order_id":"o"}`)), 422},
		{"no order", `{"event":"payment.completed"}`, Sign(secret, []byte(`{"event":"payment.completed"}`)), 422},
		{"huge", strings.Repeat(" ", maxEvent) + paid, Sign(secret, []byte(strings.Repeat(" ", maxEvent)+paid)), 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			var taken []flow.Reply
			h := Receive("payment", secret, false, func(_ context.Context, r flow.Reply) error { taken = append(taken, r); return nil })
			server := httptest.NewServer(h)
			defer server.Close()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(c.body))
			must(t, err)
			if c.signature != "" {
				req.Header.Set(SignatureHeader, c.signature)
			}
			resp, err := http.DefaultClient.Do(req)
			must(t, err)
			resp.Body.Close()
			if resp.StatusCode != c.status || (len(taken) == 1) != (c.status == 200) {
				t.Errorf("%d, want %d; taken: %+v", resp.StatusCode, c.status, taken)
			}
			if c.status == 200 && (taken[0].Order != "ord_x7k9" || taken[0].Outcome != flow.Done || taken[0].Service != "payment") {
				t.Errorf("taken: %+v", taken[0])
			}
		})
	}
}

// TestReceiveSlow: a sender that does not come to an end does not hold its connection.
func TestReceiveSlow(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(Receive("payment", secret, false, func(context.Context, flow.Reply) error { return nil }))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	must(t, err)
	defer conn.Close()
	begin := time.Now()
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: it\r\nContent-Length: %d\r\n\r\n{", len(paid))
	must(t, err)
	must(t, conn.SetReadDeadline(begin.Add(4*bodyTimeout)))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	resp.Body.Close()
	if took := time.Since(begin); resp.StatusCode != http.StatusRequestTimeout || !resp.Close || took < bodyTimeout {
		t.Errorf("%s, closed %v, after %v", resp.Status, resp.Close, took)
	}
}

// TestReceiveFails: what could not be made durable is not confirmed, so that it comes again.
func TestReceiveFails(t *testing.T) {
	server := httptest.NewServer(Receive("payment", secret, false, func(context.Context, flow.Reply) error { return errors.New("disk full") }))
	defer server.Close()
	call := Call("payment", "order", server.Listener.Addr().String(), secret)
	err := call(t.Context(), flow.Request{}, flow.Reply{Service: "payment", Order: "o", Outcome: flow.Done})
	var f *flow.Failure
	if !errors.As(err, &f) || f.Service != "order" {
		t.Errorf("got %v", err)
	}
}

// TestRoundTrip: what is asked arrives as it was, and so does every reply.
func TestRoundTrip(t *testing.T) {
	var asked flow.Request
	var got flow.Reply
	mux := http.NewServeMux()
	mux.Handle("POST "+AskPath, Accept(map[string]bool{"order": true}, func(r flow.Request) error { asked = r; return nil }))
	mux.Handle("POST "+Path("payment"), Receive("payment", secret, false, func(_ context.Context, r flow.Reply) error { got = r; return nil }))
	server := httptest.NewServer(mux)
	defer server.Close()
	addr := server.Listener.Addr().String()

	r := flow.Request{Order: order.Order{ID: "ord_x7k9", Total: 4998}, Try: 2, Trace: flow.NewTrace()}
	answer, err := Dial("order", "payment", addr)(t.Context(), r)
	must(t, err)
	if caller, ok := Caller(asked.ReplyTo); !answer.Later || !ok || caller != "order" || asked.Order.ID != "ord_x7k9" || asked.Try != 2 || asked.Trace != r.Trace {
		t.Errorf("answered %+v; asked %+v", answer, asked)
	}
	for _, outcome := range []flow.Outcome{flow.Done, flow.Declined, flow.OutOfStock, flow.Undone} {
		want := flow.Reply{Service: "payment", Order: "ord_x7k9", Outcome: outcome, Tracking: "1Z", Ended: time.Unix(1776090727, 0).UTC(), Try: 2}
		must(t, Call("payment", "order", addr, secret)(t.Context(), asked, want))
		if got != want {
			t.Errorf("sent %+v, got %+v", want, got)
		}
	}
}

// TestAccept: only what can be worked on and called back is accepted.
func TestAccept(t *testing.T) {
	for body, status := range map[string]int{
		`{"order":{"order_id":"o"},"reply_to":"webhook:order"}`:             202,
		`{"order":{"order_id":"o"},"reply_to":"webhook:stranger"}`:          422,
		`{"order":{"order_id":"o"},"reply_to":"order.replies"}`:             422,
		`{"order":{},"reply_to":"webhook:order"}`:                           422,
		`{"order":{"order_id":"o"},"undo":true,"reply_to":"webhook:order"}`: 422,
		`{"order":`:                             400,
		`"` + strings.Repeat("x", maxAsk) + `"`: 413,
	} {
		accepted := 0
		h := Accept(map[string]bool{"order": true}, func(flow.Request) error { accepted++; return nil })
		server := httptest.NewServer(h)
		resp, err := http.Post(server.URL, "application/json", strings.NewReader(body))
		must(t, err)
		resp.Body.Close()
		server.Close()
		if resp.StatusCode != status || (accepted == 1) != (status == 202) {
			t.Errorf("%.80s: %d, want %d; accepted %d times", body, resp.StatusCode, status, accepted)
		}
	}
}

// BenchmarkHop is one request that is accepted, and one callback that is taken.
func BenchmarkHop(b *testing.B) {
	mux := http.NewServeMux()
	mux.Handle("POST "+AskPath, Accept(map[string]bool{"order": true}, func(flow.Request) error { return nil }))
	mux.Handle("POST "+Path("payment"), Receive("payment", secret, false, func(context.Context, flow.Reply) error { return nil }))
	server := httptest.NewServer(mux)
	defer server.Close()
	addr := server.Listener.Addr().String()
	ask, call := Dial("order", "payment", addr), Call("payment", "order", addr, secret)
	r := flow.Request{Order: order.Order{ID: "ord_x7k9", Total: 4998}, Trace: flow.NewTrace()}
	reply := flow.Reply{Service: "payment", Order: "ord_x7k9", Outcome: flow.Done, Ended: time.Now()}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ask(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		if err := call(b.Context(), r, reply); err != nil {
			b.Fatal(err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
