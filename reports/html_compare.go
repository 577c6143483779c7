package reports

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"faultline/bench"
)

// A comparePart is the table above the fold: fault × measure, an architecture a column.
type comparePart struct {
	Empty  string
	Archs  []archHead
	Left   string // what the dots' axis means
	Right  string
	Dots   bool // two architectures or more
	Groups []compareGroup
}

type archHead struct{ Name, Trials string }

type compareGroup struct {
	Fault, About string
	Rows         []compareRow
}

type compareRow struct {
	Measure string
	Cells   []compareCell
	Dots    template.HTML
	Ratio   string
	// RatioNote names the best of more than two.
	RatioNote string
	Soft      bool // too small to matter
	Last      bool
}

// A compareCell is a figure, or, with Span, what stands in place of a whole column of figures.
type compareCell struct {
	Value, Note, Missing string
	Best, Bad            bool
	Span                 int
	Hidden               bool // covered by the Span above
}

func newCompare(r bench.Results, g grid) comparePart {
	p := comparePart{Dots: len(g.archs) > 1}
	if len(g.archs) == 0 || len(g.faults) == 0 || len(r.Trials) == 0 {
		p.Empty = "There is no table: no trial was run."
		return p
	}
	for _, a := range g.archs {
		p.Archs = append(p.Archs, archHead{a.Name, trialsOf(g, a)})
	}
	if len(g.archs) == 2 {
		p.Left, p.Right = "◄ "+shortName(g.archs[1].Name)+" better", shortName(g.archs[0].Name)+" better ►"
	} else if p.Dots {
		p.Left, p.Right = "◄ better than "+shortName(g.archs[0].Name), "worse ►"
	}
	reach := reachOf(r, g)
	for _, f := range g.faults {
		p.Groups = append(p.Groups, newGroup(r, g, f, reach))
	}
	return p
}

// trialsOf says how many trials stand behind an architecture's figures.
func trialsOf(g grid, a bench.Architecture) string {
	least, most := math.MaxInt, 0
	for _, f := range g.faults {
		n := len(g.cell(f, a).trials)
		least, most = min(least, n), max(most, n)
	}
	switch {
	case most == 1:
		return "n = 1, no interval"
	case least == most:
		return fmt.Sprintf("n = %d, median, range", most)
	}
	return fmt.Sprintf("n = %d to %d, median, range", least, most)
}

func newGroup(r bench.Results, g grid, f bench.Fault, reach float64) compareGroup {
	group := compareGroup{Fault: f.Name, About: describe(f)}
	cells := g.row(f)
	for _, c := range comparisons(r, g, f) {
		group.Rows = append(group.Rows, newRow(g, cells, c, reach))
	}
	group.Rows = append(group.Rows, violationRow(cells))
	group.Rows[len(group.Rows)-1].Last = true
	for i, c := range cells {
		if why := c.missing(); why != "" {
			cover(group.Rows, i, why)
		}
	}
	return group
}

// cover lets one text stand in place of a column's figures.
func cover(rows []compareRow, column int, why string) {
	for i := range rows {
		rows[i].Cells[column] = compareCell{Hidden: true}
	}
	rows[0].Cells[column] = compareCell{Missing: why, Span: len(rows)}
}

func newRow(g grid, cells []*cell, c bench.Comparison, reach float64) compareRow {
	row := compareRow{Measure: c.Measure}
	whole, sound := true, g.sound()
	for _, cell := range cells {
		whole = whole && cell.missing() == "" && !cell.interrupted()
	}
	for _, cell := range cells {
		v := c.Values[cell.arch.Name]
		row.Cells = append(row.Cells, compareCell{
			Value: figure(v, v.Value, c),
			Note:  interval(v, c),
			Best:  sound && whole && c.Best != "" && c.Best == cell.arch.Name,
		})
	}
	if len(cells) > 1 && whole {
		row.Ratio, row.Soft = ratioText(g, c)
		row.Dots = ratioDots(g, c, reach, row.Ratio)
		if len(cells) > 2 && sound && c.Best != "" {
			row.RatioNote = shortName(c.Best) + " best"
		}
	}
	return row
}

// figure writes one of a comparison's values.
func figure(v bench.Compare, value float64, c bench.Comparison) string {
	switch {
	case v.N == 0:
		return "–"
	case value < 0 && strings.Contains(c.Measure, "recover"):
		return "not seen"
	}
	return inUnit(value, c.Unit)
}

func interval(v bench.Compare, c bench.Comparison) string {
	var parts []string
	switch {
	case v.N > 1 && v.Low == v.High:
		parts = append(parts, fmt.Sprintf("in all %d", v.N))
	case v.N > 1:
		parts = append(parts, figure(v, v.Low, c)+" to "+figure(v, v.High, c))
	}
	if v.Invalid > 0 {
		parts = append(parts, fmt.Sprintf("%d invalid or interrupted left out", v.Invalid))
	}
	return strings.Join(parts, ", ")
}

// violationRow counts what broke a promise; it is there also when nothing did.
func violationRow(cells []*cell) compareRow {
	var names []string
	for _, class := range shownViolations {
		names = append(names, string(class))
	}
	row := compareRow{Measure: "orders " + strings.Join(names, " / ")}
	same := true
	for i, c := range cells {
		var counts []string
		bad := false
		for _, class := range shownViolations {
			n := c.sum(class)
			counts = append(counts, count(n))
			bad = bad || n > 0
			same = same && n == cells[0].sum(class)
		}
		row.Cells = append(row.Cells, compareCell{Value: strings.Join(counts, " / "), Bad: bad})
		same = same && (i == 0 || c.missing() == "") && cells[0].missing() == ""
	}
	if len(cells) > 1 && same {
		row.Ratio, row.Soft = "same", true
	}
	return row
}
