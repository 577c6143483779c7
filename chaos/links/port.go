package links

import (
	"context"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// A port of 127.0.0.1 that is ours from holdPort to release, whether anybody listens on it or not.
//
// A socket that is bound and never listens holds it: the kernel gives the number to nobody else, neither to
// listeners nor as the near end of an outgoing connection (a client that dials a dead port of its own range
// can otherwise meet itself). Only listening sockets are given connections, so without a listener of ours
// they are refused.
type port struct {
	socket  int
	address string
}

func holdPort() (port, error) {
	syscall.ForkLock.RLock()
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(socket)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return port{}, fmt.Errorf("holding a port: %w", err)
	}
	address, err := bindShared(socket)
	if err != nil {
		unix.Close(socket)
		return port{}, fmt.Errorf("holding a port: %w", err)
	}
	return port{socket: socket, address: address}, nil
}

// bindShared binds the socket to a port that the kernel chooses and that only sockets of
// the same user may share, if they ask for it.
func bindShared(socket int) (string, error) {
	if err := unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		return "", err
	}
	if err := unix.Bind(socket, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return "", err
	}
	name, err := unix.Getsockname(socket)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port), nil
}

// listen opens the port; closing the listener leaves it held. No keep-alive probes: nothing dies
// silently on 127.0.0.1. No multipath TCP: it costs, and there is one path.
func (p port) listen() (*net.TCPListener, error) {
	config := net.ListenConfig{KeepAlive: -1, Control: func(_, _ string, c syscall.RawConn) error {
		var failed error
		err := c.Control(func(fd uintptr) {
			failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		})
		if err != nil {
			return err
		}
		return failed
	}}
	config.SetMultipathTCP(false)
	l, err := config.Listen(context.Background(), "tcp4", p.address)
	if err != nil {
		return nil, fmt.Errorf("listening on the held port %s: %w", p.address, err)
	}
	return l.(*net.TCPListener), nil
}

func (p port) release() { unix.Close(p.socket) }
