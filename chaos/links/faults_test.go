package links

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
)

// struck opens a place to an upstream and strikes it.
func struck(t *testing.T, to string, f bench.Fault) (c Client, address string) {
	t.Helper()
	c, at := start(t, "a->b")
	open(t, c, "a->b", to)
	if f.Kind != bench.NoFault {
		strikeWith(t, c, f)
	}
	return c, at["a->b"]
}

func strikeWith(t *testing.T, c Client, f bench.Fault) {
	t.Helper()
	f.Name = "fault"
	must(t, c.Strike(t.Context(), "a->b", f, 42))
}

func cure(t *testing.T, c Client) Counts {
	t.Helper()
	must(t, c.Cure(t.Context(), "a->b", "fault"))
	must(t, c.Cure(t.Context(), "a->b", "fault")) // again is nothing
	s, err := c.State(t.Context())
	must(t, err)
	return s.Places["a->b"].Faults["fault"]
}

// measured asks five times at most: what a busy machine did to one measurement is not what the link did.
func measured(t *testing.T, measure func() error) {
	t.Helper()
	var err error
	for range 5 {
		if err = measure(); err == nil {
			return
		}
		t.Log(err)
	}
	t.Error(err)
}

// timing skips a test of what the wire shows in milliseconds where -short asks for none, as the race detector does.
func timing(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short measures no times")
	}
}

// near says whether a figure is off by more than a share of what was wanted.
func near(what string, got, want, share float64) error {
	if math.Abs(got-want) > share*math.Abs(want) {
		return fmt.Errorf("%s is %.4g, want %.4g ± %.0f %%", what, got, want, 100*share)
	}
	return nil
}

// ways are what each way takes of what a direction's fault does to a round trip: to the callee, and back.
var ways = map[string][2]float64{"": {0.5, 0.5}, bench.Up: {1, 0}, bench.Down: {0, 1}}

// Each round trip of a connection takes its own draw, each way its part of that, by the callee's clock too, and never less; a
// third of them at most 5 % of the mean more, because a busy machine makes everything else later. The distribution of draws is
// tested apart.
func TestLatencyIsAsDrawn(t *testing.T) {
	timing(t)
	t.Parallel()
	const mean = 60 * time.Millisecond
	for _, c := range []struct {
		distribution, direction string
		jitter                  time.Duration
		size                    int // of what goes up and comes back
	}{
		{"", "", 0, 1},
		{"", bench.Up, 0, 1},
		{"", bench.Down, 0, 1},
		{bench.Uniform, "", 40 * time.Millisecond, 1},
		{bench.Normal, bench.Up, 20 * time.Millisecond, 1},
		{bench.Pareto, bench.Down, 20 * time.Millisecond, 1},
		// A draw for each of its chunks would make a large body as late as the greatest of them.
		{bench.Uniform, bench.Up, 40 * time.Millisecond, 300 << 10},
	} {
		t.Run(fmt.Sprint(c.distribution, c.direction, c.size), func(t *testing.T) {
			t.Parallel()
			f := bench.Fault{Kind: bench.Latency, Delay: mean, Jitter: c.jitter, Distribution: c.distribution, Direction: c.direction}
			came := make(chan time.Time, 1)
			client, address := struck(t, upstream(t, func(conn *net.TCPConn) {
				defer conn.Close()
				for b := make([]byte, c.size); ; conn.Write(b) {
					if _, err := io.ReadFull(conn, b); err != nil {
						return
					}
					came <- time.Now()
				}
			}), f)
			drawn, question, connection := &strike{fault: f, seed: 42}, make([]byte, c.size), int64(0)
			measured(t, func() error {
				connection++
				conn := dial(t, address)
				over := map[string][]time.Duration{}
				later := func(what string, took time.Duration, want float64) {
					over[what] = append(over[what], took-time.Duration(want))
				}
				for nth := range uint64(12) {
					began := time.Now()
					go conn.Write(question)
					_, err := io.ReadFull(conn, make([]byte, c.size))
					ended := time.Now()
					must(t, err)
					there, draw := <-came, float64(drawn.delay(connection, nth+1))
					later("the way up", there.Sub(began), ways[c.direction][0]*draw)
					later("the way down", ended.Sub(there), ways[c.direction][1]*draw)
					later("the round trip", ended.Sub(began), draw)
				}
				var errs []error
				for what, list := range over {
					slices.Sort(list)
					least, third := list[0], list[len(list)/3]
					t.Logf("%s, later than drawn: least %v, third %v, most %v", what, least, third, list[len(list)-1])
					if least < 0 || third > mean/20 {
						errs = append(errs, fmt.Errorf("%s took %v to %v more than was drawn, want 0 to %v", what, least, third, mean/20))
					}
				}
				return errors.Join(errs...)
			})
			if counted := cure(t, client); counted.Bytes < 12*int64(c.size) || counted.Waited < 12*mean/4 {
				t.Errorf("counted %+v", counted)
			}
		})
	}
}

// even is the shape of the uniform distribution, which is also that of none in particular.
func even(v float64) float64 { return min(max((v+1)/2, 0), 1) }

// shapes are the distributions as docs/faults.md has them: how probable a draw is that exceeds the mean by at most v jitters.
var shapes = map[string]func(v float64) float64{
	"":            even,
	bench.Uniform: even,
	bench.Normal:  func(v float64) float64 { return math.Erfc(-v/math.Sqrt2) / 2 },
	bench.Pareto:  func(v float64) float64 { return 1 - math.Pow(max(1.5+0.866*v, 1), -3) },
}

// fits says whether draws, in jitters beyond the mean, have a shape, or are later by at most a slack: whether they keep the
// Kolmogorov–Smirnov distance that all but 1 in 1000 samples keep.
func fits(list []float64, shape func(float64) float64, slack float64) error {
	slices.Sort(list)
	n, off := float64(len(list)), 0.0
	for i, v := range list {
		off = max(off, float64(i+1)/n-shape(v), shape(v-slack)-float64(i)/n)
	}
	if most := 1.95 / math.Sqrt(n); off > most {
		return fmt.Errorf("%.0f draws are off their distribution by %.4f, want %.4f at most", n, off, most)
	}
	return nil
}

func TestDrawsAreDistributedAsAsked(t *testing.T) {
	for _, c := range []struct {
		distribution string
		jitter       time.Duration
		sd, least    float64 // in jitters, beyond the mean
	}{
		{"", 30, 1 / math.Sqrt(3), -1},
		{bench.Uniform, 30, 1 / math.Sqrt(3), -1},
		{bench.Normal, 30, 1, -100.0 / 30},
		{bench.Pareto, 30, 1, -1 / math.Sqrt(3)},
	} {
		s := &strike{fault: bench.Fault{Delay: 100 * time.Millisecond, Jitter: c.jitter * time.Millisecond, Distribution: c.distribution}, seed: 1}
		var list []float64
		for n := range uint64(200_000) {
			list = append(list, s.delay(int64(n%7), n).Seconds()*1000)
		}
		mean, sd := meanAndDeviation(list)
		err := errors.Join(near("the mean", mean, 100, 0.01), near("the standard deviation", sd, 30*c.sd, 0.05))
		if least := slices.Min(list); err != nil || least < 100+30*c.least-0.001 || least > 100+30*c.least+15 {
			t.Errorf("%s: %v, the least is %.1f ms", c.distribution, err, least)
		}
		for i := range list {
			list[i] = (list[i] - 100) / 30
		}
		if err := fits(list, shapes[c.distribution], 0); err != nil {
			t.Errorf("%s: %v", c.distribution, err)
		}
		if one, again := s.delay(3, 5), s.delay(3, 5); one != again || one == s.delay(3, 6) || one == s.delay(4, 5) {
			t.Errorf("%s: draws are not those of their connection and turn", c.distribution)
		}
	}
}

func meanAndDeviation(list []float64) (mean, sd float64) {
	for _, v := range list {
		mean += v / float64(len(list))
	}
	for _, v := range list {
		sd += (v - mean) * (v - mean) / float64(len(list))
	}
	return mean, math.Sqrt(sd)
}

func TestReset(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	client, address := struck(t, upstream(t, func(c *net.TCPConn) {
		_, err := io.Copy(c, c)
		ended <- err
		c.Close()
	}), bench.Fault{})
	old := dial(t, address)
	_, err := roundTrip(old)
	must(t, err)
	strikeWith(t, client, bench.Fault{Kind: bench.Reset})
	if _, err := old.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("an open connection ended with %v, want a reset", err)
	}
	if err := <-ended; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("its upstream saw %v, want a reset", err)
	}
	for range 20 {
		conn, err := net.Dial("tcp4", address)
		if err == nil { // else the reset was there before dialling was over
			_, err = conn.Read(make([]byte, 1))
			conn.Close()
		}
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("a new connection ended with %v, want a reset", err)
		}
	}
	if c := cure(t, client); c.Struck != 21 || c.Seen != 21 {
		t.Errorf("counted %+v", c)
	}
	_, err = roundTrip(dial(t, address))
	must(t, err)
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	client, address := struck(t, upstream(t, echoConn), bench.Fault{})
	old := dial(t, address)
	_, err := roundTrip(old)
	must(t, err)
	strikeWith(t, client, bench.Fault{Kind: bench.Refuse})
	must(t, client.Accept(t.Context(), "a->b")) // its upstream came back: that cures nothing
	if _, err := old.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("an open connection ended with %v, want a reset", err)
	}
	if _, err := net.Dial("tcp4", address); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dialling: %v, want connection refused", err)
	}
	cure(t, client)
	_, err = roundTrip(dial(t, address))
	must(t, err)
	strikeWith(t, client, bench.Fault{Kind: bench.Refuse})
	must(t, client.Refuse(t.Context(), "a->b")) // its upstream died meanwhile
	cure(t, client)
	if _, err := net.Dial("tcp4", address); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the cure opened the way to what is dead: %v", err)
	}
}

// silent checks that nothing comes, not even an end.
func silent(t *testing.T, what string, conn *net.TCPConn) {
	t.Helper()
	must(t, conn.SetReadDeadline(time.Now().Add(150*time.Millisecond)))
	n, err := conn.Read(make([]byte, 1))
	if n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%s: %d bytes and %v came", what, n, err)
	}
	must(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
}

func TestBlackhole(t *testing.T) {
	t.Parallel()
	var r received
	client, address := struck(t, upstream(t, func(c *net.TCPConn) { r.take(c) }), bench.Fault{})
	busy, quiet, closing := dial(t, address), dial(t, address), dial(t, address)
	for _, c := range []*net.TCPConn{busy, quiet, closing} {
		_, err := c.Write([]byte("x"))
		must(t, err)
	}
	poll.Until(t, 10*time.Second, "three connections are up", func() bool { return r.bytes() == 3 })
	strikeWith(t, client, bench.Fault{Kind: bench.Blackhole})
	fresh := dial(t, address)
	for _, c := range []*net.TCPConn{busy, fresh} {
		_, err := c.Write([]byte("lost"))
		must(t, err)
	}
	must(t, closing.CloseWrite())
	silent(t, "an open connection", busy)
	silent(t, "a new connection", fresh)
	silent(t, "an ended connection", closing)
	if n := r.bytes(); n != 3 {
		t.Errorf("%d bytes came through", n-3)
	}
	c := cure(t, client)
	if c.Struck != 3 || c.Seen != 4 || c.Bytes != 8 {
		t.Errorf("counted %+v, want 3 of 4 connections struck, 8 bytes", c)
	}
	for what, conn := range map[string]*net.TCPConn{"busy": busy, "fresh": fresh, "closing": closing} {
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: a connection with a gap ended with %v, want a reset", what, err)
		}
	}
	_, err := quiet.Write([]byte("x"))
	must(t, err)
	poll.Until(t, 10*time.Second, "a connection that lost nothing goes on", func() bool { return r.bytes() == 4 })
}

func TestHalfOpen(t *testing.T) {
	t.Parallel()
	for _, direction := range []string{bench.Up, bench.Down} {
		got, speak := make(chan byte, 9), make(chan byte, 9)
		client, address := struck(t, upstream(t, func(c *net.TCPConn) {
			go func() {
				for b := range speak {
					c.Write([]byte{b})
				}
			}()
			for b := make([]byte, 1); ; got <- b[0] {
				if _, err := io.ReadFull(c, b); err != nil {
					return
				}
			}
		}), bench.Fault{})
		conn := dial(t, address)
		_, err := conn.Write([]byte("1"))
		must(t, err)
		<-got
		strikeWith(t, client, bench.Fault{Kind: bench.HalfOpen, Direction: direction})
		_, err = conn.Write([]byte("2"))
		must(t, err)
		speak <- 'x'
		if direction == bench.Up {
			_, err = io.ReadFull(conn, make([]byte, 1))
			must(t, err)
			silent(t, "after the byte that came down", conn)
			if len(got) > 0 {
				t.Error("a byte went up")
			}
		} else {
			if b := <-got; b != '2' {
				t.Errorf("%q went up", b)
			}
			silent(t, "down", conn)
		}
		if c := cure(t, client); c.Struck != 1 || c.Bytes != 1 {
			t.Errorf("%s: counted %+v", direction, c)
		}
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("a connection with a gap ended with %v, want a reset", err)
		}
		close(speak)
	}
}
