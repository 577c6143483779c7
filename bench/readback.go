package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// maxReadBacks bounds the clients that look into "My Orders", a second: the others trust their answer.
const maxReadBacks = 10

// readBacks look into "My Orders" right after an acknowledgement, as a client that is shown its orders next, and
// again until the order is shown done. Their requests are on connections of their own.
type readBacks struct {
	clock  Clock
	header TrialHeader
	url    string // of the order service's API
	every  int    // one order in so many
	client *http.Client
	out    func(ReadBack)
	open   sync.WaitGroup
}

func newReadBacks(clock Clock, h TrialHeader, rate float64, url string, out func(ReadBack)) *readBacks {
	return &readBacks{clock: clock, header: h, url: url, every: 1 + int(rate/maxReadBacks), out: out, client: newClient(pollTimeout)}
}

// follow looks for an acknowledged order, if it is one of the sample, until it is shown settled or ctx is done.
func (r *readBacks) follow(ctx context.Context, o Order) {
	if o.Seq%r.every == 0 && o.ID != "" && o.Told == ToldAccepted {
		r.open.Go(func() { r.out(r.look(ctx, o)) })
	}
}

// wait returns when nobody looks any more.
func (r *readBacks) wait() {
	r.open.Wait()
	r.client.CloseIdleConnections()
}

func (r *readBacks) look(ctx context.Context, o Order) ReadBack {
	b := ReadBack{Seq: o.Seq, Acked: o.Acked, Read: Never, Done: Never}
	for wait := firstPoll; ; wait = min(lastPoll, 2*wait) {
		status, err := r.status(ctx, o)
		if err == nil && wait == firstPoll {
			b.Read, b.Missed = r.clock.Now(), status == ""
		}
		if told, settled := settle(status); err == nil && settled {
			if told == ToldAccepted {
				b.Done = r.clock.Now()
			} else {
				b.Declined = true
			}
			return b
		}
		if r.clock.Sleep(ctx, r.clock.Now()+wait) != nil {
			return b
		}
	}
}

// status is how "My Orders" shows an order, "" if it does not.
func (r *readBacks) status(ctx context.Context, o Order) (string, error) {
	user := url.QueryEscape(userOf(r.header.Seed, o.Seq))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"?user_id="+user, nil)
	if err != nil {
		return "", err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var page struct {
		Orders []orderView `json:"orders"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&page)
	if err != nil || resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("reading the orders of %s: status %d: %w", user, resp.StatusCode, err)
	}
	for _, v := range page.Orders {
		if v.ID == o.ID {
			return v.Status, nil
		}
	}
	return "", nil
}

// A ReadBack is what one client saw of its acknowledged order in "My Orders" (readbacks.csv).
type ReadBack struct {
	Seq      int
	Acked    time.Duration // when its order was acknowledged
	Read     time.Duration // when the read right after was answered, or Never
	Missed   bool          // it did not show the order
	Done     time.Duration // the first read that showed it done, or Never
	Declined bool          // it ended declined or cancelled: nothing was to be done
}

// A Staleness says how far "My Orders" lags behind what clients were told (read-your-writes, MEASURES).
type Staleness struct {
	// Reads are the clients that looked right after their acknowledgement; Missed is the share of them whose
	// order was not shown.
	Reads  int     `json:"reads"`
	Missed float64 `json:"missed"`
	// Window is from the acknowledgement until the order is shown done; its resolution is that of polls.
	Window Quantiles `json:"window"`
}

// staleness is that of the orders planned in [from, to).
func staleness(f Facts, from, to time.Duration) Staleness {
	var s Staleness
	var shown latencies
	missed := 0
	for _, b := range f.ReadBacks {
		if planned := f.Orders[b.Seq].Planned; planned < from || planned >= to {
			continue
		}
		if b.Read != Never {
			s.Reads++
		}
		if b.Missed {
			missed++
		}
		if !b.Declined {
			shown.add(b.Acked, b.Done)
		}
	}
	s.Missed, s.Window = share(missed, s.Reads), shown.sorted().quantiles()
	return s
}
