package links

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A place is one proxy: a port, where it leads, and the connections that go through it.
type place struct {
	name    string
	port    port
	eachWay atomic.Int64 // delay of every byte, in nanoseconds

	connections, failed, bytesUp, bytesDown atomic.Int64

	mu       sync.Mutex
	upstream string
	listener *net.TCPListener // nil while refusing
	sessions map[*session]struct{}
	running  sync.WaitGroup // the accept loop and the sessions
}

func newPlace(name string, port port) *place {
	return &place{name: name, port: port, sessions: map[*session]struct{}{}}
}

// lead sets where new connections go; those that are open stay where they are.
func (p *place) lead(upstream string) error {
	if _, _, err := net.SplitHostPort(upstream); err != nil {
		return fmt.Errorf("upstream of %s: %w: give host:port", p.name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.upstream = upstream
	return nil
}

func (p *place) accept() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		return nil
	}
	if p.upstream == "" {
		return fmt.Errorf("accepting on %s: it leads nowhere: set its upstream first", p.name)
	}
	l, err := p.port.listen()
	if err != nil {
		return err
	}
	p.listener = l
	p.running.Go(func() { p.acceptFrom(l) })
	return nil
}

// acceptFrom hands out connections until the listener is closed. It never dials: an upstream that
// does not answer must not keep others waiting.
func (p *place) acceptFrom(l *net.TCPListener) {
	for {
		conn, err := l.AcceptTCP()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of file descriptors, or aborted by the client: the listener is still good
			time.Sleep(time.Millisecond)
			continue
		}
		p.begin(l, conn)
	}
}

// begin starts a session, unless the place refuses since l handed out conn.
func (p *place) begin(l *net.TCPListener, conn *net.TCPConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != l {
		reset(conn)
		return
	}
	p.connections.Add(1)
	s := newSession(p, conn)
	p.sessions[s] = struct{}{}
	upstream := p.upstream
	p.running.Go(func() {
		s.run(upstream)
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.sessions, s)
	})
}

// refuse returns when connects are refused and every connection has been reset.
func (p *place) refuse() {
	p.mu.Lock()
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
	p.mu.Unlock()
	for _, s := range p.open() {
		s.abort()
	}
}

// closeIdle closes, in good order, the connections that carried nothing for that long.
func (p *place) closeIdle(silent time.Duration) {
	for _, s := range p.open() {
		if s.silence() >= silent {
			s.hangUp()
		}
	}
}

func (p *place) open() []*session {
	p.mu.Lock()
	defer p.mu.Unlock()
	sessions := make([]*session, 0, len(p.sessions))
	for s := range p.sessions {
		sessions = append(sessions, s)
	}
	return sessions
}

// close ends the place for good and waits for its goroutines.
func (p *place) close() {
	p.refuse()
	p.running.Wait()
	p.port.release()
}

// delay holds back every byte that arrives from now on, in each direction, on open connections too.
func (p *place) delay(eachWay time.Duration) error {
	if eachWay < 0 {
		return fmt.Errorf("delay of %s: %v is negative: give 0 or more", p.name, eachWay)
	}
	p.eachWay.Store(int64(eachWay))
	return nil
}
