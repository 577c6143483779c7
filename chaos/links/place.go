package links

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"faultline/bench"
)

// A place is one proxy: a port, where it leads, and the connections that go through it.
type place struct {
	name string
	port port
	on   atomic.Pointer[[]*strike] // the faults in effect, never changed in place; nil: none

	connections, failed, bytesUp, bytesDown atomic.Int64

	mu       sync.Mutex
	upstream string
	open     bool             // its upstream lives
	listener *net.TCPListener // nil while refusing
	sessions map[*session]struct{}
	struck   map[string]*strike // the last of each name, in effect or cured
	work     sync.WaitGroup     // the accept loop and the sessions
}

func newPlace(name string, port port) *place {
	return &place{name: name, port: port, sessions: map[*session]struct{}{}, struck: map[string]*strike{}}
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
	if p.upstream == "" {
		return fmt.Errorf("accepting on %s: it leads nowhere: set its upstream first", p.name)
	}
	p.open = true
	return p.settle()
}

// settle has the place listen while its upstream lives and no fault has it refuse. The caller holds mu.
func (p *place) settle() error {
	listens := p.open && !p.has(bench.Refuse)
	switch {
	case !listens && p.listener != nil:
		p.listener.Close()
		p.listener = nil
	case listens && p.listener == nil:
		l, err := p.port.listen()
		if err != nil {
			return err
		}
		p.listener = l
		p.work.Go(func() { p.acceptFrom(l) })
	}
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
	if p.welcome(conn) {
		return
	}
	s := newSession(p, p.connections.Add(1), conn)
	p.sessions[s] = struct{}{}
	upstream := p.upstream
	p.work.Go(func() {
		s.run(upstream)
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.sessions, s)
	})
}

// refuse returns when connects are refused and every connection has been reset.
func (p *place) refuse() {
	p.mu.Lock()
	p.open = false
	p.settle() // closing does not fail
	p.mu.Unlock()
	p.abort(func(*session) bool { return true })
}

// abort resets the connections that which picks.
func (p *place) abort(which func(*session) bool) {
	for _, s := range p.running() {
		if which(s) {
			s.abort()
		}
	}
}

// closeIdle closes, in good order, the connections that carried nothing for that long.
func (p *place) closeIdle(silent time.Duration) {
	for _, s := range p.running() {
		if s.silence() >= silent {
			s.hangUp()
		}
	}
}

func (p *place) running() []*session {
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
	p.work.Wait()
	p.port.release()
}
