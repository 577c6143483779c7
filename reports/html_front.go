package reports

import (
	"fmt"
	"strings"

	"faultline/bench"
	"faultline/reports/plot"
)

// A frontPart shows the cuts of a run under one fault, and which of them no other beats.
type frontPart struct {
	Fault, About, Rule string
	Figure             figurePart
	Rows               []frontRow
}

type frontRow struct {
	Name, About, Seam string
	Cells             []frontCell // answer, done, blast radius, moving parts
	Standing          string
	On                bool
	Missing           bool // no place: there are no figures
}

// A frontCell is a figure with its range, or what it consists of.
type frontCell struct{ Value, Note string }

func newFronts(r bench.Results, g grid) []frontPart {
	var parts []frontPart
	for _, f := range r.Fronts {
		fault := bench.Fault{Name: f.Fault}
		for _, known := range g.faults {
			if known.Name == f.Fault {
				fault = known
			}
		}
		p := frontPart{Fault: f.Fault, About: describe(fault), Rule: frontRule, Figure: frontFigure(g, f)}
		for _, c := range f.Cuts {
			p.Rows = append(p.Rows, newFrontRow(g, fault, c))
		}
		parts = append(parts, p)
	}
	return parts
}

func newFrontRow(g grid, f bench.Fault, c bench.FrontCut) frontRow {
	row := frontRow{Name: c.Architecture, Seam: c.Seam, Standing: standing(c), On: c.OnFront, Missing: c.Unplaced != ""}
	parts := ""
	for _, a := range g.archs {
		if a.Name == c.Architecture {
			row.About = a.About
			if t := g.cell(f, a).median(); t != nil {
				parts = partsText(t.Parts)
			}
		}
	}
	if !row.Missing {
		row.Cells = []frontCell{ranged(c.Ack, frontAck), ranged(c.Done, seconds), ranged(c.Blast, share), {count(int(c.Parts.Value)), parts}}
	}
	return row
}

// ranged writes a value, and its range where there are several trials.
func ranged(v bench.Compare, write func(float64) string) frontCell {
	if v.N < 2 {
		return frontCell{Value: write(v.Value)}
	}
	return frontCell{write(v.Value), write(v.Low) + " to " + write(v.High)}
}

func partsText(p bench.Parts) string {
	var parts []string
	for _, n := range []struct {
		count int
		noun  string
	}{{p.Brokers, "broker"}, {p.Queues, "queue"}, {p.Tables, "table"}, {p.Callbacks, "callback"}} {
		if n.count > 0 {
			parts = append(parts, plural(n.count, n.noun))
		}
	}
	return strings.Join(parts, ", ")
}

// frontFigure draws the four measures of each cut; further to the left is better in all.
func frontFigure(g grid, f bench.Front) figurePart {
	p := plot.Strips{Label: "the cuts under " + f.Fault + ": answer, done, blast radius and moving parts", Strips: []plot.Strip{
		{Name: "p99 answer", X: plot.Axis{Log: true, Format: short}},
		{Name: "p99 order done", X: plot.Axis{Log: true, Format: short}},
		{Name: "blast radius", X: plot.Axis{Format: share}},
		{Name: "moving parts"},
	}}
	hues := map[string]plot.Colour{}
	for i, hue := range huesOf(g.archs) {
		hues[g.archs[i].Name] = hue
	}
	for _, c := range f.Cuts {
		row := plot.StripRow{Name: c.Seam, Detail: c.Architecture + ": " + shortStanding(c), Note: standing(c), Colour: hues[c.Architecture], Hollow: !c.OnFront}
		if c.Unplaced == "" {
			row.Marks = []plot.Mark{markOf(c.Ack, frontAck), markOf(c.Done, seconds), markOf(c.Blast, share),
				markOf(c.Parts, func(v float64) string { return count(int(v)) })}
		}
		p.Rows = append(p.Rows, row)
	}
	return figurePart{Title: "The front", Note: "further left is better; filled: no cut beats it, and the line joins those; hollow: beaten", SVG: p.SVG()}
}

// shortStanding is standing for a narrow place.
func shortStanding(c bench.FrontCut) string {
	switch more := len(c.BeatenBy) - 1; {
	case c.Unplaced != "":
		return "no place"
	case more > 0:
		return fmt.Sprintf("beaten by %s + %d", c.BeatenBy[0], more)
	}
	return standing(c)
}

func markOf(v bench.Compare, write func(float64) string) plot.Mark {
	return plot.Mark{Value: v.Value, Low: v.Low, High: v.High, Never: v.Infinite, Text: write(v.Value)}
}
