package rabbitmq

import (
	"fmt"
	"net"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	// A hung broker is noticed after a small number of these.
	heartbeat        = 2 * time.Second
	dialTimeout      = time.Second
	handshakeTimeout = 3 * time.Second
	writeTimeout     = 3 * time.Second
)

// An endpoint is where and as whom to connect.
type endpoint struct {
	url, addr, name string
}

// newEndpoint checks the URL; addr, if not empty, is dialled in place of the URL's host and port.
func newEndpoint(url, addr, name string) (endpoint, error) {
	uri, err := amqp.ParseURI(url)
	if err != nil {
		return endpoint{}, fmt.Errorf("url of the broker: %w; write amqp://user:password@host:port/vhost", err)
	}
	if addr == "" {
		addr = net.JoinHostPort(uri.Host, strconv.Itoa(uri.Port))
	}
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return endpoint{}, fmt.Errorf("address of the broker: %w; it must be host:port", err)
	}
	return endpoint{url: url, addr: addr, name: name}, nil
}

// dial connects once; its errors hold no password.
func (e endpoint) dial() (*amqp.Connection, error) {
	conn, err := amqp.DialConfig(e.url, amqp.Config{
		Heartbeat:  heartbeat,
		Properties: amqp.Table{"product": "faultline", "connection_name": "faultline " + e.name},
		Dial:       func(network, _ string) (net.Conn, error) { return dialTCP(network, e.addr) },
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to the broker at %s: %w", e.addr, err)
	}
	return conn, nil
}

// dialTCP bounds the handshake, whose deadline the client clears when it is through.
func dialTCP(network, addr string) (net.Conn, error) {
	conn, err := net.DialTimeout(network, addr, dialTimeout)
	if err != nil {
		return nil, err
	}
	if err := conn.SetReadDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		conn.Close()
		return nil, err
	}
	return boundedWrites{conn}, nil
}

// boundedWrites keeps a publisher from being stuck in a write to a broker that reads no more.
type boundedWrites struct{ net.Conn }

func (c boundedWrites) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
