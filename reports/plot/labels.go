package plot

import "sort"

// labelGap is between the baselines of labels, and labelRunes what fits into the right margin.
const (
	labelGap   = 15.0
	labelRunes = 26
)

// A name is what stands at the right end of a line or a rule, with a stroke of it.
type name struct {
	text   string
	paint  string
	ink    Colour
	x, y   float64 // where the line ends
	dashed Dash
}

// names are the labels of all lines that have a value, and of the rules.
func (p Lines) names(f frame) []name {
	var out []name
	for _, l := range p.Lines {
		if x, y, ok := f.last(l.Points); ok {
			out = append(out, name{l.Name, stroke(l.Colour) + faint(l.Faint) + ` stroke-width="2"`, Ink, x, y, l.Dash})
		}
	}
	for _, r := range p.Rules {
		out = append(out, name{r.Label, stroke(Grey) + ` stroke-width="1.2"`, Soft, f.right, f.y.place(r.At, f.bottom, f.top), ruleDash})
	}
	return out
}

// drawLabels writes the names beside where their lines end, with a thin leader from there.
func (f frame) drawLabels(s *svg, names []name) {
	ends := make([]float64, len(names))
	for i, n := range names {
		ends[i] = n.y
	}
	at := apart(ends, labelGap, bandRow+4, f.bottom)
	for i, n := range names {
		x := f.right + 14
		s.add(`<path d="M%s %sH%sL%s %s" fill="none" %s stroke-width="1"/>`,
			num(n.x+3), num(n.y), num(f.right+1), num(x-2), num(at[i]), stroke(Grid))
		s.add(`<path d="M%s %sH%s" %s%s/>`, num(x), num(at[i]), num(x+16), n.paint, dash(n.dashed))
		s.text(x+21, at[i]+4, "start", fill(n.ink), clip(n.text, labelRunes))
	}
}

// last is where a line's last value stands.
func (f frame) last(points []Point) (x, y float64, ok bool) {
	for i := len(points) - 1; i >= 0; i-- {
		if pt := points[i]; !pt.Gap && (pt.Never || finite(pt.Y)) {
			x, y = f.at(pt)
			return x, y, true
		}
	}
	return 0, 0, false
}

// apart moves positions as little as it can so that neighbours are at least gap from each other and all
// stay between top and bottom; what does not fit is squeezed evenly. The order of positions is kept.
func apart(at []float64, gap, top, bottom float64) []float64 {
	order := make([]int, len(at))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return at[order[i]] < at[order[j]] })
	if n := len(at); n > 1 {
		gap = min(gap, (bottom-top)/float64(n-1))
	}
	out := make([]float64, len(at))
	last := top - gap
	for _, i := range order {
		out[i] = max(at[i], last+gap)
		last = out[i]
	}
	limit := bottom
	for k := len(order) - 1; k >= 0; k-- {
		i := order[k]
		out[i] = min(out[i], limit)
		limit = out[i] - gap
	}
	return centre(out, at, order, gap, top)
}

// centre moves each cluster of touching labels back over the mean of where its lines end.
func centre(out, at []float64, order []int, gap, top float64) []float64 {
	floor := top
	for k := 0; k < len(order); {
		end, shift := k, 0.0
		for end < len(order) && (end == k || out[order[end]]-out[order[end-1]] < gap+0.01) {
			shift += out[order[end]] - at[order[end]]
			end++
		}
		shift = min(max(shift/float64(end-k), 0), max(out[order[k]]-floor, 0))
		for _, i := range order[k:end] {
			out[i] -= shift
		}
		floor = out[order[end-1]] + gap
		k = end
	}
	return out
}
