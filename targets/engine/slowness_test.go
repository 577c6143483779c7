package engine

import (
	"math"
	"testing"
	"time"
)

// TestSlownessFades: what is added falls evenly from all to nothing.
func TestSlownessFades(t *testing.T) {
	const own = 20 * time.Millisecond
	began := time.Now()
	for _, c := range []struct {
		name  string
		s     Slowness
		after time.Duration
		want  time.Duration
	}{
		{"none", Slowness{}, 0, 0},
		{"a delay", Slowness{Delay: 200 * time.Millisecond}, time.Hour, 200 * time.Millisecond},
		{"a factor", Slowness{Factor: 3}, 0, 40 * time.Millisecond},
		{"both", Slowness{Factor: 2, Delay: 10 * time.Millisecond}, 0, 30 * time.Millisecond},
		{"fading, at first", Slowness{Factor: 6, Fades: 4 * time.Second}, 0, 100 * time.Millisecond},
		{"fading, a quarter gone", Slowness{Factor: 6, Fades: 4 * time.Second}, time.Second, 75 * time.Millisecond},
		{"faded", Slowness{Factor: 6, Fades: 4 * time.Second}, 5 * time.Second, 0},
	} {
		c.s.began = began
		if got := c.s.extra(own, began.Add(c.after), 1.5); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestSlownessIsSpread: the delays that are added have the mean and the coefficient of variation that were asked for, and
// the service's own times are what they were.
func TestSlownessIsSpread(t *testing.T) {
	e, undisturbed := newEngine(t, payment), newEngine(t, payment)
	must(t, e.Slow(Slowness{Delay: 200 * time.Millisecond, Spread: 0.5}))
	const n = 20000
	var sum, squares float64
	for i := range uint64(n) {
		own, extra := e.serviceTimes(i, time.Now())
		if was, _ := undisturbed.serviceTimes(i, time.Now()); own != was {
			t.Fatalf("its own time was %v and is %v", was, own)
		}
		sum, squares = sum+extra.Seconds(), squares+extra.Seconds()*extra.Seconds()
	}
	mean := sum / n
	cv := math.Sqrt(squares/n-mean*mean) / mean
	if math.Abs(mean-0.2) > 0.2*0.02 || math.Abs(cv-0.5) > 0.5*0.05 {
		t.Errorf("mean %.4f s, coefficient of variation %.3f, want 0.2 and 0.5", mean, cv)
	}
}

func TestSlownessOutOfRange(t *testing.T) {
	e := newEngine(t, payment)
	for _, s := range []Slowness{{Delay: -1}, {Fades: -1}, {Spread: 4}, {Spread: math.NaN()}, {Factor: 0.5}, {Factor: math.Inf(1)}} {
		if e.Slow(s) == nil {
			t.Errorf("%+v was taken", s)
		}
	}
}
