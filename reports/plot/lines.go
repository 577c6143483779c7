package plot

import (
	"fmt"
	"html/template"
)

// A Dash says which quantity a line is; its hue says whose.
type Dash string

// The dashes, in the order of preference.
const (
	Solid  Dash = ""
	Dashed Dash = "6 4"
	Dotted Dash = "2 3"
)

// ruleDash is finer than any line's.
const ruleDash Dash = "1.5 3"

// A Line is one series with the name that stands at its right end.
type Line struct {
	Name   string
	Colour Colour
	Dash   Dash
	Faint  bool // a line to compare with, drawn thinner and paler
	Points []Point
}

// A Rule is a horizontal line at a value that matters, such as an SLO.
type Rule struct {
	At    float64
	Label string
}

// Lines is a plot of lines against one x axis and one y axis.
type Lines struct {
	Label  string // what the figure shows, for those who can't see it
	Height float64
	X, Y   Axis
	Lines  []Line
	Band   Span
	Rules  []Rule
	// Clock names the plots that share a crosshair; "" takes no part. Unit is what the read-out writes
	// after values: s, /s, % (values are shares) or nothing.
	Clock, Unit string
}

// SVG draws the plot; it is "" when no line has a single value.
func (p Lines) SVG() template.HTML {
	if !p.hasData() {
		return ""
	}
	f := p.fit()
	s := open(Width, p.Height, p.Label, p.scriptAttrs(f))
	f.drawBand(s, p.Band)
	f.drawAxes(s)
	for _, r := range p.Rules {
		f.drawRule(s, r)
	}
	for _, l := range p.Lines {
		f.drawLine(s, l)
	}
	f.drawLabels(s, p.names(f))
	return s.close()
}

func (p Lines) hasData() bool {
	for _, l := range p.Lines {
		for _, pt := range l.Points {
			if !pt.Gap && (pt.Never || finite(pt.Y)) {
				return true
			}
		}
	}
	return false
}

// scriptAttrs tell the crosshair script how to read values back from the paths.
func (p Lines) scriptAttrs(f frame) string {
	if p.Clock == "" {
		return ""
	}
	scale := "linear"
	if f.y.Log {
		scale = "log"
	}
	return fmt.Sprintf(` data-clock="%s" data-unit="%s" data-x="%s %s %s %s" data-y="%s %s %s %s" data-scale="%s" data-rail="%s"`,
		esc(p.Clock), esc(p.Unit),
		precise(f.x.Min), precise(f.x.Max), num(f.left), num(f.right),
		precise(f.y.Min), precise(f.y.Max), num(f.bottom), num(f.top), scale, num(f.rail))
}
