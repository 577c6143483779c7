package reports

import (
	"html/template"
	"strings"
	"time"

	"faultline/bench"
	"faultline/reports/plot"
)

// faultFigures are the figures of one part under one fault.
type faultFigures struct {
	Fault, About string
	Folded       bool // the control, where there are faults to look at
	Figures      []figurePart
}

// A figurePart is a drawing with its caption, or why there is none.
type figurePart struct {
	Title, Note, Empty string
	SVG                template.HTML
}

// eachFault makes the figures of every fault; those of the control come last and folded.
func eachFault(g grid, figures func(f bench.Fault, cells []*cell) []figurePart) []faultFigures {
	var out []faultFigures
	broken, control := g.broken()
	for _, f := range broken {
		out = append(out, faultFigures{f.Name, describe(f), false, figures(f, g.row(f))})
	}
	if control != nil {
		out = append(out, faultFigures{control.Name, describe(*control), len(broken) > 0, figures(*control, g.row(*control))})
	}
	return out
}

// drawn is a figure, or in its place why it is empty.
func drawn(title, note string, svg template.HTML, cells []*cell) figurePart {
	f := figurePart{Title: title, Note: note, SVG: svg}
	if left := leftOut(cells); left != "" {
		f.Note = strings.TrimPrefix(f.Note+". Left out: "+left, ". ")
	}
	if svg == "" {
		f.Note, f.Empty = "", "Nothing to draw: "+emptyBecause(cells)
	}
	return f
}

// leftOut names the cells that a figure can't show; "" if it shows some of all.
func leftOut(cells []*cell) string {
	var out []string
	for _, c := range cells {
		if why := c.missing(); why != "" {
			word, _, _ := strings.Cut(why, ":")
			out = append(out, c.arch.Name+" ("+word+")")
		}
	}
	return strings.Join(out, ", ")
}

func emptyBecause(cells []*cell) string {
	if left := leftOut(cells); left != "" {
		return left + "."
	}
	return "the trials hold no values for it."
}

// maxPoints is how many points of a series are drawn at most: more than a pixel holds help nobody.
const maxPoints = 600

// points turns a series into a line, each value in the middle of its bin. Where bins must be merged, the
// worst of them is drawn, so that no peak is lost.
func points(values []float64, bin time.Duration) []plot.Point {
	step := (len(values) + maxPoints - 1) / maxPoints
	if bin <= 0 || step == 0 {
		return nil
	}
	var out []plot.Point
	for i := 0; i < len(values); i += step {
		end := min(i+step, len(values))
		p := worst(values[i:end])
		p.X = (float64(i) + float64(end-i)/2) * bin.Seconds()
		out = append(out, p)
	}
	return out
}

func worst(values []float64) plot.Point {
	p := plot.Point{Gap: true}
	for _, v := range values {
		switch {
		case v == bench.InfiniteBin:
			return plot.Point{Never: true}
		case v < 0:
		case p.Gap || v > p.Y:
			p = plot.Point{Y: v}
		}
	}
	return p
}

// window is where the fault was; a control has none.
func window(f bench.Fault, cells []*cell) plot.Span {
	if isControl(f) {
		return plot.Span{}
	}
	for _, c := range cells {
		if t := c.median(); t != nil {
			from, to := faultWindow(t)
			return plot.Span{From: from.Seconds(), To: to.Seconds(), Label: describe(f) + ", " + short((to - from).Seconds())}
		}
	}
	return plot.Span{}
}

// faultWindow is the span that the figures of the fault are over.
func faultWindow(t *bench.Summary) (from, to time.Duration) {
	if w := t.Windows.Fault; w.To > w.From {
		return w.From, w.To
	}
	return t.Trial.Phases.Fault, t.Trial.Phases.Recovery
}

// clock is the x axis that all plots of a fault share.
func clock(cells []*cell) plot.Axis {
	end := 0.0
	for _, c := range cells {
		if t := c.median(); t != nil {
			s := t.Series
			n := max(len(s.AckP99), len(s.DoneP99), len(s.Offered), len(s.Completed), len(s.Errors), len(s.Backlog))
			end = max(end, float64(n)*s.Bin.Seconds())
		}
	}
	return plot.Axis{Max: end, Format: short}
}

// drawnTrials says which trial a figure shows where there are several.
func drawnTrials(cells []*cell) string {
	for _, c := range cells {
		if len(c.valid()) > 1 {
			return ", the median trial by p99 answer"
		}
	}
	return ""
}

func binOf(cells []*cell) string {
	for _, c := range cells {
		if t := c.median(); t != nil && t.Series.Bin > 0 {
			return "One point is " + short(t.Series.Bin.Seconds())
		}
	}
	return "One point is a bin"
}
