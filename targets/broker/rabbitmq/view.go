package rabbitmq

import (
	"context"
	"fmt"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/bench"
)

// viewer looks into the broker over one connection, made again when it was lost.
type viewer struct {
	url     string
	addr    func() string
	queues  []string
	version string
	// management is where the management API listens; nil: there is none, or nobody knows.
	management func() string

	mu   sync.Mutex
	conn *amqp.Connection
	ch   *amqp.Channel
}

// View looks at the queues of those names on the broker of the URL, at addr() if that is not empty; addr must
// lead past every fault. It fails if nobody answers there now. management() is the address of the management API; nil, or the
// same as addr(): there is none.
func View(url string, addr, management func() string, queues ...string) (bench.BrokerView, error) {
	v := &viewer{url: url, addr: addr, queues: queues}
	if management != nil && management() != addr() {
		v.management = management
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.connect(); err != nil {
		return nil, err
	}
	product, version := text(v.conn.Properties, "product"), text(v.conn.Properties, "version")
	v.version = product + " " + version
	return v, nil
}

func (v *viewer) Version() string { return v.version }

func (v *viewer) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.drop()
	return nil
}

// look does something with a connection, once more if the connection turns out to be lost.
func (v *viewer) look(ctx context.Context, do func() error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.conn != nil && v.bounded(ctx, do) == nil {
		return nil
	}
	v.drop()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("looking into the broker: %w", err)
	}
	if err := v.connect(); err != nil {
		return err
	}
	err := v.bounded(ctx, do)
	if err != nil {
		v.drop()
	}
	return err
}

// bounded cuts the connection when ctx is done: calls of the client take no context, and a hung broker does
// not answer.
func (v *viewer) bounded(ctx context.Context, do func() error) error {
	conn := v.conn
	stop := context.AfterFunc(ctx, func() { _ = conn.CloseDeadline(time.Now()) })
	defer stop()
	return do()
}

func (v *viewer) connect() error {
	e, err := newEndpoint(v.url, v.addr(), "view")
	if err != nil {
		return err
	}
	if v.conn, err = e.dial(); err != nil {
		return err
	}
	if v.ch, err = v.conn.Channel(); err != nil {
		v.drop()
		return fmt.Errorf("opening a channel: %w", err)
	}
	return nil
}

func (v *viewer) drop() {
	if v.conn != nil {
		_ = v.conn.CloseDeadline(time.Now().Add(time.Second))
	}
	v.conn = nil
}
