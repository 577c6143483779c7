package service

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"faultline/bench"
	"faultline/targets/engine"
	"faultline/targets/flow"
	"faultline/targets/order"
	"faultline/targets/store"
)

// A rig is an order service whose orders the test moves itself, in place of the services that it would ask.
type rig struct {
	part   *part
	server *httptest.Server
	gone   chan net.Addr // whose connections the server has closed
}

// smallBuffer is the bytes that each end's socket keeps: a follower that reads nothing is felt soon.
const smallBuffer = 4 << 10

// A door gives connections small buffers, and tells which ones the server closes.
type door struct {
	net.Listener
	gone chan net.Addr
}

// Accept is part of net.Listener.
func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &visit{Conn: c, gone: d.gone}, c.(*net.TCPConn).SetWriteBuffer(smallBuffer)
}

type visit struct {
	net.Conn
	once sync.Once
	gone chan net.Addr
}

// Close is part of net.Conn.
func (v *visit) Close() error {
	v.once.Do(func() {
		select {
		case v.gone <- v.RemoteAddr():
		default: // nobody asks
		}
	})
	return v.Conn.Close()
}

func newRig(t testing.TB) *rig {
	t.Helper()
	links := []bench.Link{{From: bench.Client, To: "order", Transport: bench.SSE}}
	for _, to := range []string{"payment", "inventory", "shipping"} {
		links = append(links, bench.Link{From: "order", To: to, Transport: "http"})
	}
	db, err := store.Open(filepath.Join(t.TempDir(), "order.db"), engine.Buckets...)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	p, err := newPart(Config{Name: "order", Architecture: bench.Architecture{Name: "rig", Links: links}, Workers: 1,
		Settings: engine.Settings{Slots: 8, Queue: 8, Work: time.Microsecond, Timeout: 5 * time.Second, Reach: time.Minute}},
		map[string]string{}, db)
	must(t, err)
	s := httptest.NewUnstartedServer(p.routes())
	gone := make(chan net.Addr, 100)
	s.Listener = &door{s.Listener, gone}
	s.Start()
	t.Cleanup(s.Close)
	return &rig{p, s, gone}
}

// place accepts an order, which nobody works on.
func (r *rig) place(t testing.TB, key string) string {
	t.Helper()
	o, err := r.part.saga.Place(t.Context(), order.Draft{User: "usr_1", Items: []order.Line{{SKU: "WIDGET-1", Quantity: 1}}, Payment: "pm"}, key)
	must(t, err)
	return o.ID
}

// reply has services answer that their parts of an order are done.
func (r *rig) reply(t testing.TB, id string, services ...string) {
	t.Helper()
	for _, s := range services {
		must(t, r.part.saga.Receive(context.Background(), flow.Reply{Service: s, Order: id, Outcome: flow.Done, Tracking: "1Z1"}))
	}
}

// long gives an order a history that no socket's buffers hold.
func (r *rig) long(t testing.TB, id string, events int) {
	t.Helper()
	must(t, r.part.engine.Store.Update(func(tx *store.Tx) error {
		var o order.Order
		if !tx.Get("orders", id, &o) {
			return engine.ErrUnknown
		}
		for range events {
			o.Move(order.Processing, "", time.Now().UTC())
		}
		tx.Put("orders", id, o)
		return nil
	}))
}

// request sends a GET over a connection of its own and returns it, unread.
func (r *rig) request(t testing.TB, path string, headers ...string) *net.TCPConn {
	t.Helper()
	dialed, err := net.Dial("tcp", r.server.Listener.Addr().String())
	must(t, err)
	conn := dialed.(*net.TCPConn)
	t.Cleanup(func() { conn.Close() })
	must(t, conn.SetReadBuffer(smallBuffer))
	must(t, conn.SetDeadline(time.Now().Add(8*maxUnread)))
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: order\r\n%s\r\n", path, strings.Join(append(headers, ""), "\r\n"))
	must(t, err)
	return conn
}

// upgrade are the headers of a WebSocket's handshake.
var upgrade = []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}

// statuses reads server-sent events until the stream ends, and checks that they are numbered from first.
func statuses(t testing.TB, r *bufio.Reader, first int) (list []order.Status) {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("status %d, %q", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok && id != fmt.Sprint(first+len(list)) {
			t.Fatalf("event %s, want %d", id, first+len(list))
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var e event
			must(t, json.Unmarshal([]byte(data), &e))
			list = append(list, e.Status)
		}
	}
	must(t, lines.Err())
	return list
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
