package reports

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"faultline/bench"
)

// A madeOrder is one order of a simulated trial, in seconds on its clock.
type madeOrder struct {
	planned, ack, done float64
	wait, work         float64 // at risk
	declined, failed   bool
}

// The synthetic trial is the headline case of MEASURES: 100 orders/s, risk with 8 slots of 20 ms that
// work 200 ms longer from 6 s to 10.4 s.
const (
	madeRate  = 100.0
	madeSlots = 8
	madeEnd   = 17.4
)

var madePhases = bench.Phases{Baseline: 2 * time.Second, Fault: 6 * time.Second, Recovery: 10400 * time.Millisecond,
	Drain: 17400 * time.Millisecond, End: 47400 * time.Millisecond}

// simulate runs Poisson arrivals through risk's pool, first come first served.
func simulate(arch bench.Architecture, fault bench.Fault, seed uint64) []madeOrder {
	rng := rand.New(rand.NewPCG(seed, 1))
	free := make([]float64, madeSlots)
	var orders []madeOrder
	for at := rng.ExpFloat64() / madeRate; at < madeEnd; at += rng.ExpFloat64() / madeRate {
		slices.Sort(free)
		start := max(at+0.012+0.002*rng.Float64(), free[0])
		work := 0.020 * (0.9 + 0.2*rng.Float64())
		if start >= madePhases.Fault.Seconds() && start < madePhases.Recovery.Seconds() {
			work += fault.Delay.Seconds()
		}
		free[0] = start + work
		o := madeOrder{planned: at, wait: start - at - 0.012, work: work, declined: rng.Float64() < 0.01}
		o.done = free[0] + 0.008 + 0.004*rng.Float64()
		o.ack = o.done
		if arch.ClientLink() == bench.Poll {
			o.ack = at + 0.005 + 0.002*rng.ExpFloat64()
			o.done += 0.004 + 0.03*rng.Float64()
		}
		o.failed = arch.ClientLink() == bench.Wait && o.ack-at > 2.75
		orders = append(orders, o)
	}
	return orders
}

// between are the orders planned in a span.
func between(orders []madeOrder, from, to float64) []madeOrder {
	var in []madeOrder
	for _, o := range orders {
		if o.planned >= from && o.planned < to {
			in = append(in, o)
		}
	}
	return in
}

func (o madeOrder) ackLatency() float64 { return o.ack - o.planned }

// doneLatency is infinite for an order that failed.
func (o madeOrder) doneLatency() float64 {
	if o.failed {
		return math.Inf(1)
	}
	return o.done - o.planned
}

func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	sort.Float64s(v)
	return v[min(max(int(math.Ceil(q*float64(len(v))))-1, 0), len(v)-1)]
}

func latencies(orders []madeOrder, of func(madeOrder) float64) []float64 {
	v := make([]float64, len(orders))
	for i, o := range orders {
		v[i] = of(o)
	}
	return v
}

func asDuration(v float64) time.Duration {
	if math.IsInf(v, 1) {
		return bench.Never
	}
	return time.Duration(v * 1e9)
}

func quantilesOf(v []float64) bench.Quantiles {
	q := bench.Quantiles{N: len(v), P50: asDuration(quantile(v, 0.5)), P90: asDuration(quantile(v, 0.9)), P99: asDuration(quantile(v, 0.99))}
	for _, x := range v {
		if math.IsInf(x, 1) {
			q.Never++
		} else {
			q.Max = max(q.Max, asDuration(x))
		}
	}
	return q
}

func windowOf(all []madeOrder, from, to time.Duration) bench.Window {
	orders := between(all, from.Seconds(), to.Seconds())
	w := bench.Window{From: from, To: to, Offered: len(orders),
		Ack: quantilesOf(latencies(orders, madeOrder.ackLatency)), Done: quantilesOf(latencies(orders, madeOrder.doneLatency))}
	if len(orders) == 0 {
		return w
	}
	n, span := float64(len(orders)), (to - from).Seconds()
	for _, o := range orders {
		if o.failed {
			w.Errors += 1 / n
		}
		if o.failed || o.ackLatency() > 0.5 {
			w.LateAcks += 1 / n
		}
		if o.doneLatency() > 2 {
			w.LateDone += 1 / n
		} else {
			w.Goodput += 1 / span
		}
	}
	for _, o := range all {
		if !o.failed && o.done >= from.Seconds() && o.done < to.Seconds() {
			w.Throughput += 1 / span
		}
	}
	return w
}

// madeBin is the bin of the series.
const madeBin = 0.2

func seriesOf(orders []madeOrder) bench.Series {
	s := bench.Series{Bin: 200 * time.Millisecond, BadBin: time.Second, Bad: map[string][]float64{}}
	for from := 0.0; from < 19; from += madeBin {
		in := between(orders, from, from+madeBin)
		ack, done, errs := bench.EmptyBin, bench.EmptyBin, bench.EmptyBin
		if len(in) > 0 {
			ack = marker(quantile(latencies(in, madeOrder.ackLatency), 0.99))
			done = marker(quantile(latencies(in, madeOrder.doneLatency), 0.99))
			errs = 0
		}
		var completed, backlog, flying float64
		for _, o := range orders {
			if !o.failed && o.done >= from && o.done < from+madeBin {
				completed += 1 / madeBin
			}
			if o.planned < from+madeBin && o.done >= from+madeBin {
				backlog++
			}
			if o.planned < from+madeBin && o.ack >= from+madeBin {
				flying++
			}
		}
		for _, o := range in {
			if o.failed {
				errs += 1 / float64(len(in))
			}
		}
		s.AckP99, s.DoneP99, s.Errors = append(s.AckP99, ack), append(s.DoneP99, done), append(s.Errors, errs)
		s.Offered, s.Completed = append(s.Offered, float64(len(in))/madeBin), append(s.Completed, completed)
		s.Backlog, s.InFlight = append(s.Backlog, backlog), append(s.InFlight, flying)
	}
	return s
}

func marker(v float64) float64 {
	if math.IsInf(v, 1) {
		return bench.InfiniteBin
	}
	return v
}

func curveOf(v []float64) []bench.Point {
	var out []bench.Point
	for x := 0.0; x <= 3.01; x += 0.05 {
		q := 1 - math.Pow(10, -x)
		out = append(out, bench.Point{Q: q, Seconds: marker(quantile(v, q))})
	}
	return out
}
