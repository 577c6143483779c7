package reports

import (
	"math"

	"faultline/bench"
	"faultline/reports/plot"
)

// tailFigures draw latency by percentile, the tail stretched: whether it is everyone or the unlucky.
func tailFigures(r bench.Results, g grid) []faultFigures {
	_, control := g.broken()
	return eachFault(g, func(f bench.Fault, cells []*cell) []figurePart {
		p := plot.Lines{
			Label: "latency by percentile: " + describe(f), Height: 290,
			Y: plot.Axis{Log: true, Format: short}, Rules: rules(r.Run.Plan.SLO),
		}
		for i, hue := range huesOf(g.archs) {
			p.Lines = append(p.Lines, tailLines(cells[i], hue, false)...)
			if control != nil && !isControl(f) {
				p.Lines = append(p.Lines, tailLines(g.cell(*control, g.archs[i]), hue, true)...)
			}
		}
		p.X = tailAxis(p.Lines)
		note := "Orders planned in the fault window, every outcome; pale: the control's same span" + drawnTrials(cells)
		return []figurePart{drawn("Latency by percentile", note, p.SVG(), cells)}
	})
}

func tailLines(c *cell, hue plot.Colour, faint bool) []plot.Line {
	t := c.median()
	if t == nil {
		return nil
	}
	answer := plot.Line{Name: c.arch.Name + " answer", Colour: hue, Faint: faint, Points: tailPoints(t.AckCurve)}
	done := plot.Line{Name: c.arch.Name + " done", Colour: hue, Dash: plot.Dashed, Faint: faint, Points: tailPoints(t.DoneCurve)}
	if c.polls() {
		answer.Name = c.arch.Name + " accepted"
	}
	if faint { // the dash says which quantity it is
		answer.Name = c.arch.Name + ", control"
		done.Name = answer.Name
	}
	if c.polls() {
		return []plot.Line{answer, done}
	}
	if alikeCurves(t.AckCurve, t.DoneCurve) {
		return []plot.Line{answer}
	}
	return []plot.Line{answer, done}
}

func alikeCurves(a, b []bench.Point) bool {
	if len(a) != len(b) {
		return false
	}
	var x, y []float64
	for i := range a {
		x, y = append(x, a[i].Seconds), append(y, b[i].Seconds)
	}
	return alike(x, y)
}

// tailMost is the furthest percentile drawn, p99.999: beyond it nothing here has enough orders.
const tailMost = 5.0

// tailPoints stretches q to −log10(1−q): equal steps for p90, p99, p99.9.
func tailPoints(curve []bench.Point) []plot.Point {
	var out []plot.Point
	for _, c := range curve {
		if c.Q < 0 || c.Q >= 1 || math.IsNaN(c.Q) {
			continue
		}
		p := plot.Point{X: min(-math.Log10(1-c.Q), tailMost), Y: c.Seconds}
		p.Never, p.Gap = c.Seconds == bench.InfiniteBin, c.Seconds == bench.EmptyBin
		out = append(out, p)
	}
	return out
}

func tailAxis(lines []plot.Line) plot.Axis {
	end := 2.0
	for _, l := range lines {
		for _, p := range l.Points {
			end = max(end, p.X)
		}
	}
	a := plot.Axis{Max: end, Grid: true}
	for _, t := range []plot.Tick{{At: 0, Label: "p0"}, {At: -math.Log10(0.5), Label: "p50"}, {At: 1, Label: "p90"},
		{At: 2, Label: "p99"}, {At: 3, Label: "p99.9"}, {At: 4, Label: "p99.99"}, {At: 5, Label: "p99.999"}} {
		if t.At <= end+1e-9 {
			a.Ticks = append(a.Ticks, t)
		}
	}
	return a
}
