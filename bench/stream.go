package bench

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Streams that were cut are opened again after firstReopen, doubling up to lastReopen, with jitter: those that were cut
// together do not come back together.
const (
	firstReopen = 50 * time.Millisecond
	lastReopen  = 500 * time.Millisecond
	// maxSilence cuts a stream that shows no sign of life: over twice the heartbeat of the order service.
	maxSilence = 40 * time.Second
)

// A reading follows one order from a URL, after the event with the given id. It calls each for every event, and returns
// when that says that it was the last, or the stream is cut. It calls alive at each sign of life, a heartbeat too.
type reading func(ctx context.Context, client *http.Client, url, last string, alive func(), each func(id, status string) (end bool)) error

// A streamer follows each order on a stream of its own, resumed where it was cut.
type streamer struct {
	clock   Clock
	url     string // of the order service's API
	outcome func(Order)
	read    reading
	seed    uint64
	client  *http.Client

	orders chan Order // accepted, and not followed yet
	mu     sync.Mutex
	open   int
}

func newStreamer(clock Clock, seed uint64, url string, outcome func(Order), read reading) *streamer {
	return &streamer{clock: clock, url: url, outcome: outcome, read: read, seed: seed, client: newClient(0), orders: make(chan Order)}
}

func (s *streamer) follow(o Order) {
	s.count(1)
	s.orders <- o
}

func (s *streamer) close() { close(s.orders) }

// Open is how many orders are followed and not settled yet.
func (s *streamer) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

func (s *streamer) count(by int) {
	s.mu.Lock()
	s.open += by
	s.mu.Unlock()
}

func (s *streamer) run(ctx context.Context) {
	defer s.client.CloseIdleConnections()
	var streams sync.WaitGroup
	defer streams.Wait()
	for o := range s.orders {
		streams.Go(func() {
			s.watch(ctx, &o)
			s.count(-1)
			s.outcome(o)
		})
	}
}

// watch follows one order until it is settled or ctx is done.
func (s *streamer) watch(ctx context.Context, o *Order) {
	jitter := rand.New(rand.NewPCG(s.seed, uint64(o.Seq)))
	last := ""
	for wait := firstReopen; ; wait = min(lastReopen, 2*wait) {
		o.Polls++
		ended := false
		stream, cut := context.WithCancel(ctx)
		silence := time.AfterFunc(maxSilence, cut)
		alive := func() { silence.Reset(maxSilence) }
		_ = s.read(stream, s.client, s.url+"/"+o.ID, last, alive, func(id, status string) bool { // a cut stream is resumed
			last, wait = id, firstReopen
			ended = o.learned(status, s.clock.Now())
			return ended
		})
		silence.Stop()
		cut()
		pause := wait/2 + time.Duration(jitter.Int64N(int64(wait/2)))
		if ended || s.clock.Sleep(ctx, s.clock.Now()+pause) != nil {
			return
		}
	}
}
