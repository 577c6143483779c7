package reports

import (
	"faultline/bench"
	"faultline/reports/plot"
)

// workFigures draw on one clock what was done, what failed and what piled up.
func workFigures(_ bench.Results, g grid) []faultFigures {
	return eachFault(g, func(f bench.Fault, cells []*cell) []figurePart {
		base := plot.Lines{Height: 168, X: clock(cells), Band: window(f, cells), Clock: f.Name}
		base.Band.Label = ""
		return []figurePart{
			perSecond(g, f, cells, base),
			errorShare(g, f, cells, base),
			backlog(g, f, cells, base),
		}
	})
}

func perSecond(g grid, f bench.Fault, cells []*cell, p plot.Lines) figurePart {
	p.Label, p.Unit = "orders per second: "+describe(f), "/s"
	p.Y.Format = func(v float64) string { return significantShort(v) + "/s" }
	p.Lines = offeredLine(cells)
	p.Lines = append(p.Lines, perArch(g, cells, "done", func(s bench.Series) []float64 { return s.Completed })...)
	return drawn("Orders per second", binOf(cells)+"; offered by planned time, done when the client knew"+drawnTrials(cells), p.SVG(), cells)
}

func errorShare(g grid, f bench.Fault, cells []*cell, p plot.Lines) figurePart {
	p.Label, p.Unit = "share of answers that failed: "+describe(f), "%"
	p.Y = plot.Axis{Format: share}
	p.Lines = perArch(g, cells, "errors", func(s bench.Series) []float64 { return s.Errors })
	if peak(p.Lines) < 0.05 {
		p.Y.Max, p.Y.Min = 0.05, 0
	}
	return drawn("Errors", "share of answers that failed or never came, by planned time", p.SVG(), cells)
}

func backlog(g grid, f bench.Fault, cells []*cell, p plot.Lines) figurePart {
	p.Label, p.Unit = "orders sent and not settled: "+describe(f), ""
	p.Y.Format = significantShort
	p.Lines = perArch(g, cells, "backlog", func(s bench.Series) []float64 { return s.Backlog })
	if peak(p.Lines) < 5 {
		p.Y.Max, p.Y.Min = 5, 0
	}
	return drawn("Work in the system", "orders sent and not settled, at the end of each bin", p.SVG(), cells)
}

// perArch is one line an architecture.
func perArch(g grid, cells []*cell, name string, of func(bench.Series) []float64) []plot.Line {
	var lines []plot.Line
	for i, hue := range huesOf(g.archs) {
		if t := cells[i].median(); t != nil {
			lines = append(lines, plot.Line{Name: cells[i].arch.Name + " " + name, Colour: hue, Points: points(of(t.Series), t.Series.Bin)})
		}
	}
	return lines
}

// offeredLine is drawn once: arrivals are the same for every architecture.
func offeredLine(cells []*cell) []plot.Line {
	for _, c := range cells {
		if t := c.median(); t != nil {
			return []plot.Line{{Name: "offered", Colour: plot.Grey, Dash: plot.Dotted, Points: points(t.Series.Offered, t.Series.Bin)}}
		}
	}
	return nil
}

func peak(lines []plot.Line) float64 {
	top := 0.0
	for _, l := range lines {
		for _, p := range l.Points {
			if !p.Gap && !p.Never {
				top = max(top, p.Y)
			}
		}
	}
	return top
}
