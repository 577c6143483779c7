package bench

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// A desk is an order service that answers each request after a while, or never, and notes when requests came and when they had
// ended: answered, or given up by the client.
type desk struct {
	clock  Clock
	after  time.Duration
	status int // 0: it never answers
	mu     sync.Mutex
	visits map[string][]visit // by the order's key
}

type visit struct {
	came, left time.Duration
	waits      string // as it is told
}

// ServeHTTP is part of http.Handler.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, came := r.Header.Get("Idempotency-Key"), d.clock.Now()
	_, _ = io.Copy(io.Discard, r.Body) // only then is it seen that the client goes
	d.mu.Lock()
	n := len(d.visits[key])
	d.visits[key] = append(d.visits[key], visit{came: came, waits: r.Header.Get(TimeoutHeader)})
	d.mu.Unlock()
	answer := make(<-chan time.Time)
	if d.status != 0 {
		answer = time.After(d.after)
	}
	select {
	case <-answer:
		w.WriteHeader(d.status)
	case <-r.Context().Done():
	}
	d.mu.Lock()
	d.visits[key][n].left = d.clock.Now()
	d.mu.Unlock()
}

// The fault of TestImpatience is in effect for orders planned from and to then.
const faultFrom, faultTo = 20 * time.Millisecond, 70 * time.Millisecond

func (o Order) struck() bool { return o.Planned >= faultFrom && o.Planned < faultTo }

// driveTo sends orders to a desk before, under and after a fault, and returns them with their requests, by their numbers.
func driveTo(t *testing.T, desk *desk, f Fault, tells bool) (orders []Order, seen [][]visit) {
	t.Helper()
	desk.clock, desk.visits = Clock{time.Now()}, map[string][]visit{}
	server := httptest.NewServer(desk)
	d := &driver{clock: desk.clock, url: server.URL, event: func(Event) {}, load: Load{Rate: 100, Timeout: 800 * time.Millisecond, Memory: 1 << 40}}
	d.header = TrialHeader{Fault: f, Phases: Phases{Fault: faultFrom, Recovery: faultTo}}
	link := Link{From: Client, To: "order", Transport: Wait}
	link.Deadline = tells
	link.Retry = &Retry{Backoff: 300 * time.Millisecond} // of none
	d.header.Architecture.Links = []Link{link}
	for at := range time.Duration(8) {
		d.planned = append(d.planned, at*10*time.Millisecond)
	}
	var mu sync.Mutex
	orders = make([]Order, len(d.planned))
	d.answer = func(o Order) {
		mu.Lock()
		defer mu.Unlock()
		orders[o.Seq] = o
	}
	d.run(t.Context())
	server.Close() // all requests have ended
	for seq := range orders {
		seen = append(seen, desk.visits[Key(d.header, seq)])
	}
	return orders, seen
}

// TestImpatience: when clients send an order again, how often, and whether they have given up the request before. What the desk sees of
// the best of several orders counts: on a busy machine some are late.
func TestImpatience(t *testing.T) {
	const delay, slack = 100 * time.Millisecond, 50 * time.Millisecond
	storm := func(times int) Fault { return Fault{Kind: Storm, Place: Client, Delay: delay, Times: times} }
	hurry := func(times int) Fault { return Fault{Kind: Impatient, Place: Client, Delay: delay, Times: times} }
	for _, c := range []struct {
		name  string
		fault Fault
		desk  *desk
		sent  []time.Duration // the moments of an order's requests, in delays since the first
		open  bool            // those before are still open then
		ends  time.Duration   // when the client has its answer, or gives up for good
	}{
		{"storm, no answers", storm(2), &desk{}, []time.Duration{0, 1, 2}, false, 3 * delay},
		{"storm, late answers", storm(1), &desk{status: 201, after: 3 * delay}, []time.Duration{0, 1}, false, 2 * delay},
		{"storm, failures at once", storm(3), &desk{status: 503}, []time.Duration{0, 0, 0, 0}, false, 0},
		{"storm, declines", storm(3), &desk{status: 402}, []time.Duration{0}, false, 0},
		{"impatient, late answers", hurry(2), &desk{status: 201, after: 5 * delay}, []time.Duration{0, 1, 2}, true, 5 * delay},
		{"impatient, once more", hurry(0), &desk{status: 201, after: 4 * delay}, []time.Duration{0, 1}, true, 4 * delay},
		{"impatient, answers in time", hurry(3), &desk{status: 201, after: delay / 2}, []time.Duration{0}, false, delay / 2},
		{"impatient, failures at once", hurry(3), &desk{status: 503}, []time.Duration{0}, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			orders, seen := driveTo(t, c.desk, c.fault, false)
			for seq, o := range orders {
				want := 1
				if o.struck() {
					want = len(c.sent)
				}
				if len(seen[seq]) != want || int(o.Attempts) != want {
					t.Fatalf("an order planned at %v was sent %d times in %d attempts, want %d", o.Planned, len(seen[seq]), o.Attempts, want)
				}
			}
			least := func(moment func(Order, []visit) time.Duration) time.Duration {
				m := time.Duration(math.MaxInt64)
				for seq, o := range orders {
					if o.struck() {
						m = min(m, moment(o, seen[seq]))
					}
				}
				return m
			}
			within := func(what string, from, got time.Duration) {
				if got < from || got > from+slack {
					t.Errorf("%s %v after an order was sent, want %v", what, got, from)
				}
			}
			for i, at := range c.sent {
				within(fmt.Sprintf("request %d", i), at*delay, least(func(o Order, v []visit) time.Duration { return v[i].came - o.Sent }))
				if i == 0 {
					continue
				}
				if both := least(func(_ Order, v []visit) time.Duration { return v[i-1].left - v[i].came }); both > slack != c.open {
					t.Errorf("request %d went on for %v beside the next one", i-1, both)
				}
			}
			within("the end", c.ends, least(func(o Order, _ []visit) time.Duration { return o.Acked - o.Sent }))
		})
	}
}

// TestDeadlineIsTold: a client that tells how long it waits does so with every request, also while a fault makes it impatient; others
// tell nothing.
func TestDeadlineIsTold(t *testing.T) {
	for _, tells := range []bool{true, false} {
		orders, seen := driveTo(t, &desk{status: 503}, Fault{Kind: Storm, Place: Client, Delay: 100 * time.Millisecond, Times: 2}, tells)
		for seq, o := range orders {
			want := "800"
			if o.struck() {
				want = "100"
			}
			if !tells {
				want = ""
			}
			for i, v := range seen[seq] {
				if v.waits != want {
					t.Errorf("request %d of an order planned at %v told %q, want %q ms", i, o.Planned, v.waits, want)
				}
			}
		}
	}
}
