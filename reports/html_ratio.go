package reports

import (
	"html/template"
	"math"
	"strings"

	"faultline/bench"
	"faultline/reports/plot"
)

// evenRatio is the ratio up to which two figures count as alike: bench names no best below it either.
const evenRatio = 3.0

// reachOf is how far from 1 the dots' common axis goes.
func reachOf(r bench.Results, g grid) float64 {
	reach := 10.0
	for _, f := range g.faults {
		for _, c := range comparisons(r, g, f) {
			for _, a := range g.archs {
				if q := relative(g, c, a); q > 0 && !math.IsInf(q, 0) {
					reach = max(reach, q, 1/q)
				}
			}
		}
	}
	return min(math.Pow(10, math.Ceil(math.Log10(reach)-1e-9)), 1e6)
}

// relative is an architecture's figure over the first one's, turned so that below 1 is better than it;
// NaN where it can't be formed.
func relative(g grid, c bench.Comparison, a bench.Architecture) float64 {
	first, own := c.Values[g.archs[0].Name], c.Values[a.Name]
	if first.N == 0 || own.N == 0 {
		return math.NaN()
	}
	return over(own.Value, first.Value, c.Lower)
}

// over is a ÷ b, or b ÷ a where higher is better; negative values are infinite.
func over(a, b float64, lower bool) float64 {
	if !lower {
		a, b = b, a
	}
	switch {
	case a < 0 && b < 0:
		return math.NaN()
	case a < 0:
		return math.Inf(1)
	case b < 0:
		return 0
	case a == b:
		return 1
	case b == 0:
		return math.Inf(1)
	}
	return a / b
}

// ratioDots draws each architecture after the first against it.
func ratioDots(g grid, c bench.Comparison, reach float64, text string) template.HTML {
	d := plot.Dots{Label: c.Measure + ": " + text, Reach: reach, Even: evenRatio}
	first := c.Values[g.archs[0].Name]
	hues := huesOf(g.archs)
	for i, a := range g.archs[1:] {
		own := c.Values[a.Name]
		dot := plot.Dot{Ratio: relative(g, c, a), Colour: hues[i+1]}
		if own.N > 1 && first.N > 1 && own.Low > 0 && first.Low > 0 && own.High > 0 && first.High > 0 {
			dot.Low, dot.High = over(own.Low, first.High, c.Lower), over(own.High, first.Low, c.Lower)
			dot.Low, dot.High = min(dot.Low, dot.High), max(dot.Low, dot.High)
		}
		if len(g.archs) == 2 && dot.Ratio > 1 {
			dot.Colour = hues[0]
		}
		if dot.Ratio <= evenRatio && dot.Ratio >= 1/evenRatio {
			dot.Colour = plot.Grey
		}
		d.Dots = append(d.Dots, dot)
	}
	return d.SVG()
}

// ratioText puts the difference into words: of two architectures the second against the first, of more
// the best against the worst. soft is whether it is too small to matter.
func ratioText(g grid, c bench.Comparison) (text string, soft bool) {
	if len(g.archs) > 2 {
		switch {
		case c.Best == "":
			return "no clear best", true
		case c.Ratio == 0:
			return "far apart", false // a ratio to never, or to nothing
		}
		return times(c.Ratio) + " apart", false
	}
	a, b := c.Values[g.archs[0].Name], c.Values[g.archs[1].Name]
	q := over(b.Value, a.Value, true)
	switch {
	case a.N == 0 || b.N == 0:
		return "–", true
	case math.IsNaN(q):
		return "both " + figure(a, a.Value, c), true
	case a.Value < 0:
		return g.archs[0].Name + " " + figure(a, a.Value, c), false
	case b.Value < 0:
		return g.archs[1].Name + " " + figure(b, b.Value, c), false
	case math.Abs(q-1) < 0.005:
		return "same", true
	case q == 0 || math.IsInf(q, 0):
		difference := inUnit(math.Abs(b.Value-a.Value), c.Unit)
		return strings.Replace(difference, " %", " points", 1) + direction(b.Value > a.Value), false
	}
	return times(max(q, 1/q)) + direction(q > 1), q <= evenRatio && q >= 1/evenRatio
}

func direction(higher bool) string {
	if higher {
		return " higher"
	}
	return " lower"
}
