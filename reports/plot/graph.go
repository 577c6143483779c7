package plot

import "html/template"

// A Graph is services and who asks whom, laid out from left to right by distance from the first node.
type Graph struct {
	Label string
	Nodes []Node
	Edges []Edge
}

// A Node is a service. Heat shades it: 0 to 1, or negative for unknown. Broken marks where the fault was.
type Node struct {
	Name, Note string
	Heat       float64
	Broken     bool
}

// An Edge is a link from caller to callee. Queued draws what waits between them, CalledBack an arrow each way.
type Edge struct {
	From, To, Note                     string
	Queued, CalledBack, Broken, Failed bool
}

const (
	nodeWidth  = 112.0
	nodeHeight = 40.0
	nodePitch  = 60.0 // rows
	graphTop   = 20.0
)

// SVG draws the graph; it is "" without nodes.
func (g Graph) SVG() template.HTML {
	if len(g.Nodes) == 0 {
		return ""
	}
	at := g.layout()
	rows, columns := 0, 0
	for _, c := range at {
		rows, columns = max(rows, c.row), max(columns, c.column)
	}
	pitch := (Width - 20 - nodeWidth) / float64(max(columns, 4))
	s := open(Width, graphTop+float64(rows)*nodePitch+nodeHeight+8, g.Label, "")
	place := func(name string) (x, y float64) {
		return 10 + float64(at[name].column)*pitch, graphTop + float64(at[name].row)*nodePitch
	}
	for _, e := range g.Edges {
		x1, y1 := place(e.From)
		x2, y2 := place(e.To)
		e.draw(s, x1, y1, x2, y2, at[e.To].row-at[e.From].row)
	}
	for _, n := range g.Nodes {
		x, y := place(n.Name)
		n.draw(s, x, y)
	}
	return s.close()
}

// A spot is a node's column (its distance from the start) and row.
type spot struct{ column, row int }

// layout walks the links from the first node: a first callee stays in its caller's row, each further one
// takes a new row. What nobody calls, and what a cycle would visit again, keeps the place it has.
func (g Graph) layout() map[string]spot {
	at := map[string]spot{}
	rows := 0
	var visit func(name string, column, row int)
	visit = func(name string, column, row int) {
		if _, seen := at[name]; seen {
			return
		}
		at[name] = spot{column, row}
		first := true
		for _, e := range g.Edges {
			if _, seen := at[e.To]; e.From != name || seen {
				continue
			}
			next := row
			if !first {
				rows++
				next = rows
			}
			first = false
			visit(e.To, column+1, next)
		}
	}
	visit(g.Nodes[0].Name, 0, 0)
	for _, n := range g.Nodes[1:] {
		if _, seen := at[n.Name]; !seen {
			rows++
			visit(n.Name, 0, rows)
		}
	}
	return at
}

// draw joins two nodes: straight along a row, or down from the caller and across.
func (e Edge) draw(s *svg, x1, y1, x2, y2 float64, down int) {
	paint := stroke(Grey) + ` stroke-width="1.3"`
	if e.Failed {
		paint = stroke(Ink) + ` stroke-width="2.4" stroke-dasharray="5 3"`
	}
	y := y2 + nodeHeight/2
	from, to := x1+nodeWidth, x2
	if down == 0 {
		s.line(from, y, to, y, paint)
	} else {
		from = x1 + nodeWidth/2
		s.add(`<path d="M%s %sV%sH%s" fill="none" %s/>`, num(from), num(y1+nodeHeight), num(y), num(to), paint)
		from = x1 + nodeWidth
	}
	s.add(`<path d="M%s %sl-7 -4v8z" %s/>`, num(to), num(y), fill(edgeInk(e)))
	if e.CalledBack {
		e.drawBack(s, x1, y1, y, down)
	}
	middle := (from + to) / 2
	if e.Queued {
		for i := range 3 {
			s.rect(middle-16+float64(i)*11, y-6, 10, 12, both(Ink, Paper)+` stroke-width="1"`)
		}
	}
	s.text(middle, y-10, "middle", fill(Soft)+` font-size="11"`, clip(e.Note, 14))
	if e.Broken {
		drawCross(s, middle, y)
	}
}

// drawBack puts an arrowhead at the caller's end: to its right along a row, under it where the line comes from below.
func (e Edge) drawBack(s *svg, x1, y1, y float64, down int) {
	path := `<path d="M%s %sl7 -4v8z" %s/>`
	x := x1 + nodeWidth
	if down != 0 {
		path = `<path d="M%s %sl-4 7h8z" %s/>`
		x, y = x1+nodeWidth/2, y1+nodeHeight
	}
	s.add(path, num(x), num(y), fill(edgeInk(e)))
}

func edgeInk(e Edge) Colour {
	if e.Failed {
		return Ink
	}
	return Grey
}

func drawCross(s *svg, x, y float64) {
	s.add(`<path d="M%s %sl12 12m0 -12l-12 12" %s stroke-width="3"/>`, num(x-6), num(y-6), stroke(Ink))
}

func (n Node) draw(s *svg, x, y float64) {
	width := "1.2"
	if n.Broken {
		width = "3"
		s.text(x+nodeWidth/2, y-6, "middle", fill(Ink)+` font-size="11" font-weight="700"`, "▼ fault here")
	}
	s.rect(x, y, nodeWidth, nodeHeight, fill(Paper)+` rx="5"`)
	if n.Heat > 0 && finite(n.Heat) {
		s.rect(x, y, nodeWidth, nodeHeight, fill(Heated)+` rx="5"`+opacity(n.Heat))
	}
	s.rect(x, y, nodeWidth, nodeHeight, `fill="none" `+stroke(Ink)+` rx="5" stroke-width="`+width+`"`)
	name, note := Ink, Soft
	if n.Heat > onHeat {
		name, note = OnHeat, OnHeat
	} else if n.Heat > 0.2 {
		note = Ink
	}
	if n.Note == "" {
		s.text(x+nodeWidth/2, y+nodeHeight/2+4, "middle", fill(name), clip(n.Name, 15))
		return
	}
	s.text(x+nodeWidth/2, y+17, "middle", fill(name), clip(n.Name, 15))
	s.text(x+nodeWidth/2, y+32, "middle", fill(note)+` font-size="10.5"`, clip(n.Note, 18))
}
