package nats

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A hung broker is noticed after pingInterval × (maxPings + 1), by the client and by the server alike.
const (
	pingInterval = time.Second
	maxPings     = 2
)

// A conn is a connection that is made again for ever. Between loss and return it takes nothing.
type conn struct {
	nc *natsgo.Conn
	js jetstream.JetStream

	closed context.Context // done once it is shut for good
	close  context.CancelFunc

	mu   sync.Mutex
	life context.Context // done once the connection of now is lost
	lose context.CancelFunc
	up   chan struct{} // closed while connected
}

// dial never fails because nobody listens at addr. onUp is called after each connect, and must not block.
func dial(addr, name string, onUp func()) (*conn, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("address of the broker: %w; it must be host:port", err)
	}
	c := &conn{up: make(chan struct{})}
	c.closed, c.close = context.WithCancel(context.Background())
	c.life, c.lose = context.WithCancel(c.closed)
	c.lose()
	var err error
	c.nc, err = natsgo.Connect("nats://"+addr, append(clientOptions(name),
		natsgo.ConnectHandler(func(*natsgo.Conn) { c.found(); onUp() }),
		natsgo.ReconnectHandler(func(*natsgo.Conn) { c.found(); onUp() }),
		natsgo.DisconnectErrHandler(func(*natsgo.Conn, error) { c.lost() }),
	)...)
	if err != nil {
		return nil, fmt.Errorf("connecting to nats at %s: %w", addr, err)
	}
	if c.js, err = jetstream.New(c.nc); err != nil {
		c.shut()
		return nil, fmt.Errorf("opening jetstream: %w", err)
	}
	return c, nil
}

// clientOptions turn off what would hide a fault: the buffer that holds messages while disconnected, and
// the way round a proxy by servers that the broker tells of.
func clientOptions(name string) []natsgo.Option {
	return []natsgo.Option{
		natsgo.Name(name),
		natsgo.RetryOnFailedConnect(true),
		natsgo.MaxReconnects(-1),
		natsgo.ReconnectWait(100 * time.Millisecond),
		natsgo.ReconnectJitter(50*time.Millisecond, 0),
		natsgo.ReconnectBufSize(-1),
		natsgo.IgnoreDiscoveredServers(),
		natsgo.Timeout(time.Second),
		natsgo.PingInterval(pingInterval),
		natsgo.MaxPingsOutstanding(maxPings),
		// The default prints to standard error.
		natsgo.ErrorHandler(func(*natsgo.Conn, *natsgo.Subscription, error) {}),
	}
}

func (c *conn) found() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.Err() == nil || c.closed.Err() != nil {
		return
	}
	c.life, c.lose = context.WithCancel(c.closed)
	close(c.up)
}

func (c *conn) lost() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.Err() != nil {
		return
	}
	c.lose()
	c.up = make(chan struct{})
}

func (c *conn) shut() {
	c.close()
	c.nc.Close()
}

// now is the life of the present connection; ok is false if there is none.
func (c *conn) now() (life context.Context, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.life, c.life.Err() == nil && c.nc.IsConnected()
}

// await returns the life of the present or next connection, or nil when ctx is done or the connection shut.
func (c *conn) await(ctx context.Context) context.Context {
	for ctx.Err() == nil && c.closed.Err() == nil {
		c.mu.Lock()
		life, up := c.life, c.up
		c.mu.Unlock()
		if life.Err() == nil {
			return life
		}
		select {
		case <-up:
		case <-ctx.Done():
		case <-c.closed.Done():
		}
	}
	return nil
}

// within bounds ctx by a connection's life, and by a limit.
func within(ctx, life context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	stop := context.AfterFunc(life, cancel)
	return ctx, func() { stop(); cancel() }
}

// patiently does what is safe to repeat until it succeeds, or returns its last error when await gives up.
func (c *conn) patiently(ctx context.Context, do func(context.Context) error) error {
	err := fmt.Errorf("no connection to the broker")
	for {
		life := c.await(ctx)
		if life == nil {
			return err
		}
		try, cancel := within(ctx, life, requestTimeout)
		if err = do(try); err == nil {
			cancel()
			return nil
		}
		cancel()
		pause(ctx, 100*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
