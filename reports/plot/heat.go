package plot

import (
	"html/template"
	"math"
	"strconv"
)

// Heat is a table of shares over time: a row a place, a cell a span of time, one hue, numbers in the cells.
type Heat struct {
	Label    string
	Rows     []HeatRow
	From, To float64 // seconds that the columns cover
	X        Axis
	Band     Span
}

// A HeatRow is one place. Values are shares from 0 to 1, evenly spread over the columns; a negative one had
// nothing to count. Rows of one Group stand together.
type HeatRow struct {
	Group, Name string
	Values      []float64
}

const (
	heatRow  = 19.0
	heatGap  = 7.0 // between groups
	heatLeft = 186.0
	heatEnd  = Width - 8.0
)

// SVG draws the rows; it is "" when there is no cell. The numbers come last, above the band's edges.
func (h Heat) SVG() template.HTML {
	columns := 0
	for _, r := range h.Rows {
		columns = max(columns, len(r.Values))
	}
	if columns == 0 || !(h.To > h.From) {
		return ""
	}
	height := bandRow + tickRow + heatRow*float64(len(h.Rows)) + heatGap*float64(h.groups())
	s := open(Width, height, h.Label, "")
	width := (heatEnd - heatLeft) / float64(columns)
	tops := h.tops()
	for i, r := range h.Rows {
		r.drawCells(s, tops[i], width)
	}
	h.drawClock(s, height-tickRow)
	if width >= 20 {
		for i, r := range h.Rows {
			r.drawNumbers(s, tops[i], width)
		}
	}
	return s.close()
}

// tops are the rows' upper edges, groups apart.
func (h Heat) tops() []float64 {
	tops := make([]float64, len(h.Rows))
	y := bandRow
	for i, r := range h.Rows {
		if i > 0 && r.Group != h.Rows[i-1].Group {
			y += heatGap
		}
		tops[i] = y
		y += heatRow
	}
	return tops
}

func (h Heat) groups() int {
	n := 0
	for i, r := range h.Rows {
		if i > 0 && r.Group != h.Rows[i-1].Group {
			n++
		}
	}
	return n
}

// rowName is a row's label, short enough for the margin and never without its place.
func rowName(group, name string) string { return clip(group, 16) + " · " + clip(name, 9) }

// leastShown is the share from which a cell is shaded and numbered: half a per cent would read 0.
const leastShown = 0.005

// onHeat is the share from which a number on the heat's hue reads better in the paper's colour.
const onHeat = 0.55

func (r HeatRow) drawCells(s *svg, y, width float64) {
	s.text(heatLeft-8, y+heatRow/2+4, "end", fill(Ink), rowName(r.Group, r.Name))
	s.rect(heatLeft, y, heatEnd-heatLeft, heatRow-1, fill(Tile))
	for i, v := range r.Values {
		x := heatLeft + float64(i)*width
		switch {
		case v < 0 || !finite(v):
			s.rect(x, y, width, heatRow-1, fill(Paper))
			s.line(x+width/2-2, y+heatRow/2, x+width/2+2, y+heatRow/2, stroke(Grey)+` stroke-width="1"`)
		case v >= leastShown:
			s.rect(x, y, width-1, heatRow-1, fill(Heated)+opacity(v))
		}
	}
}

func (r HeatRow) drawNumbers(s *svg, y, width float64) {
	for i, v := range r.Values {
		if !finite(v) || v < leastShown {
			continue
		}
		ink := Ink
		if v > onHeat {
			ink = OnHeat
		}
		x := heatLeft + (float64(i)+0.5)*width - 0.5
		s.text(x, y+heatRow/2+3.5, "middle", fill(ink)+` font-size="10.5"`, strconv.Itoa(int(math.Round(min(v, 1)*100))))
	}
}

// opacity is how strongly a share shades its cell; the least is still to be seen.
func opacity(share float64) string {
	return ` fill-opacity="` + strconv.FormatFloat(math.Round((0.08+0.92*min(share, 1))*100)/100, 'f', -1, 64) + `"`
}

// drawClock writes the time axis and the band's edges over the cells.
func (h Heat) drawClock(s *svg, bottom float64) {
	axis := Axis{Min: h.From, Max: h.To, Format: h.X.Format}.over(nil)
	for _, t := range axis.Ticks {
		x := axis.place(t.At, heatLeft, heatEnd)
		anchor := "middle"
		if x > heatEnd-12 {
			anchor = "end"
		}
		s.line(x, bottom, x, bottom+3, stroke(Grey)+` stroke-width="1"`)
		s.text(x, bottom+15, anchor, fill(Soft), t.Label)
	}
	if h.Band.empty() {
		return
	}
	x1, x2 := axis.place(h.Band.From, heatLeft, heatEnd), axis.place(h.Band.To, heatLeft, heatEnd)
	for _, x := range []float64{x1, x2} {
		s.line(x, bandRow-3, x, bottom, stroke(Ink)+` stroke-width="1.3" opacity="0.5"`)
	}
	s.text(min(x1, heatEnd-260), bandRow-6, "start", fill(Ink)+` font-weight="600"`, "▼ "+clip(h.Band.Label, 60))
}
