package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// A script is an order service that follows one order: on each connection it sends some events, and cuts it.
type script struct {
	sends [][]string // by connection: statuses; "garbage" is no event, "wait" keeps the connection open

	mu     sync.Mutex
	afters []string // what each connection wanted to be resumed after
}

// next notes a connection, and says what it gets: the number of its first event and the events.
func (s *script) next(after string) (first int, events []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.afters)
	s.afters = append(s.afters, after)
	first = 1
	if after != "" {
		fmt.Sscan(after, &first)
		first++
	}
	if n < len(s.sends) {
		events = s.sends[n]
	}
	return first, events
}

func (s *script) serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ord_1/events", func(w http.ResponseWriter, req *http.Request) {
		first, events := s.next(req.Header.Get("Last-Event-ID"))
		for i, e := range events {
			switch e {
			case "wait":
				<-req.Context().Done()
			case "garbage":
				fmt.Fprintf(w, "id: %d\ndata: {\n\n", first+i)
			default:
				fmt.Fprintf(w, ":\n\nevent: status_update\nid: %d\ndata: {\"status\":%q}\n\n", first+i, e)
			}
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("GET /ord_1/ws", func(w http.ResponseWriter, req *http.Request) {
		first, events := s.next(req.URL.Query().Get("last_event_id"))
		c, err := websocket.Accept(w, req, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		ctx := c.CloseRead(req.Context())
		for i, e := range events {
			body := fmt.Sprintf(`{"event_id":%d,"status":%q}`, first+i, e)
			switch e {
			case "wait":
				<-ctx.Done()
			case "garbage":
				body = "{"
			}
			_ = c.Write(ctx, websocket.MessageText, []byte(body))
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// TestStreams: a stream that was cut is resumed after the last event that was read, until the order is settled or there
// is no more time. The outcome is told once.
func TestStreams(t *testing.T) {
	for _, c := range []struct {
		name   string
		sends  [][]string
		afters []string
		status string
		told   Told
		done   bool
	}{
		{"in one go", [][]string{{"pending", "payment_confirmed", "confirmed"}}, []string{""}, "confirmed", ToldAccepted, true},
		{"cut", [][]string{{"pending", "payment_confirmed"}, {}, {"confirmed"}}, []string{"", "2", "2"}, "confirmed", ToldAccepted, true},
		{"garbage", [][]string{{"pending", "garbage"}, {"payment_confirmed", "confirmed"}}, []string{"", "1"}, "confirmed", ToldAccepted, true},
		{"declined", [][]string{{"pending", "payment_failed"}}, []string{""}, "payment_failed", ToldDeclined, false},
		{"cancelled", [][]string{{"pending"}, {"cancelled"}}, []string{"", "1"}, "cancelled", ToldFailed, false},
		{"no end", [][]string{{"pending"}, {"payment_confirmed", "wait"}}, []string{"", "1"}, "payment_confirmed", ToldAccepted, false},
	} {
		for _, link := range []string{SSE, WebSocket} {
			t.Run(c.name+"/"+link, func(t *testing.T) {
				s := &script{sends: c.sends}
				got := followOne(t, link, s.serve(t))
				if got.Status != WordOf(c.status) || got.Told != c.told || (got.Done != Never) != c.done || int(got.Polls) != len(c.afters) {
					t.Errorf("got %+v", got)
				}
				if !slices.Equal(s.afters, c.afters) {
					t.Errorf("resumed after %q, want %q", s.afters, c.afters)
				}
			})
		}
	}
}

// followOne follows an order until it is settled, or shows no more.
func followOne(t *testing.T, link, url string) Order {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var told []Order
	o := newObserver(link, Clock{time.Now()}, 1, url, func(o Order) { told = append(told, o) })
	var running sync.WaitGroup
	running.Go(func() { o.run(ctx) })
	o.follow(Order{ID: "ord_1", Told: ToldAccepted, Done: Never, Settled: Never})
	o.close()
	running.Wait()
	if len(told) != 1 || o.Open() != 0 {
		t.Fatalf("told %d times, %d open", len(told), o.Open())
	}
	return told[0]
}

// TestObserverOfALink: clients that wait never ask again, and are followed like those that poll if they must be.
func TestObserverOfALink(t *testing.T) {
	for _, link := range ClientLinks {
		_, streams := newObserver(link, Clock{}, 1, "", nil).(*streamer)
		if want := link == SSE || link == WebSocket; streams != want {
			t.Errorf("%s: streams %v", link, streams)
		}
	}
}
