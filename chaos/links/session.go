package links

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"faultline/bench"
)

// dialPatience is how long an upstream may take to accept a connection before the client's is reset.
const dialPatience = time.Second

// A session is one client's connection, its upstream and the two directions between.
type session struct {
	place    *place
	number   int64 // of its place's connections, from 1
	began    time.Time
	moved    atomic.Int64  // when the last byte came, in nanoseconds since began
	speaker  atomic.Int32  // who sent it
	turns    atomic.Uint64 // how often a request, or something after a pause, began
	lossy    atomic.Bool   // a fault took bytes, or an end, out of it
	up, down pipe          // set before over could matter to them
	releases sync.WaitGroup
	over     chan struct{} // closed when the connections were closed
	dialing  context.Context
	stopDial context.CancelFunc

	mu       sync.Mutex
	client   *net.TCPConn
	upstream *net.TCPConn // nil until dialled
	closed   bool
}

func newSession(p *place, number int64, client *net.TCPConn) *session {
	s := &session{place: p, number: number, began: time.Now(), client: client, over: make(chan struct{})}
	s.dialing, s.stopDial = context.WithCancel(context.Background())
	return s
}

// run returns when both directions have ended and both connections are closed.
func (s *session) run(address string) {
	if dark := s.place.darkness(); dark != nil {
		s.vanish(dark)
		return
	}
	dialer := net.Dialer{Timeout: dialPatience, KeepAlive: -1}
	conn, err := dialer.DialContext(s.dialing, "tcp", address)
	if err != nil {
		s.place.failed.Add(1)
		s.abort()
		return
	}
	if !s.attach(conn.(*net.TCPConn)) {
		return
	}
	var down sync.WaitGroup
	down.Go(s.down.run)
	s.up.run()
	down.Wait()
	s.releases.Wait()
	s.hangUp()
}

// attach joins the upstream to the client, unless the session was ended meanwhile.
func (s *session) attach(upstream *net.TCPConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		reset(upstream)
		return false
	}
	s.upstream = upstream
	s.up.join(s, up, s.client, upstream, &s.place.bytesUp, &s.down)
	s.down.join(s, down, upstream, s.client, &s.place.bytesDown, &s.up)
	return true
}

// abort resets both ends at once; what is under way is lost.
func (s *session) abort() { s.end(reset) }

// hangUp closes both ends in good order.
func (s *session) hangUp() { s.end(func(c *net.TCPConn) { c.Close() }) }

func (s *session) end(shut func(*net.TCPConn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	close(s.over)
	s.stopDial()
	shut(s.client)
	if s.upstream != nil {
		shut(s.upstream)
	}
}

// A way is a direction of a session, as one who sends bytes.
type way int32

const (
	up   way = iota // the client, to the upstream
	down            // the upstream, to the client
)

func (w way) String() string { return [...]string{bench.Up, bench.Down}[w] }

// nobody has sent anything yet.
const nobody = 0

// heard notes that bytes came just now. It reports whether they are the first of their way since the other one sent some.
func (s *session) heard(from way) (turned bool) {
	now := int64(s.age())
	silent := time.Duration(now - s.moved.Swap(now))
	before := s.speaker.Swap(int32(from) + 1)
	turned = before != int32(from)+1
	if turned && from == up || !turned && silent >= pause || before == nobody {
		s.turns.Add(1)
	}
	return turned
}

func (s *session) age() time.Duration { return time.Since(s.began) }

// startsUnder reports whether the connection was opened after a fault had begun.
func (s *session) startsUnder(f *strike) bool { return s.began.After(f.since) }

// wait returns after d, or earlier if the session is over or what it waits for is cured.
func (s *session) wait(d time.Duration, cured <-chan struct{}) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-cured:
	case <-s.over:
	}
}

// silence is how long nothing has come; zero while bytes are held back or the upstream is being dialled.
func (s *session) silence() time.Duration {
	s.mu.Lock()
	dialled := s.upstream != nil
	s.mu.Unlock()
	if !dialled || !s.up.queue.idle() || !s.down.queue.idle() {
		return 0
	}
	return s.age() - time.Duration(s.moved.Load())
}

// reset closes a connection with RST in place of FIN.
func reset(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}
