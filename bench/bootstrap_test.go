package bench

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestIntervalsHoldTheTruth makes up trials of 200 orders whose answers take as long as chance has it, and 200 ms longer under the
// fault: of two random samples that differ by the injected latency, the coupling is 1, and 19 of 20 intervals must say so.
func TestIntervalsHoldTheTruth(t *testing.T) {
	const trials, orders, gap, delay = 200, 200, 20 * time.Millisecond, 200 * time.Millisecond
	random := rand.New(rand.NewPCG(1, 2))
	in := injection{latency: delay, noOutage: "none", upto: orders * gap}
	sample := func(more time.Duration) Facts {
		var f Facts
		for i := range orders {
			at := time.Duration(i) * gap
			done := at + more + time.Duration(random.ExpFloat64()*float64(20*time.Millisecond))
			f.Orders = append(f.Orders, Order{Seq: i, Planned: at, Acked: done, Done: done, Settled: done, Code: 201, Told: ToldAccepted})
		}
		return f
	}
	holds := func(e Effect) bool { return e.How == ByBootstrap && e.Low <= 1 && 1 <= e.High }
	p50, p99 := 0, 0
	for range trials {
		f, control := sample(delay), sample(0)
		w, calm := window(f.Orders, 0, in.upto, Defaults().SLO), window(control.Orders, 0, in.upto, Defaults().SLO)
		edge := []Cell{edgeCell(AtAnswer, in, edgeSide{w.Ack, 0}, edgeSide{calm.Ack, 0}), edgeCell(AtDone, in, edgeSide{w.Done, 0}, edgeSide{calm.Done, 0})}
		resampled(f, control, Defaults().SLO, in, edge)
		for e := range edge {
			if holds(edge[e].P50) {
				p50++
			}
			if holds(edge[e].P99) {
				p99++
			}
		}
	}
	for name, n := range map[string]int{"p50": p50, "p99": p99} {
		if 20*n < 19*2*trials {
			t.Errorf("%s: %d of %d intervals hold the truth, want 19 of 20", name, n, 2*trials)
		}
	}
}
