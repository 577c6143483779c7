package plot

import (
	"html/template"
	"math"
)

// Dots are ratios on a small log axis that is centred on 1, one figure a row of a table.
type Dots struct {
	Label string
	Reach float64 // the axis runs from 1/Reach to Reach
	Even  float64 // ratios from 1/Even to Even are too small to matter: that part is shaded
	Dots  []Dot
}

// A Dot is one ratio, with the interval it lies in; Low and High both 0 draw none. An infinite ratio, or 0
// (its inverse), is an arrow at the end of the axis.
type Dot struct {
	Ratio, Low, High float64
	Colour           Colour
}

const (
	dotsWidth  = 190.0
	dotsHeight = 24.0
)

// SVG draws the row.
func (d Dots) SVG() template.HTML {
	s := open(dotsWidth, dotsHeight, d.Label, "")
	reach := 1.0
	if finite(d.Reach) && d.Reach > 10 {
		reach = math.Log10(d.Reach)
	}
	x := func(ratio float64) float64 {
		return dotsWidth/2 + min(max(math.Log10(ratio)/reach, -1), 1)*(dotsWidth/2-10)
	}
	middle := dotsHeight / 2
	if d.Even > 1 {
		s.rect(x(1/d.Even), 2, x(d.Even)-x(1/d.Even), dotsHeight-4, fill(Tile))
	}
	s.line(10, middle, dotsWidth-10, middle, stroke(Grid)+` stroke-width="1"`)
	for e := -math.Floor(reach); e <= reach; e++ {
		tick := x(math.Pow(10, e))
		s.line(tick, middle-2.5, tick, middle+2.5, stroke(Grey)+` stroke-width="0.8"`)
	}
	s.line(x(1), 2, x(1), dotsHeight-2, stroke(Ink)+` stroke-width="1.1"`)
	for _, dot := range d.Dots {
		dot.draw(s, x, middle)
	}
	return s.close()
}

func (d Dot) draw(s *svg, x func(float64) float64, y float64) {
	switch {
	case math.IsNaN(d.Ratio) || d.Ratio < 0:
		return
	case math.IsInf(d.Ratio, 1):
		s.add(`<path d="M%s %sl-9 -5v10z" %s/>`, num(dotsWidth-1), num(y), fill(d.Colour))
		return
	case d.Ratio == 0:
		s.add(`<path d="M1 %sl9 -5v10z" %s/>`, num(y), fill(d.Colour))
		return
	}
	if d.Low > 0 && d.High > d.Low {
		s.line(x(d.Low), y, x(min(d.High, math.MaxFloat64)), y, stroke(d.Colour)+` stroke-width="2.2"`)
	}
	s.add(`<circle cx="%s" cy="%s" r="4" %s/>`, num(x(d.Ratio)), num(y), fill(d.Colour))
}
