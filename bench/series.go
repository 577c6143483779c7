package bench

import "time"

// Bins of the plots: at most maxBins, each a multiple of minBin.
const (
	minBin  = 200 * time.Millisecond
	maxBins = 600
	badBin  = time.Second // the scrapes' own step
)

// series lays a trial out over time. It reaches until the last order is settled, at least to the drain.
func series(f Facts, slo time.Duration, slos map[string]time.Duration) Series {
	end := f.Trial.Phases.Drain
	for i := range f.Orders {
		o := &f.Orders[i]
		end = max(end, o.Acked, o.Settled)
	}
	bin := minBin
	for end/bin >= maxBins {
		bin += minBin
	}
	n := int(end/bin) + 1
	s := Series{Bin: bin, BadBin: badBin, Bad: bad(f, slos, end)}
	s.Bad[Client] = badAnswers(f, slo, end)
	ack, done := binned(f.Orders, n, bin), binned(f.Orders, n, bin)
	offered, completed, failed := make([]int, n), make([]int, n), make([]int, n)
	backlog, inFlight := make([]int, n+1), make([]int, n+1)
	at := func(t time.Duration) int { return min(int(t/bin), n-1) }
	for i := range f.Orders {
		o := &f.Orders[i]
		b := at(o.Planned)
		offered[b]++
		if o.Told == ToldUnsent {
			continue
		}
		ack[b].add(o.Planned, o.Acked)
		if o.failed() {
			failed[b]++
		}
		if o.Told != ToldDeclined {
			done[b].add(o.Planned, o.Done)
		}
		if o.Done != Never {
			completed[at(o.Done)]++
		}
		span(inFlight, at(o.Sent), o.Acked, bin, n)
		span(backlog, at(o.Sent), o.end(), bin, n)
	}
	perSecond := 1 / bin.Seconds()
	open, flying := 0, 0
	for i := range n {
		open, flying = open+backlog[i], flying+inFlight[i]
		s.AckP99 = append(s.AckP99, binP99(ack[i]))
		s.DoneP99 = append(s.DoneP99, binP99(done[i]))
		s.Offered = append(s.Offered, float64(offered[i])*perSecond)
		s.Completed = append(s.Completed, float64(completed[i])*perSecond)
		s.Errors = append(s.Errors, binShare(failed[i], len(ack[i].came)+ack[i].never))
		s.Backlog = append(s.Backlog, float64(open))
		s.InFlight = append(s.InFlight, float64(flying))
	}
	return s
}

// binned has room for the waits of the orders planned in each bin.
func binned(orders []Order, n int, bin time.Duration) []latencies {
	counts := make([]int, n)
	for i := range orders {
		counts[min(int(orders[i].Planned/bin), n-1)]++
	}
	bins := make([]latencies, n)
	for i, c := range counts {
		bins[i].came = make([]time.Duration, 0, c)
	}
	return bins
}

// end is when nothing of the order is open for its client any more: settled, or given up.
func (o *Order) end() time.Duration {
	if o.Settled == Never && o.Told == ToldNothing {
		return o.Acked
	}
	return o.Settled
}

// span counts one order as open from a bin until the end of the bin before its end: differences, summed up later.
func span(diff []int, from int, end, bin time.Duration, n int) {
	diff[from]++
	if end != Never {
		diff[min(int(end/bin), n)]--
	}
}

func binP99(l latencies) float64 {
	if len(l.came)+l.never == 0 {
		return EmptyBin
	}
	return secondsOr(l.sorted().at(0.99), InfiniteBin)
}

func binShare(part, whole int) float64 {
	if whole == 0 {
		return EmptyBin
	}
	return share(part, whole)
}

// bad is, for each service and second, the share of calls that failed or were later than its SLO.
func bad(f Facts, slos map[string]time.Duration, end time.Duration) map[string][]float64 {
	n := int(end/badBin) + 1
	lines := map[string][]float64{}
	calls := map[string][]int64{}
	wrong := map[string][]int64{}
	for i := range f.Samples {
		s := &f.Samples[i]
		if calls[s.Service] == nil {
			calls[s.Service], wrong[s.Service] = make([]int64, n), make([]int64, n)
		}
		if i := int((s.From + s.To) / 2 / badBin); i < n {
			all, b := s.bad(slos[s.Service])
			calls[s.Service][i] += all
			wrong[s.Service][i] += b
		}
	}
	for service := range calls {
		for i := range n {
			lines[service] = append(lines[service], binShare(int(wrong[service][i]), int(calls[service][i])))
		}
	}
	return lines
}

// badAnswers is the edge's row: the share of answers, by the second the order was planned in, that failed or were late.
func badAnswers(f Facts, slo, end time.Duration) (line []float64) {
	n := int(end/badBin) + 1
	all, wrong := make([]int, n), make([]int, n)
	for i := range f.Orders {
		o := &f.Orders[i]
		if o.Told == ToldUnsent {
			continue
		}
		bin := min(int(o.Planned/badBin), n-1)
		all[bin]++
		if o.failed() || o.Acked-o.Planned > slo {
			wrong[bin]++
		}
	}
	for i := range n {
		line = append(line, binShare(wrong[i], all[i]))
	}
	return line
}
