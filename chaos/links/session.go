package links

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// dialPatience is how long an upstream may take to accept a connection before the client's is reset.
const dialPatience = time.Second

// A session is one client's connection, its upstream and the two directions between.
type session struct {
	place    *place
	began    time.Time
	moved    atomic.Int64  // when the last byte came, in nanoseconds since began
	up, down pipe          // set before over could matter to them
	over     chan struct{} // closed when the connections were closed
	dialing  context.Context
	stopDial context.CancelFunc

	mu       sync.Mutex
	client   *net.TCPConn
	upstream *net.TCPConn // nil until dialled
	closed   bool
}

func newSession(p *place, client *net.TCPConn) *session {
	s := &session{place: p, began: time.Now(), client: client, over: make(chan struct{})}
	s.dialing, s.stopDial = context.WithCancel(context.Background())
	return s
}

// run returns when both directions have ended and both connections are closed.
func (s *session) run(address string) {
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
	s.up.join(s, s.client, upstream, &s.place.bytesUp, &s.down)
	s.down.join(s, upstream, s.client, &s.place.bytesDown, &s.up)
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

// touch remembers that bytes came just now.
func (s *session) touch() { s.moved.Store(int64(time.Since(s.began))) }

// silence is how long nothing has come; zero while bytes are held back or the upstream is being dialled.
func (s *session) silence() time.Duration {
	s.mu.Lock()
	dialled := s.upstream != nil
	s.mu.Unlock()
	if !dialled || !s.up.queue.idle() || !s.down.queue.idle() {
		return 0
	}
	return time.Since(s.began) - time.Duration(s.moved.Load())
}

// reset closes a connection with RST in place of FIN.
func reset(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}
