package links

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// A port of one of our addresses that is ours from holdPort to release, whether anybody listens on it or not.
//
// A socket that is bound and never listens holds it: the kernel gives the number to nobody else, neither to
// listeners nor as the near end of an outgoing connection (a client that dials a dead port of its own range
// can otherwise meet itself). Only listening sockets are given connections, so without a listener of ours
// they are refused.
type port struct {
	socket  int
	address string
}

// holdPort holds a port of an IPv4 address; port 0 is one that the kernel chooses.
func holdPort(address string) (port, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return port{}, fmt.Errorf("holding a port: %w", err)
	}
	syscall.ForkLock.RLock()
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(socket)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return port{}, fmt.Errorf("holding a port: %w", err)
	}
	address, err = bindShared(socket, at)
	if err != nil {
		unix.Close(socket)
		return port{}, fmt.Errorf("holding a port: %w", err)
	}
	return port{socket: socket, address: address}, nil
}

// bindShared binds the socket to a port that only sockets of the same user may share, if they ask for it.
func bindShared(socket int, at netip.AddrPort) (string, error) {
	if err := unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		return "", err
	}
	if err := unix.Bind(socket, &unix.SockaddrInet4{Addr: at.Addr().As4(), Port: int(at.Port())}); err != nil {
		return "", err
	}
	name, err := unix.Getsockname(socket)
	if err != nil {
		return "", err
	}
	return netip.AddrPortFrom(at.Addr(), uint16(name.(*unix.SockaddrInet4).Port)).String(), nil
}

// listen opens the port; closing the listener leaves it held. No keep-alive probes: nothing dies
// silently on one machine. No multipath TCP: it costs, and there is one path.
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
