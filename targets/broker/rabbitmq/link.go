package rabbitmq

import (
	"context"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const redialWait = 100 * time.Millisecond

// A link is a connection that is made again for ever.
type link struct {
	endpoint
	// setup prepares each new connection before anybody gets it; when what it returns fires the
	// connection is given up.
	setup func(*amqp.Connection) (broken <-chan *amqp.Error, err error)
	quit  context.Context
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu   sync.Mutex
	conn *amqp.Connection // nil while there is none
	up   chan struct{}    // closed while there is one
}

func newLink(e endpoint, setup func(*amqp.Connection) (<-chan *amqp.Error, error)) *link {
	l := &link{endpoint: e, setup: setup, up: make(chan struct{})}
	l.quit, l.stop = context.WithCancel(context.Background())
	l.wg.Go(l.run)
	return l
}

func (l *link) run() {
	for l.quit.Err() == nil {
		l.once()
		pause(l.quit, redialWait)
	}
}

// once lives through one connection.
func (l *link) once() {
	conn, err := l.dial()
	if err != nil {
		return // again soon
	}
	defer func() { _ = conn.CloseDeadline(time.Now().Add(time.Second)) }()
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	broken, err := l.setup(conn)
	if err != nil {
		return
	}
	l.set(conn)
	defer l.set(nil)
	select {
	case <-closed:
	case <-broken:
	case <-l.quit.Done():
	}
}

func (l *link) set(conn *amqp.Connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn = conn
	if conn != nil {
		close(l.up)
	} else {
		l.up = make(chan struct{})
	}
}

// await returns the present connection, or the next, or nil when ctx is done or the link shut.
func (l *link) await(ctx context.Context) *amqp.Connection {
	for ctx.Err() == nil && l.quit.Err() == nil {
		l.mu.Lock()
		conn, up := l.conn, l.up
		l.mu.Unlock()
		if conn != nil {
			return conn
		}
		select {
		case <-up:
		case <-ctx.Done():
		case <-l.quit.Done():
		}
	}
	return nil
}

func (l *link) shut() {
	l.stop()
	l.wg.Wait()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
