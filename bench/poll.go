package bench

import (
	"container/heap"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Polls of one order back off from firstPoll to lastPoll, doubling.
const (
	firstPoll   = 20 * time.Millisecond
	lastPoll    = 500 * time.Millisecond
	pollTimeout = 2 * time.Second
	pollWorkers = 64
)

// A poller follows orders by reading them again and again.
type poller struct {
	clock   Clock
	url     string // of the order service's API
	outcome func(Order)
	client  *http.Client

	mu      sync.Mutex
	queue   watched
	open    int
	wake    chan struct{}
	drained chan struct{} // closed when nothing is open and nothing will come
	last    bool
}

func newPoller(clock Clock, url string, outcome func(Order)) *poller {
	return &poller{clock: clock, url: url, outcome: outcome, client: newClient(pollTimeout),
		wake: make(chan struct{}, 1), drained: make(chan struct{})}
}

// follow watches an accepted order until it is settled.
func (o *poller) follow(order Order) {
	o.mu.Lock()
	o.open++
	o.mu.Unlock()
	o.push(watch{order, firstPoll, o.clock.Now() + firstPoll})
}

// close says that no order comes any more.
func (o *poller) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = true
	if o.open == 0 {
		close(o.drained)
	}
}

// run polls until ctx is done or, after close, every order is settled. Those that are not are told as they are.
func (o *poller) run(ctx context.Context) {
	var workers sync.WaitGroup
	free := make(chan struct{}, pollWorkers)
	defer o.client.CloseIdleConnections()
	defer o.abandon()
	defer workers.Wait()
	for {
		w, wait := o.pop()
		if wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-o.drained:
				return
			case <-o.wake:
			case <-time.After(wait):
			}
			continue
		}
		select {
		case <-ctx.Done():
			o.push(w)
			return
		case free <- struct{}{}:
		}
		workers.Add(1)
		go func() {
			defer workers.Done()
			o.poll(ctx, w)
			<-free
		}()
	}
}

// poll asks once how an order stands.
func (o *poller) poll(ctx context.Context, w watch) {
	w.order.Polls++
	status, err := o.read(ctx, w.order.ID)
	if err == nil {
		if w.order.learned(status, o.clock.Now()) {
			o.outcome(w.order)
			o.settled()
			return
		}
	}
	w.wait = min(lastPoll, 2*w.wait)
	w.due = o.clock.Now() + w.wait
	o.push(w)
}

func (o *poller) read(ctx context.Context, id string) (status string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.url+"/"+id, nil)
	if err != nil {
		return "", err
	}
	resp, err := o.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil || resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("reading order %s: status %d: %w", id, resp.StatusCode, err)
	}
	return readView(body).Status, nil
}

func (o *poller) settled() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open--
	if o.last && o.open == 0 {
		close(o.drained)
	}
}

// abandon writes down, for orders that were never settled, what was seen of them last.
func (o *poller) abandon() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, w := range o.queue {
		o.outcome(w.order)
	}
	o.queue = nil
}

func (o *poller) push(w watch) {
	o.mu.Lock()
	heap.Push(&o.queue, w)
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// pop takes the order that is due, or says how long there is none.
func (o *poller) pop() (watch, time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		return watch{}, time.Hour
	}
	if wait := o.queue[0].due - o.clock.Now(); wait > 0 {
		return watch{}, wait
	}
	return heap.Pop(&o.queue).(watch), 0
}

// Open is how many accepted orders are not settled yet.
func (o *poller) Open() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.open
}

// A watch is an order that is followed, and when it is asked for next.
type watch struct {
	order     Order
	wait, due time.Duration
}

// watched is a heap by time.
type watched []watch

func (w watched) Len() int           { return len(w) }
func (w watched) Less(a, b int) bool { return w[a].due < w[b].due }
func (w watched) Swap(a, b int)      { w[a], w[b] = w[b], w[a] }

// Push adds an order: part of heap.Interface.
func (w *watched) Push(v any) { *w = append(*w, v.(watch)) }

// Pop removes the last order: part of heap.Interface.
func (w *watched) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}
