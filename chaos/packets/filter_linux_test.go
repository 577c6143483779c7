package packets

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"faultline/internal/needs"
)

// alone puts the test's thread, which is never given back, into a network of its own.
func alone(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		needs.Kernel(t, fmt.Errorf("a network of the test's own, which takes root: %w", err))
	}
	loopback, err := netlink.LinkByName("lo")
	if err == nil {
		err = netlink.LinkSetUp(loopback)
	}
	if err == nil {
		err = tryFilter()
	}
	if err != nil {
		needs.Kernel(t, fmt.Errorf("nftables: %w", err))
	}
}

func at(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
}

// listener accepts, and returns its port.
func listener(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).AddrPort().Port()
}

// TestDropAndPass: packets of a port are dropped and counted, those of others are not, and after the cure all pass.
func TestDropAndPass(t *testing.T) {
	alone(t)
	struck, spared := listener(t), listener(t)
	reaches := func(port uint16) bool {
		conn, err := net.DialTimeout("tcp4", at(port).String(), 200*time.Millisecond)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	if !reaches(struck) {
		t.Fatal("the port can't be reached before anything is dropped")
	}
	for range 2 { // again is the same
		if err := drop(struck, 1); err != nil {
			t.Fatal(err)
		}
	}
	if reaches(struck) || !reaches(spared) {
		t.Error("the port is reached though its packets are dropped, or the other is not")
	}
	n, err := pass(struck)
	if err != nil || n.Dropped == 0 || n.Dropped != n.Seen {
		t.Errorf("%+v, %v: want all that were seen to be dropped", n, err)
	}
	if !reaches(struck) {
		t.Error("the port is not reached after the cure")
	}
	if n, err = pass(struck); err != nil || n != (Counts{}) {
		t.Errorf("the cure again: %+v, %v", n, err)
	}
}

// TestDropShare: of what goes to the port, and of what comes from it, that share does not arrive, as far as a binomial distribution
// strays; of another port all does. What the kernel counted is what did not arrive.
func TestDropShare(t *testing.T) {
	alone(t)
	const n, struck, spared = 5000, 7002, 7003
	up, down, past := way{40001, struck}, way{struck, 40002}, way{spared, 40003}
	for _, share := range []float64{0.02, 0.25, 0.9} {
		if err := drop(struck, share); err != nil {
			t.Fatal(err)
		}
		arrived := send(t, n, up, down, past)
		counted, err := pass(struck)
		if lost := uint64(2*n - arrived[up] - arrived[down]); err != nil || counted != (Counts{Seen: 2 * n, Dropped: lost}) {
			t.Errorf("%g: the kernel counted %+v, %v; of %d packets %d did not arrive", share, counted, err, 2*n, lost)
		}
		for _, w := range []way{up, down} {
			lost := n - float64(arrived[w])
			if stray := lost - n*share; math.Abs(stray) > 4.5*math.Sqrt(n*share*(1-share)) { // 7 in a million do
				t.Errorf("%g: of %d packets %v %g did not arrive", share, n, w, lost)
			}
		}
		if arrived[past] != n {
			t.Errorf("%g: of %d packets of another port %d arrived", share, n, arrived[past])
		}
	}
}

// A way is from a port to a port.
type way struct{ from, to uint16 }

// send sends n packets each way, and counts those that arrive. They are of TCP, but of no connection: none is sent again.
func send(t *testing.T, n int, ways ...way) map[way]int {
	t.Helper()
	raw, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_TCP)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(raw)
	arrived := map[way]int{}
	take := func(packet []byte) {
		head := packet[4*int(packet[0]&15):] // after that of IP
		arrived[way{binary.BigEndian.Uint16(head), binary.BigEndian.Uint16(head[2:])}]++
	}
	for range n {
		for _, w := range ways {
			head := [20]byte{12: 5 << 4} // without a checksum: nobody answers it
			binary.BigEndian.PutUint16(head[:], w.from)
			binary.BigEndian.PutUint16(head[2:], w.to)
			err := unix.Sendto(raw, head[:], 0, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
			if err != nil && err != unix.EPERM { // which tells of a packet that was dropped on its way out
				t.Fatal(err)
			}
		}
		receive(t, raw, 0, take)
	}
	receive(t, raw, 200*time.Millisecond, take)
	return arrived
}

// receive takes packets from a socket until none has come for a while.
func receive(t *testing.T, socket int, quiet time.Duration, take func([]byte)) {
	t.Helper()
	packet := make([]byte, 1500)
	for {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(socket), Events: unix.POLLIN}}, int(quiet.Milliseconds()))
		if err == nil && ready == 0 {
			return
		}
		size := 0
		if err == nil {
			size, _, err = unix.Recvfrom(socket, packet, 0)
		}
		switch err {
		case nil:
			take(packet[:size])
		case unix.EINTR:
		default:
			t.Error(err)
			return
		}
	}
}
