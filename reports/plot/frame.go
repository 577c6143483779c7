package plot

import (
	"fmt"
	"math"
	"strings"
)

// frame is a plot's paper: the axes fitted to the data and the pixels of the plotting area.
type frame struct {
	x, y                     Axis
	left, right, top, bottom float64
	rail                     float64 // y of the never rail; 0 without one
}

const (
	bandRow = 20.0 // above the area, for the band's label
	railRow = 26.0 // above the area, for what never came
	tickRow = 22.0 // below the area
)

// fit chooses axes that hold every value and rule, and leaves room for the rail if a line needs it.
func (p Lines) fit() frame {
	f := frame{left: Left, right: Width - Right, top: bandRow, bottom: p.Height - tickRow}
	var xs, ys []float64
	never := false
	for _, l := range p.Lines {
		for _, pt := range l.Points {
			xs = append(xs, pt.X)
			if pt.Never {
				never = true
			} else if !pt.Gap {
				ys = append(ys, pt.Y)
			}
		}
	}
	for _, r := range p.Rules {
		ys = append(ys, r.At)
	}
	if never {
		f.rail = f.top + 6
		f.top += railRow
	}
	f.x, f.y = p.X.over(xs), p.Y.over(ys).roundUp()
	return f
}

func (f frame) at(pt Point) (x, y float64) {
	x = f.x.place(pt.X, f.left, f.right)
	if pt.Never {
		return x, f.rail
	}
	return x, f.y.place(pt.Y, f.bottom, f.top)
}

func (f frame) drawBand(s *svg, b Span) {
	if b.empty() {
		return
	}
	x1, x2 := f.x.place(b.From, f.left, f.right), f.x.place(b.To, f.left, f.right)
	s.rect(x1, bandRow, x2-x1, f.bottom-bandRow, fill(Band))
	if b.Label != "" {
		s.text(min(x1, Width-Right-200), bandRow-6, "start", fill(Ink)+` font-weight="600"`, "▼ "+clip(b.Label, 60))
	}
}

func (f frame) drawAxes(s *svg) {
	for _, t := range f.y.Ticks {
		y := f.y.place(t.At, f.bottom, f.top)
		s.line(f.left, y, f.right, y, stroke(Grid)+` stroke-width="1"`)
		s.text(f.left-8, y+4, "end", fill(Soft), t.Label)
	}
	if f.rail > 0 {
		s.line(f.left, f.rail, f.right, f.rail, stroke(Grid)+` stroke-width="1" stroke-dasharray="1 4"`)
		s.text(f.left-8, f.rail+4, "end", fill(Ink)+` font-weight="600"`, "never")
	}
	last := math.Inf(-1)
	for _, t := range f.x.Ticks {
		x := f.x.place(t.At, f.left, f.right)
		if x-last < 8*float64(len(t.Label)) {
			continue
		}
		last = x
		if f.x.Grid {
			s.line(x, f.top, x, f.bottom, stroke(Grid)+` stroke-width="1"`)
		}
		s.line(x, f.bottom, x, f.bottom+4, stroke(Grey)+` stroke-width="1"`)
		s.text(x, f.bottom+17, "middle", fill(Soft), t.Label)
	}
}

func (f frame) drawRule(s *svg, r Rule) {
	y := f.y.place(r.At, f.bottom, f.top)
	s.line(f.left, y, f.right, y, stroke(Grey)+` stroke-width="1.2"`+dash(ruleDash))
}

func (f frame) drawLine(s *svg, l Line) {
	width := "1.7"
	if l.Faint {
		width = "1.2"
	}
	if d := f.path(l.Points); d != "" {
		s.add(`<path d="%s" fill="none" %s stroke-width="%s" stroke-linejoin="round"%s%s data-name="%s"/>`,
			d, stroke(l.Colour), width, dash(l.Dash), faint(l.Faint), esc(l.Name))
	}
}

func dash(d Dash) string {
	if d == Solid {
		return ` stroke-linecap="round"`
	}
	return fmt.Sprintf(` stroke-dasharray="%s"`, d)
}

func faint(is bool) string {
	if is {
		return ` opacity="0.6"`
	}
	return ""
}

// path joins the points; a gap lifts the pen, and a point alone between gaps is a short stroke.
func (f frame) path(points []Point) string {
	var b strings.Builder
	run := 0
	end := func(x float64) {
		if run == 1 {
			fmt.Fprintf(&b, "H%s", num(x+1.5))
		}
		run = 0
	}
	var x, y float64
	for _, pt := range points {
		if pt.Gap || !finite(pt.X) || !pt.Never && !finite(pt.Y) {
			end(x)
			continue
		}
		x, y = f.at(pt)
		switch run {
		case 0:
			fmt.Fprintf(&b, "M%s %s", num(x), num(y))
		case 1:
			fmt.Fprintf(&b, "L%s %s", num(x), num(y))
		default:
			fmt.Fprintf(&b, " %s %s", num(x), num(y))
		}
		run++
	}
	end(x)
	return b.String()
}
