package bench

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

// Answers that tests are made of, planned at 0; at moves one.
var (
	quick    = Order{Acked: 10 * time.Millisecond, Done: 20 * time.Millisecond, Settled: 20 * time.Millisecond, Told: ToldAccepted, Code: 201}
	tardy    = Order{Acked: 600 * time.Millisecond, Done: 3 * time.Second, Settled: 3 * time.Second, Told: ToldAccepted, Code: 201}
	stuck    = Order{Acked: 10 * time.Millisecond, Done: Never, Settled: Never, Told: ToldAccepted, Code: 202}
	declined = Order{Acked: 10 * time.Millisecond, Done: Never, Settled: 10 * time.Millisecond, Told: ToldDeclined, Code: 402}
	timedOut = Order{Acked: 10 * time.Second, Done: Never, Settled: Never, Told: ToldNothing, Error: WordOf("timeout")}
	refused  = Order{Acked: time.Millisecond, Done: Never, Settled: time.Millisecond, Told: ToldFailed, Error: WordOf("connection refused")}
	broken   = Order{Acked: 10 * time.Millisecond, Done: Never, Settled: 10 * time.Millisecond, Told: ToldFailed, Code: 503}
	unsent   = Order{Sent: Never, Acked: Never, Done: Never, Settled: Never, Told: ToldUnsent}
	// cancelled was accepted, and given up later: its answer was no failure, its completion is.
	cancelled = Order{Acked: 10 * time.Millisecond, Done: Never, Settled: time.Second, Told: ToldFailed, Code: 202, Status: WordOf("cancelled")}
)

// at is an order like o, planned and sent at a moment.
func (o Order) at(moment time.Duration) Order {
	o.Planned += moment
	for _, t := range []*time.Duration{&o.Sent, &o.Acked, &o.Done, &o.Settled} {
		if *t != Never {
			*t += moment
		}
	}
	return o
}

// times is n orders like o, evenly from a moment on, before another.
func (o Order) times(n int, from, to time.Duration) (orders []Order) {
	for i := range n {
		orders = append(orders, o.at(from+(to-from)*time.Duration(i)/time.Duration(n)))
	}
	return orders
}

func TestWindow(t *testing.T) {
	slo := Defaults().SLO
	for _, c := range []struct {
		name   string
		orders []Order
		check  func(w Window) bool
	}{
		{"a quick order is good", []Order{quick}, func(w Window) bool {
			return w.Offered == 1 && w.Goodput == 1 && w.Throughput == 1 && w.Errors == 0 && w.LateAcks == 0 && w.LateDone == 0
		}},
		{"a late one is done and not good", []Order{tardy}, func(w Window) bool {
			return w.Goodput == 0 && w.Errors == 0 && w.LateAcks == 1 && w.LateDone == 1 && w.Done.P50 == 3*time.Second
		}},
		{"at the SLO is not late", []Order{{Acked: slo.Ack, Done: slo.Done, Told: ToldAccepted, Code: 201}}, func(w Window) bool {
			return w.Goodput == 1 && w.LateAcks == 0 && w.LateDone == 0
		}},
		{"declined is answered, and nothing is to be done", []Order{declined, quick}, func(w Window) bool {
			return w.Offered == 2 && w.Ack.N == 2 && w.Done.N == 1 && w.Done.Never == 0 && w.Errors == 0 && w.LateDone == 0
		}},
		{"a time-out counts its full wait", []Order{timedOut}, func(w Window) bool {
			return w.Ack.N == 1 && w.Ack.P99 == 10*time.Second && w.Errors == 1 && w.LateAcks == 1 && w.Done.P99 == Never && w.LateDone == 1
		}},
		{"a quick refusal is a failure", []Order{refused, broken}, func(w Window) bool {
			return w.Errors == 1 && w.LateAcks == 1 && w.Done.Never == 2 && w.Ack.P50 == time.Millisecond
		}},
		{"accepted and never done is infinite", []Order{quick, stuck}, func(w Window) bool {
			return w.Errors == 0 && w.Done.P50 == 20*time.Millisecond && w.Done.P99 == Never && w.LateDone == 0.5
		}},
		{"accepted and cancelled later: answered well, never done", []Order{cancelled}, func(w Window) bool {
			return w.Errors == 0 && w.LateAcks == 0 && w.Done.Never == 1 && w.LateDone == 1
		}},
		{"unsent was not offered", []Order{unsent, quick}, func(w Window) bool { return w.Offered == 1 && w.Ack.N == 1 && w.Done.N == 1 }},
		{"sent late counts from the plan", []Order{{Sent: 600 * time.Millisecond, Acked: 610 * time.Millisecond, Done: 2100 * time.Millisecond, Told: ToldAccepted, Code: 201}},
			func(w Window) bool {
				return w.Ack.P50 == 610*time.Millisecond && w.Done.P50 == 2100*time.Millisecond && w.LateAcks == 1 && w.LateDone == 1
			}},
		{"planned before is not of this window, done in it is of its throughput", []Order{quick.at(-15 * time.Millisecond)}, func(w Window) bool {
			return w.Offered == 0 && w.Throughput == 1 && w.Goodput == 0
		}},
		{"done after is good for the order, not for the throughput", []Order{quick.at(990 * time.Millisecond)}, func(w Window) bool {
			return w.Offered == 1 && w.Throughput == 0 && w.Goodput == 1
		}},
		{"planned at the end is of the next", []Order{quick.at(time.Second)}, func(w Window) bool { return w.Offered == 0 }},
		{"nothing", nil, func(w Window) bool { return w == Window{To: time.Second} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if w := window(c.orders, 0, time.Second, slo); !c.check(w) {
				t.Errorf("%+v", w)
			}
		})
	}
}

func TestWindowsPartTheTrial(t *testing.T) {
	p := Defaults().Windows.Phases()
	f := Facts{Trial: TrialHeader{Phases: p}, Orders: quick.times(1740, 0, p.Drain)}
	w := windows(f, Defaults().SLO)
	if sum := w.Baseline.Offered + w.Fault.Offered + w.Recovery.Offered; sum != w.All.Offered || w.All.Offered >= len(f.Orders) {
		t.Errorf("%d + %d + %d orders are not %d; warm-up is in none", w.Baseline.Offered, w.Fault.Offered, w.Recovery.Offered, w.All.Offered)
	}
	if math.Abs(w.Fault.Goodput-100) > 1 || math.Abs(w.All.Throughput-100) > 1 {
		t.Errorf("goodput %g, throughput %g of 100/s", w.Fault.Goodput, w.All.Throughput)
	}
}

// TestWindowWithoutLength is what a header without phases gives: figures that JSON can write.
func TestWindowWithoutLength(t *testing.T) {
	w := window([]Order{quick}, 0, 0, SLO{})
	if _, err := json.Marshal(w); err != nil {
		t.Errorf("%+v: %v", w, err)
	}
}

func TestCurvesAreOfTheFault(t *testing.T) {
	p := Phases{Baseline: time.Second, Fault: 2 * time.Second, Recovery: 3 * time.Second, Drain: 4 * time.Second}
	f := Facts{Trial: TrialHeader{Phases: p}, Orders: append(timedOut.times(500, 0, 2*time.Second), quick.times(200, 2*time.Second, 3*time.Second)...)}
	f.Orders = append(f.Orders, declined.times(50, 2*time.Second, 3*time.Second)...)
	ack, done := curves(f)
	if ack[0].Seconds != 0.01 || done[0].Seconds != 0.02 || ack[len(ack)-1].Seconds != 0.01 || done[len(done)-1].Seconds != 0.02 {
		t.Errorf("answers %v, completions %v", ack, done)
	}
	if len(ack) <= len(done) {
		t.Errorf("%d and %d points: declined orders carry the answers' curve further", len(ack), len(done))
	}
}
