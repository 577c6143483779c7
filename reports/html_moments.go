package reports

import (
	"faultline/bench"
	"faultline/reports/plot"
)

// momentFigures draw the p99 over time, a plot a fault: when users felt it, and for how long after.
func momentFigures(r bench.Results, g grid) []faultFigures {
	return eachFault(g, func(f bench.Fault, cells []*cell) []figurePart {
		p := plot.Lines{
			Label: "p99 over time: " + describe(f), Height: 270,
			X: clock(cells), Y: plot.Axis{Log: true, Format: short},
			Band: window(f, cells), Clock: f.Name, Unit: "s", Rules: rules(r.Run.Plan.SLO),
		}
		for i, hue := range huesOf(g.archs) {
			if t := cells[i].median(); t != nil {
				p.Lines = append(p.Lines, momentLines(cells[i], t, hue)...)
			}
		}
		note := binOf(cells) + " of orders by their planned time, every outcome, a time-out with its full wait" + drawnTrials(cells)
		return []figurePart{drawn("p99 over time", note, p.SVG(), cells)}
	})
}

func rules(slo bench.SLO) []plot.Rule {
	var out []plot.Rule
	if slo.Ack > 0 {
		out = append(out, plot.Rule{At: slo.Ack.Seconds(), Label: "SLO answer " + short(slo.Ack.Seconds())})
	}
	if slo.Done > 0 {
		out = append(out, plot.Rule{At: slo.Done.Seconds(), Label: "SLO done " + short(slo.Done.Seconds())})
	}
	return out
}

// momentLines are the answer, solid, and the order done, dashed. Where the answer is the outcome the two
// are one line, unless they came apart.
func momentLines(c *cell, t *bench.Summary, hue plot.Colour) []plot.Line {
	answer := plot.Line{Name: c.arch.Name + " answer", Colour: hue, Points: points(t.Series.AckP99, t.Series.Bin)}
	done := plot.Line{Name: c.arch.Name + " done", Colour: hue, Dash: plot.Dashed, Points: points(t.Series.DoneP99, t.Series.Bin)}
	if c.polls() {
		answer.Name = c.arch.Name + " accepted"
		return []plot.Line{answer, done}
	}
	if alike(t.Series.AckP99, t.Series.DoneP99) {
		answer.Name = c.arch.Name + " answer = done"
		return []plot.Line{answer}
	}
	return []plot.Line{answer, done}
}

// alike is whether two series are within a tenth of each other wherever both have a value.
func alike(a, b []float64) bool {
	for i := range min(len(a), len(b)) {
		if a[i] == bench.EmptyBin || b[i] == bench.EmptyBin {
			continue
		}
		if a[i] < 0 != (b[i] < 0) || a[i] > b[i]*1.1 || b[i] > a[i]*1.1 {
			return false
		}
	}
	return true
}
