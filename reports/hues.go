package reports

import (
	"faultline/bench"
	"faultline/reports/plot"
)

// fixedHues keeps the two architectures that every report has in the colours that readers know.
var fixedHues = map[string]int{"sync": 0, "queue": 1}

// huesOf gives each architecture its hue: the fixed ones first, the others what is left, in order. With more
// architectures than hues they begin again.
func huesOf(archs []bench.Architecture) []plot.Colour {
	taken := map[int]bool{}
	for _, a := range archs {
		if h, ok := fixedHues[a.Name]; ok {
			taken[h] = true
		}
	}
	out := make([]plot.Colour, len(archs))
	next := 0
	for i, a := range archs {
		h, ok := fixedHues[a.Name]
		if !ok {
			for next < len(plot.Hues) && taken[next] {
				next++
			}
			h = next % len(plot.Hues)
			next++
		}
		out[i] = plot.Hues[h]
	}
	return out
}
