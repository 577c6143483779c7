package service

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"faultline/targets/order"
)

var whole = []order.Status{order.Pending, order.Paid, order.Confirmed, order.Shipped}

// TestFollowLive: each event arrives as it is committed, and the stream ends after the last.
func TestFollowLive(t *testing.T) {
	r := newRig(t)
	id := r.place(t, "live")
	in := bufio.NewReader(r.request(t, "/api/orders/"+id+"/events"))
	done := make(chan []order.Status)
	go func() { done <- statuses(t, in, 1) }()
	r.reply(t, id, "payment", "inventory", "shipping")
	if got := <-done; !slices.Equal(got, whole) {
		t.Errorf("got %v", got)
	}
}

// TestResume: a follower that comes back gets what came after, and nothing twice.
func TestResume(t *testing.T) {
	r := newRig(t)
	id := r.place(t, "resume")
	r.reply(t, id, "payment", "inventory", "shipping")
	for after := range len(whole) {
		last := "Last-Event-ID: " + strconv.Itoa(after)
		got := statuses(t, bufio.NewReader(r.request(t, "/api/orders/"+id+"/events", last)), after+1)
		if !slices.Equal(got, whole[after:]) {
			t.Errorf("after %d: %v", after, got)
		}
	}
	for last, want := range map[string]int{"4": http.StatusNoContent, "5": 400, "-1": 400, "01": 400, "+1": 400, "1 2": 400, "x": 400, "99999999999999999999": 400} {
		resp, err := http.ReadResponse(bufio.NewReader(r.request(t, "/api/orders/"+id+"/events", "Last-Event-ID: "+last)), nil)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		if resp.StatusCode != want || want == 400 && !bytes.Contains(body, []byte(`"field":"Last-Event-ID"`)) {
			t.Errorf("Last-Event-ID %q: %d %s, want %d", last, resp.StatusCode, body, want)
		}
	}
}

// TestDeafFollower: one that reads nothing is dropped, and nobody else waits for it.
func TestDeafFollower(t *testing.T) {
	for _, way := range []struct {
		path    string
		headers []string
	}{{"/events", nil}, {"/ws", upgrade}} {
		t.Run(way.path, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			deaf, other := r.place(t, "deaf"), r.place(t, "other")
			r.long(t, deaf, 2_000)
			conn := r.request(t, "/api/orders/"+deaf+way.path, way.headers...)
			begun := time.Now()
			r.reply(t, other, "payment", "inventory", "shipping")
			got := statuses(t, bufio.NewReader(r.request(t, "/api/orders/"+other+"/events")), 1)
			if !slices.Equal(got, whole) || time.Since(begun) > maxUnread {
				t.Errorf("the other follower got %v after %v", got, time.Since(begun))
			}
			gone := r.awaitGone(t, conn)
			if gone.Sub(begun) < maxUnread/2 {
				t.Errorf("dropped after %v: it was not given its time", gone.Sub(begun))
			}
		})
	}
}

// awaitGone waits until the server has closed a connection.
func (r *rig) awaitGone(t *testing.T, conn *net.TCPConn) time.Time {
	t.Helper()
	for deadline := time.After(6 * maxUnread); ; {
		select {
		case who := <-r.gone:
			if who.String() == conn.LocalAddr().String() {
				return time.Now()
			}
		case <-deadline:
			t.Fatal("it is still served")
		}
	}
}

// TestBadFrames: a follower over WebSocket that speaks, or sends what is no frame, is cut, and nobody else is.
func TestBadFrames(t *testing.T) {
	r := newRig(t)
	id := r.place(t, "frames")
	for name, frame := range map[string][]byte{
		"a message":      {0x81, 0x85, 1, 2, 3, 4, 'h', 'e', 'l', 'l', 'o'},
		"reserved bits":  {0xf1, 0x80, 1, 2, 3, 4},
		"unknown opcode": {0x83, 0x80, 1, 2, 3, 4},
		"not masked":     {0x81, 0x01, 'x'},
		"endless":        append([]byte{0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, bytes.Repeat([]byte("x"), 1<<20)...),
		"long ping":      append([]byte{0x89, 0xfe, 0x01, 0x00, 1, 2, 3, 4}, make([]byte, 256)...),
		"text":           []byte("GET / HTTP/1.1\r\nHost: order\r\n\r\n"),
		"half a frame":   {0x81},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := r.request(t, "/api/orders/"+id+"/ws", upgrade...)
			in := bufio.NewReader(conn)
			resp, err := http.ReadResponse(in, nil)
			must(t, err)
			if resp.StatusCode != http.StatusSwitchingProtocols {
				t.Fatalf("status %d", resp.StatusCode)
			}
			go func() {
				_, _ = conn.Write(frame) // it may be cut in the middle
				if name == "half a frame" {
					_ = conn.CloseWrite()
				}
			}()
			if _, err := io.Copy(io.Discard, in); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("it is still served")
			}
		})
	}
	t.Run("bystander", func(t *testing.T) {
		t.Parallel()
		in := bufio.NewReader(r.request(t, "/api/orders/"+id+"/events"))
		r.reply(t, id, "payment", "inventory", "shipping")
		if got := statuses(t, in, 1); !slices.Equal(got, whole) {
			t.Errorf("got %v", got)
		}
	})
}

// TestNotAFollower: what is wrong with a request is a problem that names the field.
func TestNotAFollower(t *testing.T) {
	r := newRig(t)
	id := r.place(t, "who")
	for path, want := range map[string]string{
		"/api/orders/ord_none/events":                   `404 "field":"id"`,
		"/api/orders/ord_none/ws":                       `404 "field":"id"`,
		"/api/orders/" + id + "/ws?last_event_id=2":     `400 "field":"last_event_id"`,
		"/api/orders/" + id + "/ws?last_event_id=1%002": `400 "field":"last_event_id"`,
	} {
		resp, err := http.Get(r.server.URL + path)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		must(t, resp.Body.Close())
		code, field, _ := strings.Cut(want, " ")
		if strconv.Itoa(resp.StatusCode) != code || !bytes.Contains(body, []byte(field)) || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %s", path, resp.StatusCode, body, want)
		}
	}
}

// FuzzResume: whatever a follower says it saw last, it gets every event after one that was issued, or a 400: never a gap,
// never a repeat, never a crash.
func FuzzResume(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "3", "4", "5", "-1", "+1", "01", "1e0", " 1", "1\x00", "１", "18446744073709551617"} {
		f.Add(seed)
	}
	r := newRig(f)
	id := r.place(f, "fuzz")
	r.reply(f, id, "payment", "inventory", "shipping")
	f.Fuzz(func(t *testing.T, last string) {
		req, err := http.NewRequest(http.MethodGet, r.server.URL+"/api/orders/"+id+"/events", nil)
		must(t, err)
		req.Header["Last-Event-ID"] = []string{last}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			return // no header field: the client does not send it
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		seen := strings.Trim(last, " \t") // as HTTP has it
		after := slices.Index([]string{"0", "1", "2", "3", "4"}, seen)
		if seen == "" {
			after = 0
		}
		want := http.StatusOK
		switch after {
		case -1:
			want = http.StatusBadRequest
		case len(whole):
			want = http.StatusNoContent
		}
		if resp.StatusCode != want {
			t.Fatalf("after %q: status %d %s, want %d", last, resp.StatusCode, body, want)
		}
		if want == http.StatusOK && (bytes.Count(body, []byte("\nid: ")) != len(whole)-after || !bytes.Contains(body, []byte("\nid: "+strconv.Itoa(after+1)+"\n"))) {
			t.Fatalf("after %q: %s", last, body)
		}
	})
}
