package reports

import (
	"fmt"
	"time"

	"faultline/bench"
	"faultline/reports/plot"
)

// mostColumns keeps a cell of the heat map wide enough for its number.
const mostColumns = 36

func heatFigure(f bench.Fault, cells []*cell) figurePart {
	bins, bin := 0, 0.0
	for _, c := range cells {
		if t := c.median(); t != nil {
			bin = max(bin, secondsOf(t.Series.BadBin))
			for _, v := range t.Series.Bad {
				bins = max(bins, len(v))
			}
		}
	}
	step := max(1, (bins+mostColumns-1)/mostColumns)
	columns := (bins + step - 1) / step
	h := plot.Heat{Label: "share of calls failed or late, by service and time: " + describe(f),
		To: float64(columns*step) * bin, X: plot.Axis{Format: short}, Band: window(f, cells)}
	for _, c := range cells {
		h.Rows = append(h.Rows, heatRows(c, columns, step)...)
	}
	note := fmt.Sprintf("Calls failed or later than their SLO, %% per %s; – had no calls", short(float64(step)*bin))
	return drawn("Service by second", note, h.SVG(), cells)
}

func heatRows(c *cell, columns, step int) []plot.HeatRow {
	t := c.median()
	if t == nil {
		return nil
	}
	var rows []plot.HeatRow
	for _, s := range append([]string{bench.Client}, c.arch.Services()...) {
		if v, ok := t.Series.Bad[s]; ok {
			rows = append(rows, plot.HeatRow{Group: c.arch.Name, Name: s, Values: merge(v, columns, step)})
		}
	}
	return rows
}

// merge averages neighbouring bins that have a value; a column without any is empty.
func merge(values []float64, columns, step int) []float64 {
	out := make([]float64, columns)
	for i := range out {
		sum, n := 0.0, 0
		for j := i * step; j < min((i+1)*step, len(values)); j++ {
			if values[j] >= 0 {
				sum, n = sum+values[j], n+1
			}
		}
		out[i] = bench.EmptyBin
		if n > 0 {
			out[i] = sum / float64(n)
		}
	}
	return out
}

func timeFigure(cells []*cell) figurePart {
	b := plot.Bars{Label: "where a call's time went during the fault window",
		Parts: []string{"own work", "waiting for a slot", "waiting for others"}, Format: seconds}
	for _, c := range cells {
		t := c.median()
		if t == nil {
			continue
		}
		for _, s := range t.Services {
			if s.Service == bench.Client {
				continue
			}
			spent := s.Fault.Spent
			row := plot.BarRow{Group: c.arch.Name, Name: s.Service, Parts: []float64{spent.Work + spent.Store, spent.Slot, spent.Waiting()}}
			if s.Fault.Calls == 0 {
				row.Note = "no calls in the fault window"
			}
			b.Rows = append(b.Rows, row)
		}
	}
	return drawn("Where the time went", "a call in the fault window on average, its continuations included", b.SVG(), cells)
}

// secondsOf is a bin's width, one second where none is given.
func secondsOf(bin time.Duration) float64 {
	if bin <= 0 {
		return 1
	}
	return bin.Seconds()
}
