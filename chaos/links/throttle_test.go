package links

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
)

// received tells when bytes came to one side of a link, of some of its connections together.
type received struct {
	mu    sync.Mutex
	reads []arrival
	total int
}

// An arrival is what one read got.
type arrival struct {
	at    time.Time
	bytes int // until then
}

func (r *received) take(c *net.TCPConn) {
	defer c.Close()
	for b := make([]byte, 4096); ; {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		r.mu.Lock()
		r.total += n
		r.reads = append(r.reads, arrival{time.Now(), r.total})
		r.mu.Unlock()
	}
}

func (r *received) arrivals() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.reads)
}

func (r *received) bytes() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}

// rate is that of what came after the first arrival, in bytes a second.
func (r *received) rate() float64 {
	list := r.arrivals()
	first, last := list[0], list[len(list)-1]
	return float64(last.bytes-first.bytes) / last.at.Sub(first.at).Seconds()
}

// A wire is a link with both of its sides in hand.
type wire struct {
	client   Client
	address  string
	accepted chan *net.TCPConn
}

func newWire(t *testing.T, f bench.Fault) wire {
	t.Helper()
	w := wire{accepted: make(chan *net.TCPConn, 1)}
	w.client, w.address = struck(t, upstream(t, func(c *net.TCPConn) { w.accepted <- c }), f)
	return w
}

// A traffic is what goes both ways on some connections, the way to the callee first, as in ways.
type traffic struct {
	senders []*net.TCPConn
	came    [2]received
}

func (w wire) connect(t *testing.T, connections int) *traffic {
	t.Helper()
	f := &traffic{}
	for range connections {
		caller := dial(t, w.address)
		callee := <-w.accepted
		f.senders = append(f.senders, caller, callee)
		go f.came[0].take(callee)
		go f.came[1].take(caller)
	}
	return f
}

// send has n bytes sent from either end of each connection at once, and returns when they have come.
func (f *traffic) send(t *testing.T, n int) {
	t.Helper()
	for _, c := range f.senders {
		go c.Write(make([]byte, n))
	}
	all := n * len(f.senders) / 2
	poll.Until(t, 10*time.Second, "all came", func() bool { return f.came[0].bytes() == all && f.came[1].bytes() == all })
}

// The rate is that of the link, however many connections share it, in each of the fault's ways; the other one is free.
func TestBandwidth(t *testing.T) {
	timing(t)
	t.Parallel()
	const rate = 200_000
	for direction, parts := range ways {
		t.Run("direction="+direction, func(t *testing.T) {
			t.Parallel()
			measured(t, func() error {
				w := newWire(t, bench.Fault{Kind: bench.Bandwidth, Rate: rate, Direction: direction})
				f := w.connect(t, 2)
				f.send(t, rate/4)
				var errs []error
				narrow := 0
				for way := range f.came {
					got := f.came[way].rate()
					t.Logf("way %d: %.0f bytes a second", way, got)
					switch {
					case parts[way] > 0:
						narrow++
						errs = append(errs, near(fmt.Sprint("the rate of way ", way), got, rate, 0.05))
					case got < 4*rate:
						errs = append(errs, fmt.Errorf("way %d carried %.0f bytes a second, want it free", way, got))
					}
				}
				if c := cure(t, w.client); c.Bytes != int64(narrow*2*(rate/4)) || c.Struck == 0 || c.Waited == 0 {
					errs = append(errs, fmt.Errorf("counted %+v", c))
				}
				return errors.Join(errs...)
			})
		})
	}
}

func TestBandwidthOfOneWayLeavesTheOther(t *testing.T) {
	t.Parallel()
	client, address := struck(t, upstream(t, func(c *net.TCPConn) {
		c.Write(make([]byte, 1<<20))
		c.CloseWrite()
		io.Copy(io.Discard, c)
		c.Close()
	}),
		bench.Fault{Kind: bench.Bandwidth, Rate: 1000, Direction: bench.Up})
	began := time.Now()
	n, err := io.Copy(io.Discard, dial(t, address))
	if took := time.Since(began); n != 1<<20 || err != nil || took > 2*time.Second {
		t.Errorf("%d bytes came down in %v, %v", n, took, err)
	}
	conn := dial(t, address)
	go conn.Write(make([]byte, 100_000))
	poll.Until(t, 10*time.Second, "bytes wait", func() bool {
		s, err := client.State(t.Context())
		return err == nil && s.Places["a->b"].Faults["fault"].Struck > 1
	})
	cure(t, client)
	poll.Until(t, 10*time.Second, "a cure lets them go", func() bool {
		s, err := client.State(t.Context())
		return err == nil && s.Places["a->b"].BytesUp == 100_000
	})
}

// doubled is how long n bytes take at a rate that doubles, evenly, within each delay: added up in small steps.
func doubled(f bench.Fault, n int) (age time.Duration) {
	const step = 10 * time.Microsecond
	for carried := 0.0; carried < float64(n); age += step {
		carried += float64(f.Rate) * step.Seconds() * math.Exp2(age.Seconds()/f.Delay.Seconds())
	}
	return age
}

// A new connection is slow all along as it should, in each of the fault's ways: no bytes come early, and half of them at most 5 %
// late, because a busy machine makes everything else later. The other way, and connections that were open before, are free.
func TestSlowStart(t *testing.T) {
	timing(t)
	t.Parallel()
	const bytes = 30_000
	for direction, parts := range ways {
		t.Run("direction="+direction, func(t *testing.T) {
			t.Parallel()
			f := bench.Fault{Kind: bench.SlowStart, Rate: 20_000, Delay: 300 * time.Millisecond, Direction: direction}
			free := doubled(f, bytes) / 4
			measured(t, func() error {
				w := newWire(t, bench.Fault{})
				old := w.connect(t, 1)
				strikeWith(t, w.client, f)
				since := time.Now()
				old.send(t, bytes)
				began := time.Now()
				fresh := w.connect(t, 1)
				fresh.send(t, bytes)
				cure(t, w.client)
				var errs []error
				for way, part := range parts {
					errs = append(errs, soon(fmt.Sprint("an old connection, way ", way), since, &old.came[way], free))
					if part > 0 {
						errs = append(errs, slowly(t, fmt.Sprint("way ", way), f, began, &fresh.came[way]))
					} else {
						errs = append(errs, soon(fmt.Sprint("the other way, ", way), began, &fresh.came[way], free))
					}
				}
				return errors.Join(errs...)
			})
		})
	}
}

// soon says whether all that came did so within a limit.
func soon(what string, began time.Time, r *received, limit time.Duration) error {
	list := r.arrivals()
	if took := list[len(list)-1].at.Sub(began); took > limit {
		return fmt.Errorf("%s: %d bytes took %v, want %v at most", what, r.bytes(), took, limit)
	}
	return nil
}

// slowly says whether what came on a new connection began slowly as it should.
func slowly(t *testing.T, what string, f bench.Fault, began time.Time, r *received) error {
	t.Helper()
	var over []float64 // of what each arrival should have taken
	for _, a := range r.arrivals() {
		over = append(over, a.at.Sub(began).Seconds()/doubled(f, a.bytes).Seconds()-1)
	}
	slices.Sort(over)
	least, half, most := over[0], over[len(over)/2], over[len(over)-1]
	t.Logf("%s, later than due: least %.2f %%, half %.2f %%, most %.2f %%, of %d", what, 100*least, 100*half, 100*most, len(over))
	if least < -0.001 || half > 0.05 {
		return fmt.Errorf("%s: bytes came %.1f %% to %.1f %% later than due, want 0 to 5 %%", what, 100*least, 100*half)
	}
	return nil
}
