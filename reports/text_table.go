package reports

import (
	"strings"
	"unicode/utf8"
)

// A textTable aligns columns: the first to the left, the others to the right.
type textTable struct {
	groups []textGroup
	rows   []textRow
}

// A textGroup is a heading over the columns from a column on.
type textGroup struct {
	column int
	title  string
}

// A textRow is cells, or, with note, words that stand in place of all cells but the first.
type textRow struct {
	cells []string
	note  string
}

func (t *textTable) add(cells ...string) { t.rows = append(t.rows, textRow{cells: cells}) }

// instead adds a row of which only the first cell is there, and why.
func (t *textTable) instead(first, why string) {
	t.rows = append(t.rows, textRow{[]string{first}, why})
}

func width(s string) int { return utf8.RuneCountInString(s) }

// gap is between columns, wide before a group.
func (t *textTable) gap(column int) int {
	for _, g := range t.groups {
		if g.column == column {
			return 3
		}
	}
	return 2
}

func (t *textTable) widths() []int {
	var w []int
	for _, r := range t.rows {
		for i, c := range r.cells {
			for len(w) <= i {
				w = append(w, 0)
			}
			w[i] = max(w[i], width(c))
		}
	}
	return w
}

// write sets the table, indented by two.
func (t *textTable) write(to *terminal) {
	w := t.widths()
	var heads strings.Builder
	at := 2
	for i := range w {
		if i > 0 {
			at += t.gap(i)
		}
		for _, g := range t.groups {
			if g.column == i {
				heads.WriteString(strings.Repeat(" ", max(at-width(heads.String()), 1)) + g.title)
			}
		}
		at += w[i]
	}
	if heads.Len() > 0 {
		to.line(heads.String())
	}
	for _, r := range t.rows {
		to.row(r, w, t)
	}
}

func (t *terminal) row(r textRow, w []int, table *textTable) {
	line := "  "
	for i, c := range r.cells {
		pad := strings.Repeat(" ", w[i]-width(c))
		if i == 0 {
			line += c + pad
		} else {
			line += strings.Repeat(" ", table.gap(i)) + pad + c
		}
	}
	if r.note != "" {
		t.wrap(line+"  ", r.note)
		return
	}
	t.line(line)
}
