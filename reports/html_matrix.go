package reports

import (
	"strings"

	"faultline/bench"
	"faultline/reports/plot"
)

// A matrixPart is the matrix place × service: a row for each fault and architecture, numbers in the cells.
type matrixPart struct {
	Who    []string
	Groups []matrixGroup
	Notes  []string
}

type matrixGroup struct {
	Fault, About string
	Rows         []matrixLine
}

// A matrixLine is one architecture under one fault; Missing stands in place of its cells.
type matrixLine struct {
	Arch, Missing string
	Columns       int
	Cells         []matrixCell
}

// A matrixCell has a share, which shades it, and what else is known as small lines below it.
type matrixCell struct {
	Value string
	Hue   int
	Here  bool // the fault was here
	Lines []string
}

func newMatrix(g grid) matrixPart {
	broken, _ := g.broken()
	var all []bench.MatrixRow
	byFault := map[string][]bench.MatrixRow{}
	for _, f := range broken {
		rows := rowsOf(g.row(f))
		byFault[f.Name] = rows
		all = append(all, rows...)
	}
	p := matrixPart{Who: columnsOf(all)}
	if len(p.Who) == 0 {
		return p
	}
	for _, f := range broken {
		group := matrixGroup{Fault: f.Name, About: describe(f)}
		for _, r := range byFault[f.Name] {
			group.Rows = append(group.Rows, lineOf(r, f, p.Who))
		}
		if len(group.Rows) > 0 {
			p.Groups = append(p.Groups, group)
		}
	}
	for _, f := range matrixFigures {
		if f.known(all) {
			p.Notes = append(p.Notes, f.name+": "+f.about)
		}
	}
	return p
}

func lineOf(r bench.MatrixRow, f bench.Fault, who []string) matrixLine {
	line := matrixLine{Arch: r.Architecture, Columns: len(who)}
	if len(r.Cells) == 0 {
		line.Missing = r.Missing
		return line
	}
	for _, name := range who {
		c, ok := cellAt(r, name)
		if !ok {
			line.Cells = append(line.Cells, matrixCell{Value: "–"})
			continue
		}
		line.Cells = append(line.Cells, matrixCellOf(c, f.Strikes(name)))
	}
	return line
}

func matrixCellOf(c bench.Cell, here bool) matrixCell {
	cell := matrixCell{Value: matrixFigures[0].text(c), Here: here}
	if e := c.Propagation; e.Missing == "" {
		cell.Hue = shade(e.Value)
	}
	for _, f := range matrixFigures {
		if e := f.of(c); e.Missing != "" {
			continue
		}
		if f.name != matrixFigures[0].name {
			cell.Lines = append(cell.Lines, f.name+" "+f.text(c))
		}
		if i := f.interval(c); i != "" && f.text(c) != i {
			cell.Lines = append(cell.Lines, "("+i+")")
		}
	}
	return cell
}

// pathFigure draws in which order a fault hit whom, a row an architecture.
func pathFigure(cells []*cell) figurePart {
	path := plot.Path{Label: "the order in which services were hit"}
	for _, c := range cells {
		m := c.median()
		if m == nil {
			continue
		}
		for _, r := range bench.Matrix([]bench.Summary{*m}) {
			hits, spared := pathOf(r)
			row := plot.PathRow{Name: c.arch.Name, Note: "nobody was hit"}
			if len(hits) > 0 {
				row.Note = "not hit: " + strings.Join(spared, ", ")
			}
			if len(hits) > 0 && len(spared) == 0 {
				row.Note = "everybody was hit"
			}
			for _, h := range hits {
				row.Steps = append(row.Steps, plot.PathStep{Name: h.who, Note: h.after, Broken: c.fault.Strikes(h.who)})
			}
			path.Rows = append(path.Rows, row)
		}
	}
	return drawn("Who was hit, in which order", "after the fault's start, when a tenth of a second's calls were outside of the control band"+drawnTrials(cells), path.SVG(), cells)
}
