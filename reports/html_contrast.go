package reports

import (
	"bytes"
	"fmt"
	"html/template"
	"io"

	"faultline/bench"
	"faultline/reports/plot"
)

// A contrastPage is what the template of a comparison shows.
type contrastPage struct {
	CSP, Title, Verdict, Parity, Rule string
	CSS                               template.CSS
	Script                            template.JS
	Sides                             [2]string
	Notes                             []string
	Gates                             gatesPart
	Cells                             []contrastCell
}

type contrastCell struct {
	Name, Fault, Missing string
	Rows                 []contrastRow
	Orders               []string
	Time                 string
	Figure               figurePart
}

type contrastRow struct {
	Measure, Values, Shift, Mark, Finding string
	Bad                                   bool
}

// ContrastHTML writes one page: the table of every cell, and both runs' p99 over time on one clock.
func ContrastHTML(w io.Writer, c bench.Contrast) error {
	tmpl, err := template.ParseFS(pageFiles, "page/*.gohtml")
	if err != nil {
		return fmt.Errorf("reading the page's templates: %w", err)
	}
	frame, err := newFrame()
	if err != nil {
		return err
	}
	p := contrastPage{CSP: frame.CSP, CSS: frame.CSS, Script: frame.Script, Title: "faultline compare: " + c.Sentence, Verdict: c.Sentence, Parity: c.Parity,
		Rule:  fmt.Sprintf("A change of under %g %% of the baseline (points, of a share) is taken for none.", 100*c.Effect),
		Sides: [2]string{sideLine(c.Base), sideLine(c.New)}, Notes: c.Notes, Gates: newGates(c.Gates)}
	for _, cell := range c.Cells {
		p.Cells = append(p.Cells, newContrastCell(c, cell))
	}
	var b bytes.Buffer
	if err := tmpl.ExecuteTemplate(&b, "contrast.gohtml", p); err != nil {
		return fmt.Errorf("rendering the page: %w", err)
	}
	_, err = io.WriteString(w, plainLines(b.String()))
	return err
}

func newContrastCell(c bench.Contrast, cell bench.ContrastCell) contrastCell {
	out := contrastCell{Name: cell.Name(), Fault: cell.Fault, Missing: cell.Missing, Time: timeText(cell.Time)}
	for _, change := range cell.Changes {
		out.Rows = append(out.Rows, contrastRow{change.Measure, change.Values(), change.ShiftText(), findingMarks[change.Finding], string(change.Finding), change.Finding == bench.Worse})
	}
	for _, o := range cell.Orders {
		out.Orders = append(out.Orders, o.Measure+": "+orderChangeText(o))
	}
	if cell.Missing == "" {
		out.Figure = contrastFigure(c, cell)
	}
	return out
}

// contrastFigure draws both runs' p99 over time, aligned at the start of the trial; the baseline is the fainter one.
func contrastFigure(c bench.Contrast, cell bench.ContrastCell) figurePart {
	var cells []*sideCell
	for i, side := range []struct {
		run  bench.Results
		arch string
	}{{c.BaseRun, cell.Base}, {c.NewRun, cell.Architecture}} {
		g := newGrid(side.run)
		for _, f := range g.faults {
			for _, of := range g.row(f) {
				if f.Name == cell.Fault && of.arch.Name == side.arch {
					cells = append(cells, &sideCell{of, i == 0})
				}
			}
		}
	}
	return drawContrast(c, cells)
}

// A sideCell is a cell of one of two runs.
type sideCell struct {
	*cell
	base bool
}

func drawContrast(c bench.Contrast, sides []*sideCell) figurePart {
	var cells []*cell
	p := plot.Lines{Height: 240, Y: plot.Axis{Log: true, Format: short}, Unit: "s", Rules: rules(c.NewRun.Run.Plan.SLO)}
	for _, side := range sides {
		cells = append(cells, side.cell)
		t := side.median()
		if t == nil {
			continue
		}
		lines := momentLines(side.cell, t, huesOf([]bench.Architecture{side.arch})[0])
		for i := range lines {
			lines[i].Faint = side.base
			lines[i].Name = map[bool]string{true: "base ", false: "new "}[side.base] + lines[i].Name
		}
		p.Lines = append(p.Lines, lines...)
	}
	if len(cells) > 0 {
		p.X, p.Band, p.Clock, p.Label = clock(cells), window(cells[0].fault, cells), "compare "+cells[0].fault.Name, "p99 over time, baseline and new run"
	}
	return drawn("p99 over time, the baseline fainter", "the trial in the middle of each run, aligned at its start", p.SVG(), cells)
}
