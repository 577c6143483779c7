package plot

import "html/template"

// Bars are stacked bars of a few parts each, with their numbers in columns under the parts' names.
type Bars struct {
	Label  string
	Parts  []string // what the parts are, at most three
	Rows   []BarRow
	Format func(float64) string
}

// A BarRow is one bar. Rows of one Group stand together.
type BarRow struct {
	Group, Name string
	Parts       []float64
	Note        string // in place of a bar, such as "no calls"
}

const (
	barRow   = 19.0
	barLeft  = heatLeft
	barWidth = 294.0
	barCol   = 162.0 // a column of numbers
)

// partOpacity tells parts apart within one hue; each also has its own column of numbers.
var partOpacity = [...]string{"1", "0.55", "0.25"}

// SVG draws the bars on one scale; it is "" when there is no row.
func (b Bars) SVG() template.HTML {
	if len(b.Rows) == 0 {
		return ""
	}
	longest := 0.0
	for _, r := range b.Rows {
		longest = max(longest, total(r.Parts))
	}
	height := 24 + barRow*float64(len(b.Rows)) + heatGap*float64(b.groups()) + 4
	s := open(Width, height, b.Label, "")
	b.drawHeads(s)
	y := 24.0
	for i, r := range b.Rows {
		if i > 0 && r.Group != b.Rows[i-1].Group {
			y += heatGap
		}
		b.drawBar(s, r, longest, y)
		y += barRow
	}
	return s.close()
}

func (b Bars) groups() int {
	n := 0
	for i, r := range b.Rows {
		if i > 0 && r.Group != b.Rows[i-1].Group {
			n++
		}
	}
	return n
}

// columnEnd is the right edge of the numbers of a part.
func columnEnd(part int) float64 { return barLeft + barWidth + 20 + barCol*float64(part+1) }

func (b Bars) drawHeads(s *svg) {
	for i, name := range b.Parts {
		if i >= len(partOpacity) {
			break
		}
		end := columnEnd(i)
		s.add(`<text x="%s" y="14" text-anchor="end" %s><tspan %s fill-opacity="%s">■</tspan> %s</text>`,
			num(end), fill(Soft), fill(Heated), partOpacity[i], esc(clip(name, 18)))
	}
}

func (b Bars) drawBar(s *svg, r BarRow, longest, y float64) {
	middle := y + barRow/2 + 4
	s.text(barLeft-8, middle, "end", fill(Ink), rowName(r.Group, r.Name))
	if r.Note != "" {
		s.text(barLeft, middle, "start", fill(Soft), clip(r.Note, 60))
		return
	}
	x := barLeft
	for i, v := range r.Parts {
		if i >= len(partOpacity) || !finite(v) || v < 0 {
			continue
		}
		if longest > 0 && v > 0 {
			w := max(v/longest*barWidth, 0.5)
			s.rect(x, y+3, w, barRow-6, fill(Heated)+` fill-opacity="`+partOpacity[i]+`"`)
			x += w
		}
		s.text(columnEnd(i), middle, "end", fill(Ink), b.Format(v))
	}
}

func total(parts []float64) float64 {
	sum := 0.0
	for _, v := range parts {
		if finite(v) && v > 0 {
			sum += v
		}
	}
	return sum
}
