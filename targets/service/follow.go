package service

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"faultline/targets/engine"
	"faultline/targets/order"
	httplink "faultline/targets/transport/http"
)

// maxUnread is how long a follower may leave what it is sent unread before it is dropped.
const maxUnread = 5 * time.Second

// An event is a change of an order as its followers read it.
type event struct {
	ID       int          `json:"event_id,omitempty"` // over WebSocket; SSE has a field of its own
	Order    string       `json:"order_id"`
	Status   order.Status `json:"status"`
	Tracking string       `json:"tracking,omitempty"`
	At       time.Time    `json:"timestamp"`
}

func eventOf(id string, c order.Change) event {
	return event{Order: id, Status: c.Status, Tracking: c.Tracking, At: c.At.Truncate(time.Millisecond)}
}

// resumeAfter reads the number of the last event that a follower got: none is 0.
func resumeAfter(last string, events int) (int, error) {
	if last == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(last)
	if err != nil || n < 0 || n > events || strconv.Itoa(n) != last {
		return 0, fmt.Errorf("was never sent for this order: it has events 1 to %d; leave it out to get all", events)
	}
	return n, nil
}

// A following is an order that a request follows, and after which event.
type following struct {
	id    string
	after int
	over  bool // nothing comes after that event
}

// following reads what a request follows; name is where it says the last event. It answers requests that can't be served.
func (a api) following(w http.ResponseWriter, req *http.Request, name, last string) (f following, ok bool) {
	o, err := a.saga.Order(req.PathValue("id"))
	switch {
	case errors.Is(err, engine.ErrUnknown):
		httplink.WriteProblem(w, httplink.Problem{Status: http.StatusNotFound, Field: "id", Detail: "no such order"})
		return f, false
	case err != nil:
		httplink.WriteFailure(w, err)
		return f, false
	}
	after, err := resumeAfter(last, len(o.History))
	if err != nil {
		httplink.WriteProblem(w, httplink.Problem{Status: http.StatusBadRequest, Field: name, Detail: name + " " + err.Error()})
		return f, false
	}
	return following{o.ID, after, o.Status.Over() && after == len(o.History)}, true
}

// events streams an order's history as Server-Sent Events.
func (a api) events(w http.ResponseWriter, req *http.Request) {
	f, ok := a.following(w, req, "Last-Event-ID", req.Header.Get("Last-Event-ID"))
	if !ok {
		return
	}
	if f.over {
		w.WriteHeader(http.StatusNoContent) // tells an EventSource not to come again
		return
	}
	out := http.NewResponseController(w)
	send := func(format string, args ...any) error {
		if err := out.SetWriteDeadline(time.Now().Add(maxUnread)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			return err
		}
		return out.Flush()
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	if out.Flush() != nil { // the follower sees at once that it is connected
		return
	}
	_ = a.saga.Follow(req.Context(), f.id, f.after, engine.Follower{ // a follower that is gone learns no more
		Change: func(n int, c order.Change) error {
			data, err := json.Marshal(eventOf(f.id, c))
			if err != nil {
				return err
			}
			return send("event: status_update\nid: %d\ndata: %s\n\n", n, data)
		},
		Idle: func() error { return send(": nothing new\n\n") },
	})
}

// socket is the same over WebSocket: a JSON message an event. A follower may only listen: whatever it sends, and a
// frame that is none, ends the connection.
func (a api) socket(w http.ResponseWriter, req *http.Request) {
	f, ok := a.following(w, req, "last_event_id", req.URL.Query().Get("last_event_id"))
	if !ok {
		return
	}
	taken := &hijacker{ResponseWriter: w}
	c, err := websocket.Accept(taken, req, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // Accept has answered
	}
	var listening sync.WaitGroup
	defer listening.Wait()
	defer c.CloseNow()
	ctx, gone := context.WithCancel(req.Context())
	defer gone()
	listening.Go(func() { // not Conn.CloseRead: that one reads a frame to its end, however long that is
		defer gone()
		_, _, _ = c.Reader(ctx) // answers pings; returns at a message, or at the end
		_ = c.CloseNow()
	})
	within := func(do func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, maxUnread)
		defer cancel()
		return do(ctx)
	}
	err = a.saga.Follow(ctx, f.id, f.after, engine.Follower{
		Change: func(n int, change order.Change) error {
			e := eventOf(f.id, change)
			e.ID = n
			data, err := json.Marshal(e)
			if err != nil {
				return err
			}
			return within(func(ctx context.Context) error { return c.Write(ctx, websocket.MessageText, data) })
		},
		Idle: func() error { return within(c.Ping) },
	})
	if err == nil {
		_ = taken.conn.SetReadDeadline(time.Now().Add(maxUnread)) // Close reads a frame under way to its end
		_ = c.Close(websocket.StatusNormalClosure, "nothing follows")
	}
}

// A hijacker keeps the connection that is taken over.
type hijacker struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack is part of http.Hijacker.
func (h *hijacker) Hijack() (conn net.Conn, rw *bufio.ReadWriter, err error) {
	h.conn, rw, err = http.NewResponseController(h.ResponseWriter).Hijack()
	return h.conn, rw, err
}
