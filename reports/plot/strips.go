package plot

import (
	"html/template"
	"math"
)

// Strips are some measures of the same things side by side: a row a thing, a strip a measure with an axis of its own.
// The marks of rows that are not hollow are joined from row to row.
type Strips struct {
	Label  string // what the figure shows, for those who can't see it
	Strips []Strip
	Rows   []StripRow
}

// A Strip is one measure.
type Strip struct {
	Name string
	X    Axis
}

// A StripRow is one thing: a mark a strip, or, without marks, Note in their place.
type StripRow struct {
	Name, Detail, Note string
	Colour             Colour
	Hollow             bool
	Marks              []Mark
}

// A Mark is one value with its text and the range it lies in; Low equal to High draws none. Never is beyond every value.
type Mark struct {
	Value, Low, High float64
	Never            bool
	Text             string
}

const (
	stripsTop  = 26.0
	stripsLeft = 250.0 // of the first strip
	stripGap   = 38.0
	stripRow   = 44.0
	markRadius = 6.0
)

// halo keeps a text legible over a line: its outline is drawn first, in the colour of the paper.
const halo = ` stroke-width="3" paint-order="stroke"`

// SVG draws the strips; it is "" without rows.
func (p Strips) SVG() template.HTML {
	if len(p.Rows) == 0 || len(p.Strips) == 0 {
		return ""
	}
	bottom := stripsTop + stripRow*float64(len(p.Rows))
	s := open(Width, bottom+tickRow+4, p.Label, "")
	width := (Width-stripsLeft)/float64(len(p.Strips)) - stripGap
	for i, strip := range p.Strips {
		left := stripsLeft + float64(i)*(width+stripGap)
		p.drawStrip(s, strip, i, left, left+width, bottom)
	}
	for i, r := range p.Rows {
		r.drawName(s, rowMiddle(i))
	}
	return s.close()
}

func rowMiddle(row int) float64 { return stripsTop + (float64(row)+0.5)*stripRow }

// drawStrip draws one measure of all rows between two places.
func (p Strips) drawStrip(s *svg, strip Strip, column int, left, right, bottom float64) {
	var values []float64
	for _, r := range p.Rows {
		if column < len(r.Marks) && !r.Marks[column].Never {
			values = append(values, r.Marks[column].Value, r.Marks[column].Low, r.Marks[column].High)
		}
	}
	x := strip.X.over(values).roundUp()
	s.text(left, stripsTop-12, "start", fill(Ink)+` font-weight="600"`, strip.Name)
	f := frame{x: x, left: left, right: right, top: stripsTop, bottom: bottom}
	f.x.Grid = true
	f.drawAxes(s)
	place := func(m Mark) float64 {
		if m.Never {
			return right
		}
		return x.place(m.Value, left, right)
	}
	p.join(s, column, place)
	for i, r := range p.Rows {
		if column < len(r.Marks) {
			m := r.Marks[column]
			if m.High > m.Low && !m.Never {
				s.line(x.place(m.Low, left, right), rowMiddle(i), x.place(m.High, left, right), rowMiddle(i), stroke(r.Colour)+` stroke-width="2"`)
			}
			r.drawMark(s, m, place(m), rowMiddle(i), (left+right)/2)
		}
	}
}

// join draws a line from mark to mark of the rows that are not hollow.
func (p Strips) join(s *svg, column int, place func(Mark) float64) {
	lastX, lastY := math.NaN(), 0.0
	for i, r := range p.Rows {
		if r.Hollow || column >= len(r.Marks) {
			continue
		}
		x, y := place(r.Marks[column]), rowMiddle(i)
		if finite(lastX) {
			s.line(lastX, lastY, x, y, stroke(Grey)+` stroke-width="1.4"`)
		}
		lastX, lastY = x, y
	}
}

// drawMark draws a dot with its text on the side that has room.
func (r StripRow) drawMark(s *svg, m Mark, x, y, middle float64) {
	paint := fill(r.Colour)
	if r.Hollow {
		paint = both(r.Colour, Paper) + ` stroke-width="2"`
	}
	if m.Never {
		s.add(`<path d="M%s %sl-12 -6v12z" %s/>`, num(x+4), num(y), paint)
	} else {
		s.add(`<circle cx="%s" cy="%s" r="%s" %s/>`, num(x), num(y), num(markRadius), paint)
	}
	anchor, at := "start", x+markRadius+5
	if x > middle {
		anchor, at = "end", x-markRadius-5
	}
	weight := ` font-weight="600"`
	if r.Hollow {
		weight = ""
	}
	s.text(at, y-6, anchor, both(Paper, Ink)+halo+weight, clip(m.Text, 12))
}

// drawName writes what a row is, and what stands in place of its marks.
func (r StripRow) drawName(s *svg, y float64) {
	weight := ` font-weight="600"`
	if r.Hollow {
		weight = ""
	}
	s.text(0, y-3, "start", fill(Ink)+weight, clip(r.Name, 34))
	s.text(0, y+13, "start", fill(Soft)+` font-size="11"`, clip(r.Detail, 40))
	if len(r.Marks) == 0 {
		s.text(stripsLeft, y+4, "start", fill(Soft)+` font-style="italic"`, clip(r.Note, 105))
	}
}
