package service

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/engine"
	"faultline/targets/flow"
	"faultline/targets/order"
	"faultline/targets/store"
	httplink "faultline/targets/transport/http"
	"faultline/targets/transport/webhook"
)

const secret = "of this test"

// TestCallbacks: an order whose payment is called back in every wrong way first stays where it is; the right one moves
// it on, and its replay changes nothing.
func TestCallbacks(t *testing.T) {
	var reserved atomic.Int64
	callee := http.NewServeMux()
	callee.HandleFunc("POST "+webhook.AskPath, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	callee.HandleFunc("POST "+httplink.Path, func(w http.ResponseWriter, _ *http.Request) {
		reserved.Add(1)
		httplink.WriteJSON(w, http.StatusOK, flow.Reply{Outcome: flow.Done, Service: "inventory", Order: order.IDOf("key")})
	})
	callees := httptest.NewServer(callee)
	defer callees.Close()
	p := orderPart(t, callees.Listener.Addr().String())
	front := httptest.NewServer(p.routes())
	defer front.Close()

	draft := `{"user_id":"usr_8a3f","items":[{"sku":"WIDGET-42","quantity":2}],"payment_method":"pm_visa_4242"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front.URL+"/api/orders", strings.NewReader(draft))
	must(t, err)
	req.Header = http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {"key"}}
	if status := send(t, req); status != http.StatusAccepted {
		t.Fatalf("placed: %d", status)
	}
	id := order.IDOf("key")
	poll.Until(t, 10*time.Second, "payment is asked", func() bool { o, err := p.saga.Order(id); return err == nil && o.Status == order.Processing })
	body := `{"event":"payment.completed","order_id":"` + id + `","amount":49.98,"currency":"USD","completed_at":"2026-04-13T14:32:07Z"}`
	deliver := func(signature string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front.URL+webhook.Path("payment"), strings.NewReader(body))
		must(t, err)
		if signature != "" {
			req.Header.Set(webhook.SignatureHeader, signature)
		}
		return send(t, req)
	}
	for _, forged := range []string{"", webhook.Sign("a guess", []byte(body)), "sha256=zz"} {
		if status := deliver(forged); status != http.StatusUnauthorized {
			t.Errorf("signature %q: %d", forged, status)
		}
	}
	if o, err := p.saga.Order(id); err != nil || o.Status != order.Processing || reserved.Load() != 0 {
		t.Fatalf("forged callbacks made the order %s, %v; reserved %d times", o.Status, err, reserved.Load())
	}
	for range 3 {
		if status := deliver(webhook.Sign(secret, []byte(body))); status != http.StatusOK {
			t.Errorf("signed: %d", status)
		}
		poll.Until(t, 10*time.Second, "the order is done", func() bool { o, err := p.saga.Order(id); return err == nil && o.Status.Done() })
	}
	poll.Until(t, 10*time.Second, "shipping is asked", func() bool { return reserved.Load() >= 2 })
	done := 0
	must(t, p.engine.Journal(func(bench.Entry) { done++ }))
	if done != 1 || reserved.Load() != 2 { // shipping is asked the same way, once
		t.Errorf("done %d times, asked inventory and shipping %d times", done, reserved.Load())
	}
}

// orderPart is an order service that asks payment by webhook and all else by http, at one address.
func orderPart(t *testing.T, callees string) *part {
	t.Helper()
	links := []bench.Link{{From: bench.Client, To: "order", Transport: bench.Poll}, {From: "order", To: "payment", Transport: webhook.Transport},
		{From: "order", To: "inventory", Transport: "http"}, {From: "order", To: "shipping", Transport: "http"}}
	c := Config{Name: "order", Architecture: bench.Architecture{Links: links}, Workers: 4, Secret: secret,
		Settings: engine.Settings{Slots: 4, Queue: 4, Work: time.Microsecond, Timeout: 5 * time.Second, Patience: 5 * time.Second, Reach: time.Minute}}
	dials := map[string]string{}
	for _, l := range links[1:] {
		dials[l.Name()] = callees
	}
	db, err := store.Open(filepath.Join(t.TempDir(), "order.db"), engine.Buckets...)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	p, err := newPart(c, dials, db)
	must(t, err)
	ended := make(chan struct{})
	go func() { defer close(ended); p.engine.Run(t.Context()) }()
	t.Cleanup(func() { <-ended }) // the test's context is done before
	return p
}

func send(t *testing.T, req *http.Request) int {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	resp.Body.Close()
	return resp.StatusCode
}
