package links

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"faultline/bench"
)

// within checks that nothing came early, and that the link is accurate to 5 %: by the least, because a
// busy machine makes everything else later. The log has the rest.
func within(t *testing.T, what string, got []time.Duration, want time.Duration) {
	t.Helper()
	slices.Sort(got)
	least, median := got[0], got[len(got)/2]
	t.Logf("%s: least %v, median %v, greatest %v, of %d", what, least, median, got[len(got)-1], len(got))
	if least < want || least > want+want/20 {
		t.Errorf("%s took %v at least, want %v to %v", what, least, want, want+want/20)
	}
}

// delay holds every byte of a place back, in each direction; 0 ends that.
func delay(t *testing.T, c Client, place string, eachWay time.Duration) {
	t.Helper()
	if eachWay == 0 {
		must(t, c.Cure(t.Context(), place, "delay"))
		return
	}
	must(t, c.Strike(t.Context(), place, bench.Fault{Name: "delay", Kind: bench.Latency, Delay: 2 * eachWay}, 1))
}

func TestDelayHoldsEachWayOnAnOpenConnection(t *testing.T) {
	const half = 50 * time.Millisecond
	came := make(chan time.Time, 1)
	client, at := start(t, "a->b")
	open(t, client, "a->b", upstream(t, func(c *net.TCPConn) {
		defer c.Close()
		for b := make([]byte, 1); ; {
			if _, err := io.ReadFull(c, b); err != nil {
				return
			}
			came <- time.Now()
			c.Write(b)
		}
	}))
	conn := dial(t, at["a->b"])
	_, err := roundTrip(conn)
	must(t, err)
	<-came

	delay(t, client, "a->b", half)
	var up, down, both []time.Duration
	for range 15 {
		sent := time.Now()
		took, err := roundTrip(conn)
		must(t, err)
		there := (<-came).Sub(sent)
		up, down, both = append(up, there), append(down, took-there), append(both, took)
	}
	within(t, "the way up", up, half)
	within(t, "the way down", down, half)
	within(t, "the round trip", both, 2*half)

	delay(t, client, "a->b", 0)
	took, err := roundTrip(conn)
	must(t, err)
	if took > half {
		t.Errorf("a round trip took %v after the delay was removed", took)
	}
}

// A sender numbers a message every 2 ms while a delay of 150 ms comes and goes; the receiver sees every
// message once, in order, none before its time, and no flush when the delay is taken away.
func TestRemovingDelayNeitherFlushesNorReorders(t *testing.T) {
	const (
		held  = 150 * time.Millisecond
		every = 2 * time.Millisecond
		count = 300
	)
	type message struct {
		n    int
		sent time.Duration
		came time.Duration
	}
	began := time.Now()
	got := make(chan message, count)
	client, at := start(t, "a->b")
	open(t, client, "a->b", upstream(t, func(c *net.TCPConn) {
		defer c.Close()
		defer close(got)
		for b := make([]byte, 16); ; {
			if _, err := io.ReadFull(c, b); err != nil {
				return
			}
			got <- message{int(binary.BigEndian.Uint64(b)), time.Duration(binary.BigEndian.Uint64(b[8:])), time.Since(began)}
		}
	}))
	conn := dial(t, at["a->b"])
	delay(t, client, "a->b", held)
	var removed time.Duration
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := range count {
		if n == count/2 {
			delay(t, client, "a->b", 0)
			removed = time.Since(began)
		}
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		binary.BigEndian.PutUint64(b[8:], uint64(time.Since(began)))
		_, err := conn.Write(b[:])
		must(t, err)
		<-tick.C
	}
	must(t, conn.CloseWrite())
	next, early := 0, 0
	for m := range got {
		if m.n != next {
			t.Fatalf("message %d came where %d was due", m.n, next)
		}
		next++
		if m.n < count/2-1 && m.came-m.sent < held {
			early++
		}
		if m.n > count*9/10 && m.came-m.sent > held/2 {
			t.Errorf("message %d took %v long after the delay was removed at %v", m.n, m.came-m.sent, removed)
		}
	}
	if next != count || early > 0 {
		t.Errorf("%d of %d messages came, %d of them before their time", next, count, early)
	}
}

func TestEndOfConnectionIsDelayedLikeItsBytes(t *testing.T) {
	const half = 60 * time.Millisecond
	client, at := start(t, "a->b")
	ended := make(chan time.Time, 1)
	open(t, client, "a->b", upstream(t, func(c *net.TCPConn) {
		defer c.Close()
		io.Copy(io.Discard, c)
		ended <- time.Now()
	}))
	delay(t, client, "a->b", half)
	conn := dial(t, at["a->b"])
	_, err := conn.Write([]byte("last words"))
	must(t, err)
	sent := time.Now()
	must(t, conn.CloseWrite())
	if took := (<-ended).Sub(sent); took < half {
		t.Errorf("EOF came after %v, before the bytes ahead of it could", took)
	}
}

// With a delay on, a sender that nobody reads from soon feels back-pressure: what is held is bounded.
func TestDelayHoldsABoundedAmount(t *testing.T) {
	client, at := start(t, "a->b")
	open(t, client, "a->b", upstream(t, func(c *net.TCPConn) { defer c.Close(); io.Copy(io.Discard, c) }))
	delay(t, client, "a->b", time.Hour)
	conn := dial(t, at["a->b"])
	must(t, conn.SetWriteDeadline(time.Now().Add(time.Second)))
	_, err := conn.Write(make([]byte, 64<<20))
	if e, ok := err.(net.Error); !ok || !e.Timeout() {
		t.Errorf("64 MB were taken: %v", err)
	}
	s, err := client.State(t.Context())
	must(t, err)
	if up := s.Places["a->b"].BytesUp; up > queueLimit+4*32<<10 { // and what is in hand on its way in and out
		t.Errorf("%d bytes are held, more than %d", up, queueLimit)
	}
}
