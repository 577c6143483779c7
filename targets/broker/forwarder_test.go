package broker_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// A forwarder stands between a client and a broker that may move: it asks for its address at each connection.
type forwarder struct {
	net.Listener
	upstream func() string

	mu    sync.Mutex
	conns []net.Conn
}

func forward(t *testing.T, upstream func() string) *forwarder {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	f := &forwarder{Listener: l, upstream: upstream}
	go f.accept()
	t.Cleanup(func() { l.Close(); f.cut() })
	return f
}

func (f *forwarder) addr() string { return f.Addr().String() }

func (f *forwarder) accept() {
	for {
		client, err := f.Accept()
		if err != nil {
			return
		}
		broker, err := net.Dial("tcp", f.upstream())
		if err != nil {
			client.Close()
			continue
		}
		f.mu.Lock()
		f.conns = append(f.conns, client, broker)
		f.mu.Unlock()
		go pipe(client, broker)
		go pipe(broker, client)
	}
}

func pipe(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
}

// cut ends every connection; new ones are taken.
func (f *forwarder) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.conns {
		c.Close()
	}
	f.conns = nil
}
