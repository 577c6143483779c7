package packets

import (
	"encoding/binary"
	"errors"
	"math"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"faultline/internal/poll"
)

// cable makes eth0 in a network of the test's own, and returns a socket at its other end, to which all that is sent to far comes.
func cable(t *testing.T) (socket int) {
	t.Helper()
	alone(t)
	plug := func() error {
		if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}, PeerName: "far"}); err != nil {
			return err
		}
		near, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		other, err := netlink.LinkByName("far")
		if err != nil {
			return err
		}
		socket, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		t.Cleanup(func() { unix.Close(socket) })
		return errors.Join(netlink.LinkSetUp(near), netlink.LinkSetUp(other),
			netlink.AddrAdd(near, &netlink.Addr{IPNet: &net.IPNet{IP: net.IPv4(192, 0, 2, 1), Mask: net.CIDRMask(24, 32)}}),
			netlink.NeighAdd(&netlink.Neigh{LinkIndex: near.Attrs().Index, State: netlink.NUD_PERMANENT, IP: far.IP, HardwareAddr: other.Attrs().HardwareAddr}),
			unix.Bind(socket, &unix.SockaddrLinklayer{Ifindex: other.Attrs().Index, Protocol: 0x0008})) // IP, as the network has its bytes
	}
	if err := plug(); err != nil {
		t.Fatal(err)
	}
	conn := dialFar(t, 1)
	defer conn.Close()
	poll.Until(t, 10*time.Second, "the cable carries datagrams", func() (carries bool) {
		_, err := conn.Write([]byte{0, 0})
		receive(t, socket, 20*time.Millisecond, func([]byte) { carries = err == nil })
		return carries
	})
	return socket
}

var far = &net.UDPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 9}

func dialFar(t *testing.T, from uint16) net.Conn {
	t.Helper()
	conn, err := net.DialUDP("udp4", &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: int(from)}, far)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// aside is how much sooner a datagram that another overtakes was sent: processors that take turns swap closer ones.
const aside = 10 * time.Millisecond

// travel sends n datagrams from a port, half a millisecond apart, and returns how long each took, and how many overtook others.
func travel(t *testing.T, socket, n int, port uint16) (took []time.Duration, overtook int) {
	t.Helper()
	conn := dialFar(t, port)
	defer conn.Close()
	sent, came := make([]time.Time, n), make([]time.Time, n)
	var order []int
	done := make(chan struct{})
	go func() {
		defer close(done)
		receive(t, socket, 500*time.Millisecond, func(packet []byte) {
			if binary.BigEndian.Uint16(packet[20:]) != port { // after the head of IP
				return
			}
			seq := int(binary.BigEndian.Uint16(packet[28:])) // after that of UDP
			came[seq] = time.Now()
			order = append(order, seq)
		})
	}()
	for i := range n {
		sent[i] = time.Now()
		if _, err := conn.Write(binary.BigEndian.AppendUint16(nil, uint16(i))); err != nil {
			t.Error(err)
		}
		time.Sleep(500 * time.Microsecond) // paces the datagrams
	}
	<-done
	if len(order) != n {
		t.Fatalf("of %d datagrams %d came", n, len(order))
	}
	took = make([]time.Duration, n)
	for at, seq := range order {
		took[seq] = came[seq].Sub(sent[seq])
		if slices.ContainsFunc(order[at+1:], func(later int) bool { return sent[seq].Sub(sent[later]) > aside }) {
			overtook++
		}
	}
	return took, overtook
}

// TestShape: packets are delayed where the kernel has netem, and refused with the reason where it has not.
func TestShape(t *testing.T) {
	socket := cable(t)
	if lacks := tryNetem(); lacks != nil {
		refuses(t, socket, lacks)
		return
	}
	delays(t, socket)
}

// delays: datagrams that leave the port come later by the delay, but for the share that overtakes the others; those of another port, and
// all of them after the cure, come at once.
func delays(t *testing.T, socket int) {
	const n, struck, spared, delay, soon = 400, 7002, 7003, 60 * time.Millisecond, 30 * time.Millisecond
	prompt := func(when string, port uint16) {
		took, _ := travel(t, socket, n/4, port)
		if slices.Sort(took); took[n/8] > soon {
			t.Errorf("%s: half of the datagrams took more than %v", when, took[n/8])
		}
	}
	prompt("before", struck)
	for _, share := range []float64{0, 0.3} {
		if err := shape(struck, Shape{Delay: delay, Reorder: share}); err != nil {
			t.Fatal(err)
		}
		prompt("another port", spared)
		took, overtook := travel(t, socket, n, struck)
		early := 0
		for _, d := range took {
			if d < delay-time.Millisecond {
				early++
			}
		}
		if slices.Sort(took); share == 0 && took[n/2] > delay+soon {
			t.Errorf("half of the datagrams took more than %v, want %v", took[n/2], delay)
		}
		stray := 4.5 * math.Sqrt(n*share*(1-share))                                               // 7 in a million do
		if math.Abs(float64(early)-n*share) > stray || math.Abs(float64(overtook-early)) > n/20 { // the first have nothing to overtake
			t.Errorf("%d of %d datagrams took less than %v, and %d overtook others: want %g", early, n, delay, overtook, n*share)
		}
		if seen, err := unshape(); err != nil || seen != (Counts{Seen: n}) {
			t.Errorf("%+v, %v: want %d datagrams to be counted", seen, err, n)
		}
	}
	prompt("after", struck)
	if seen, err := unshape(); err != nil || seen != (Counts{}) {
		t.Errorf("the cure again: %+v, %v", seen, err)
	}
}

// refuses: a kernel that can't delay packets is said to lack what does, and nothing of what was tried is left.
func refuses(t *testing.T, socket int, lacks error) {
	t.Log(lacks)
	if !errors.Is(lacks, unix.ENOENT) {
		t.Errorf("%v: want it to say that there is no such scheduler", lacks)
	}
	if err := shape(7002, Shape{Delay: time.Second}); !errors.Is(err, unix.ENOENT) {
		t.Errorf("shaping packets: %v", err)
	}
	if took, _ := travel(t, socket, 10, 7002); slices.Max(took) > 500*time.Millisecond {
		t.Errorf("a datagram took %v", slices.Max(took))
	}
	near, err := netlink.LinkByName("eth0")
	if err != nil {
		t.Fatal(err)
	}
	all, err := netlink.QdiscList(near)
	for _, q := range all {
		if q.Attrs().Handle == rootHandle {
			t.Errorf("%s is left", q.Type())
		}
	}
	if err != nil {
		t.Error(err)
	}
}
