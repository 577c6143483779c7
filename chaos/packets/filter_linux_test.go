package packets

import (
	"fmt"
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

// TestDropShare: of many packets that share is dropped.
func TestDropShare(t *testing.T) {
	alone(t)
	port := listener(t)
	if err := drop(port, 0.25); err != nil {
		t.Fatal(err)
	}
	for range 400 { // a connect that is not answered at once is given up
		if conn, err := net.DialTimeout("tcp4", at(port).String(), 5*time.Millisecond); err == nil {
			conn.Close()
		}
	}
	n, err := pass(port)
	if err != nil {
		t.Fatal(err)
	}
	if share := float64(n.Dropped) / float64(n.Seen); n.Seen < 400 || share < 0.15 || share > 0.35 {
		t.Errorf("%d of %d packets were dropped, want a quarter", n.Dropped, n.Seen)
	}
}
