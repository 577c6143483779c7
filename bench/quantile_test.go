package bench

import (
	"math"
	"testing"
	"time"
)

// waits are latencies of 1, 2, … n ms, with some that never came.
func waits(n, never int) *latencies {
	var l latencies
	for i := range never {
		l.add(time.Duration(i), Never)
	}
	for i := n; i >= 1; i-- {
		l.add(time.Hour, time.Hour+time.Duration(i)*time.Millisecond)
	}
	return l.sorted()
}

func TestNearestRank(t *testing.T) {
	for _, c := range []struct {
		came, never int
		q           float64
		want        time.Duration // in ms, or Never
	}{
		{0, 0, 0.5, 0},
		{1, 0, 0, 1}, {1, 0, 0.5, 1}, {1, 0, 1, 1},
		{4, 0, 0.5, 2}, {5, 0, 0.5, 3},
		{10, 0, 0.9, 9}, {10, 0, 0.91, 10},
		{100, 0, 0.99, 99}, {99, 0, 0.99, 99}, {101, 0, 0.99, 100}, {1000, 0, 0.99, 990}, {1000, 0, 0.999, 999},
		{0, 1, 0, Never}, {0, 3, 0.5, Never},
		{99, 1, 0.99, 99}, {98, 2, 0.99, Never}, {50, 50, 0.5, 50}, {49, 51, 0.5, Never}, {99, 1, 1, Never},
	} {
		want := c.want
		if want != Never {
			want *= time.Millisecond
		}
		if got := waits(c.came, c.never).at(c.q); got != want {
			t.Errorf("q %g of %d that came and %d that never did: %v, want %v", c.q, c.came, c.never, got, want)
		}
	}
}

// TestRanksAreExact guards against 0.07 × 100 = 7.000000000000001: n·q that is whole is that very rank.
func TestRanksAreExact(t *testing.T) {
	for n := 100; n <= 5000; n += 100 {
		l := waits(n, 0)
		for percent := 1; percent <= 100; percent++ {
			if got, want := l.at(float64(percent)/100), time.Duration(n*percent/100)*time.Millisecond; got != want {
				t.Fatalf("p%d of %d: %v, want %v", percent, n, got, want)
			}
		}
	}
}

func TestQuantiles(t *testing.T) {
	got := waits(90, 10).quantiles()
	want := Quantiles{N: 100, Never: 10, P50: 50 * time.Millisecond, P90: 90 * time.Millisecond, P99: Never, Max: 90 * time.Millisecond}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := (&latencies{}).quantiles(); got != (Quantiles{}) {
		t.Errorf("of nothing: %+v", got)
	}
	if got := waits(0, 2).quantiles(); got.P50 != Never || got.Max != 0 {
		t.Errorf("of orders that never came: %+v", got)
	}
}

func TestCurve(t *testing.T) {
	points := waits(985, 15).curve()
	for i, p := range points {
		if math.IsNaN(p.Q) || math.IsInf(p.Q, 0) || p.Q < 0 || p.Q >= 1 || i > 0 && p.Q <= points[i-1].Q {
			t.Errorf("point %d: q = %g", i, p.Q)
		}
		if infinite := p.Seconds == InfiniteBin; infinite != (p.Q > 0.985) {
			t.Errorf("q = %g: %g s, though 1.5 %% never came", p.Q, p.Seconds)
		}
	}
	if last := points[len(points)-1].Q; last < 0.998 || last > 0.999+1e-9 {
		t.Errorf("1000 orders carry the curve to %g", last)
	}
	if got := (&latencies{}).curve(); len(got) != 0 {
		t.Errorf("a curve of nothing: %v", got)
	}
}

// TestOraclePauseInOrders is oracle 1 of MEASURES as arithmetic: a pause of S in T at a constant rate, counted from
// the planned time, has Qq = S − (1 − q)·T. Counted from the sending, of which there was none, it would not be seen.
func TestOraclePauseInOrders(t *testing.T) {
	const pause, span, rate = 1400 * time.Millisecond, 30 * time.Second, 2000
	begin, end := 10*time.Second, 10*time.Second+pause
	var orders []Order
	for _, at := range Schedule(Load{Rate: rate, Arrivals: Constant}, span, 1) {
		sent := at
		if at >= begin && at < end {
			sent = end // what a blocked generator does
		}
		orders = append(orders, Order{Planned: at, Sent: sent, Acked: sent + time.Millisecond, Done: sent + time.Millisecond, Told: ToldAccepted, Code: 201})
	}
	w := window(orders, 0, span, Defaults().SLO)
	for _, c := range []struct {
		q   float64
		got time.Duration
	}{{0.99, w.Ack.P99}, {0.99, w.Done.P99}} {
		want := pause.Seconds() - (1-c.q)*span.Seconds()
		if got := c.got.Seconds(); got < want-1e-9 || got > 1.05*want {
			t.Errorf("q %g: %.4f s, the oracle says %.2f s to 5 %% above", c.q, got, want)
		}
	}
	if w.Ack.P90 != time.Millisecond || w.Ack.Max != pause+time.Millisecond {
		t.Errorf("p90 %v, max %v: the pause is 4.7 %% of the orders and waits 1.4 s at most", w.Ack.P90, w.Ack.Max)
	}
}
