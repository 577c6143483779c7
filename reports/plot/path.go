package plot

import "html/template"

// A Path is a chain of steps in the order in which they happened, a row each.
type Path struct {
	Label string
	Rows  []PathRow
}

// A PathRow is one chain, and a note below it.
type PathRow struct {
	Name, Note string
	Steps      []PathStep
}

// A PathStep is one place with when it was reached. Broken marks where it began.
type PathStep struct {
	Name, Note string
	Broken     bool
}

const (
	pathLeft   = 132.0
	pathBox    = 88.0
	pathStep   = (Width - 8 - pathLeft) / 8 // eight fit beside each other, more go on below
	pathLine   = 46.0
	pathAcross = 8
)

// SVG draws the rows; it is "" when there is none.
func (p Path) SVG() template.HTML {
	if len(p.Rows) == 0 {
		return ""
	}
	height := 6.0
	for _, r := range p.Rows {
		height += r.height()
	}
	s := open(Width, height, p.Label, "")
	y := 6.0
	for _, r := range p.Rows {
		r.draw(s, y)
		y += r.height()
	}
	return s.close()
}

// height is that of a row: its lines of steps, and its note.
func (r PathRow) height() float64 { return pathLine*float64(r.lines()) + 24 }

func (r PathRow) lines() int { return max(1, (len(r.Steps)+pathAcross-1)/pathAcross) }

func (r PathRow) draw(s *svg, y float64) {
	s.text(pathLeft-14, y+20, "end", fill(Ink), clip(r.Name, 17))
	for i, step := range r.Steps {
		x, top := pathLeft+pathStep*float64(i%pathAcross), y+pathLine*float64(i/pathAcross)
		if i > 0 && i%pathAcross > 0 {
			s.line(x-pathStep+pathBox, top+17, x-3, top+17, stroke(Grey)+` stroke-width="1.3"`)
			s.add(`<path d="M%s %sl-7 -4v8z" %s/>`, num(x), num(top+17), fill(Grey))
		}
		step.draw(s, x, top)
	}
	bottom := y + pathLine*float64(r.lines())
	if len(r.Steps) == 0 {
		bottom = y + 20
	}
	s.text(pathLeft, bottom+4, "start", fill(Soft)+` font-size="11"`, clip(r.Note, 120))
}

func (p PathStep) draw(s *svg, x, y float64) {
	edge := ` stroke-width="1"`
	if p.Broken {
		edge = ` stroke-width="2.6"`
	}
	s.rect(x, y, pathBox, 35, both(Ink, Paper)+edge)
	s.text(x+pathBox/2, y+15, "middle", fill(Ink), clip(p.Name, 12))
	s.text(x+pathBox/2, y+29, "middle", fill(Soft)+` font-size="10.5"`, clip(p.Note, 15))
}
