package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// A block bootstrap: orders planned near each other share their luck, so whole blocks of them are drawn, again and again, and
// from fault and control the same ones, which share their arrivals.
const (
	leastBlock  = 250 * time.Millisecond // longer than orders in a calm system know of each other
	mostBlocks  = 100
	fewBlocks   = 8 // with fewer there is no interval
	replicates  = 200
	waitGrowth  = 1.01 // of the classes that waits are counted in
	waitLeast   = 50e-6
	waitClasses = 1700 // up to 1000 s
)

// waitCounts counts waits, the last class those that never came, and how many orders were bad.
type waitCounts struct {
	classes []uint32
	bad     uint32
}

// A waitBlock is the counts of a block: of its classes that have any.
type waitBlock struct {
	classes []classCount
	bad     uint32
}

type classCount struct {
	class uint16
	n     uint32
}

func (w *waitCounts) block() waitBlock {
	b := waitBlock{bad: w.bad}
	for c, n := range w.classes {
		if n > 0 {
			b.classes = append(b.classes, classCount{uint16(c), n})
		}
	}
	return b
}

func newWaitCounts() waitCounts { return waitCounts{classes: make([]uint32, waitClasses+1)} }

func (w *waitCounts) add(planned, moment time.Duration, bad bool) {
	class := waitClasses
	if moment != Never {
		at := math.Log(max((moment-planned).Seconds(), waitLeast)/waitLeast) / math.Log(waitGrowth)
		class = min(int(at), waitClasses-1)
	}
	w.classes[class]++
	if bad {
		w.bad++
	}
}

// sum makes w the sum of blocks, each as often as it was drawn.
func (w *waitCounts) sum(blocks []waitBlock, drawn []uint32) {
	clear(w.classes)
	w.bad = 0
	for i, times := range drawn {
		if times == 0 {
			continue
		}
		for _, c := range blocks[i].classes {
			w.classes[c.class] += times * c.n
		}
		w.bad += times * blocks[i].bad
	}
}

func (w *waitCounts) count() (n uint32) {
	for _, c := range w.classes {
		n += c
	}
	return n
}

// at is a quantile by nearest rank, in the middle of its class.
func (w *waitCounts) at(q float64) time.Duration {
	rank := max(1, int64(math.Ceil(q*float64(w.count())-1e-9)))
	for c, n := range w.classes[:waitClasses] {
		if rank -= int64(n); rank <= 0 {
			return time.Duration(waitLeast * math.Pow(waitGrowth, float64(c)+0.5) * float64(time.Second))
		}
	}
	return Never
}

func (w *waitCounts) share() float64 { return float64(w.bad) / float64(max(1, w.count())) }

// A edgeBlocks are the waits of a trial's window by block: of answers, and of completions.
type edgeBlocks [2][]waitBlock

func newEdgeBlocks(orders []Order, from, to, size time.Duration, slo SLO) (b edgeBlocks) {
	n := int((to - from) / size)
	var counts [2][]waitCounts
	for e := range counts {
		for range n {
			counts[e] = append(counts[e], newWaitCounts())
		}
	}
	for j := range orders {
		o := &orders[j]
		if o.Planned < from || o.Planned >= to || o.Told == ToldUnsent {
			continue
		}
		i := min(int((o.Planned-from)/size), n-1)
		counts[0][i].add(o.Planned, o.Acked, o.failed() || o.Acked-o.Planned > slo.Ack)
		if o.Told != ToldDeclined {
			counts[1][i].add(o.Planned, o.Done, !o.good(slo))
		}
	}
	for e := range counts {
		for i := range counts[e] {
			b[e] = append(b[e], counts[e][i].block())
		}
	}
	return b
}

// resampled gives the cells of the edge, answers first, the intervals of a block bootstrap; the same facts get the same.
func resampled(f, control Facts, slo SLO, in injection, edge []Cell) {
	size := max(leastBlock, (in.upto-in.from)/mostBlocks)
	blocks := int((in.upto - in.from) / size)
	if blocks < fewBlocks {
		return
	}
	fault, calm := newEdgeBlocks(f.Orders, in.from, in.upto, size, slo), newEdgeBlocks(control.Orders, in.from, in.upto, size, slo)
	random := rand.New(rand.NewPCG(f.Trial.Seed, uint64(f.Trial.Repeat)))
	drawn := make([]uint32, blocks)
	x, y := newWaitCounts(), newWaitCounts()
	var seen [2]draws
	for range replicates {
		clear(drawn)
		for range blocks {
			drawn[random.IntN(blocks)]++
		}
		for e := range edge[:2] {
			x.sum(fault[e], drawn)
			y.sum(calm[e], drawn)
			seen[e].add(in, x, y)
		}
	}
	now, then := waitsOf(f.Orders, in.from, in.upto), waitsOf(control.Orders, in.from, in.upto)
	for e := range seen {
		seen[e].bound(&edge[e])
	}
	edge[0].P99.reach(in, now.ack, then.ack)
	edge[1].P99.reach(in, now.done, then.done)
}

// reach widens the interval of a p99's coupling to what the ranks of both quantiles say. A p99 rests on a few orders: drawing these
// again and again does not tell what others would have been.
func (e *Effect) reach(in injection, fault, calm latencies) {
	if e.How == "" {
		return
	}
	least, most := fault.around(0.99)
	calmLeast, calmMost := calm.around(0.99)
	if most == Never || calmMost == Never {
		*e = exactly(e.Value)
		return
	}
	e.Low, e.High = min(e.Low, in.kappaL(least, calmMost).Value), max(e.High, in.kappaL(most, calmLeast).Value)
}

// draws are the figures of every replicate.
type draws struct{ propagation, p50, p99, availability []float64 }

func (d *draws) add(in injection, fault, calm waitCounts) {
	d.propagation = append(d.propagation, propagated(fault.share(), calm.share()))
	if in.noLatency == "" {
		d.p50 = append(d.p50, kappaOf(in.kappaL(fault.at(0.5), calm.at(0.5))))
		d.p99 = append(d.p99, kappaOf(in.kappaL(fault.at(0.99), calm.at(0.99))))
	}
	if in.noOutage == "" {
		d.availability = append(d.availability, kappaA(fault.share(), calm.share(), in.outage))
	}
}

// kappaOf is an effect's value, infinite where it never came.
func kappaOf(e Effect) float64 {
	if e.Infinite || e.Missing != "" {
		return math.Inf(1)
	}
	return e.Value
}

func (d *draws) bound(c *Cell) {
	for _, b := range []struct {
		of    *Effect
		drawn []float64
	}{{&c.Propagation, d.propagation}, {&c.P50, d.p50}, {&c.P99, d.p99}, {&c.Availability, d.availability}} {
		b.of.bound(b.drawn)
	}
}

// bound takes the middle 95 % of what was drawn for the interval; the value itself is always in it.
func (e *Effect) bound(drawn []float64) {
	if e.Missing != "" || e.Infinite || len(drawn) == 0 {
		return
	}
	slices.Sort(drawn)
	low, high := drawn[len(drawn)*25/1000], drawn[len(drawn)-1-len(drawn)*25/1000]
	if math.IsInf(high, 1) {
		return // it may be infinite: an interval that ends nowhere is none
	}
	e.Low, e.High, e.How = min(e.Value, low), max(e.Value, high), ByBootstrap
}
