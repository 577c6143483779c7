package reports

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"strings"

	"faultline/bench"
	"faultline/reports/plot"
)

// A searchPage is what a search found: a sentence, remarks, and tables. Text and HTML are written from it.
type searchPage struct {
	Title   string
	Notes   []string
	Tables  []searchTable
	Command string
	CSP     string
	CSS     template.CSS
}

type searchTable struct {
	Title, About string
	Head         []searchCell
	Rows         [][]searchCell
}

// A searchCell is a figure or a word; Shade is one of the page's classes from s1 to s10.
type searchCell struct {
	Text, Note, Shade string
	Number            bool
}

func word(text string) searchCell { return searchCell{Text: text} }

func number(text, note string) searchCell { return searchCell{Text: text, Note: note, Number: true} }

// text writes the page for a plain terminal.
func (p searchPage) text(w io.Writer) error {
	t := &terminal{}
	t.wrap("FOUND    ", p.Title)
	for _, n := range p.Notes {
		t.wrap("         ", n)
	}
	for _, table := range p.Tables {
		t.head(table.Title, table.About)
		out := &textTable{}
		for _, row := range append([][]searchCell{table.Head}, table.Rows...) {
			var cells []string
			for _, c := range row {
				cells = append(cells, plain(strings.TrimSpace(c.Text+"  "+c.Note)))
			}
			out.add(cells...)
		}
		out.write(t)
	}
	_, err := t.b.WriteTo(w)
	return err
}

// html writes the page, which needs nothing else and runs no script.
func (p searchPage) html(w io.Writer) error {
	tmpl, err := template.ParseFS(pageFiles, "page/search.gohtml")
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	css, err := pageFiles.ReadFile("page/report.css")
	if err != nil {
		return fmt.Errorf("reading the page's style: %w", err)
	}
	style := plot.CSS() + string(css)
	p.CSS, p.CSP = template.CSS(style), fmt.Sprintf("default-src 'none'; style-src '%s'; base-uri 'none'; form-action 'none'", hash(style))
	var b bytes.Buffer
	if err := tmpl.ExecuteTemplate(&b, "search.gohtml", p); err != nil {
		return fmt.Errorf("rendering the page: %w", err)
	}
	_, err = io.WriteString(w, plainLines(b.String()))
	return err
}

// SurfaceText writes where a fault begins to break an objective, for a plain terminal.
func SurfaceText(w io.Writer, s bench.Surface) error { return surfacePage(s, "").text(w) }

// SurfaceHTML writes the same as one page.
func SurfaceHTML(w io.Writer, s bench.Surface, command string) error {
	return surfacePage(s, command).html(w)
}

func surfacePage(s bench.Surface, command string) searchPage {
	headline := s.Cells[s.Headline]
	p := searchPage{Title: surfaceSentence(s, headline), Command: command,
		Notes: []string{fmt.Sprintf("%s. Each value by the majority of up to %d trials, %s in all; the interval ends where both its ends are within %s.",
			describeKind(s), headline.Edge.Sought.Repeats, plural(s.Trials, "trial"), share(headline.Edge.Sought.Precision))}}
	return p.with(surfaceTable(s), probesTable(s.Strength, headline.Edge))
}

func (p searchPage) with(tables ...searchTable) searchPage {
	p.Tables = append(p.Tables, tables...)
	return p
}

func describeKind(s bench.Surface) string {
	return fmt.Sprintf("The fault: %s; what is varied is its %s", describe(s.Fault), s.Strength.Name)
}

// surfaceSentence is the answer in a sentence.
func surfaceSentence(s bench.Surface, c bench.SurfaceCell) string {
	what := strings.Join(s.Objectives, " and ")
	when := fmt.Sprintf("at %s orders/s", significantShort(c.Rate))
	if c.Duration > 0 {
		when = "for " + short(c.Duration.Seconds()) + " " + when
	}
	write := s.Strength.Unit.Write
	switch e := c.Edge; {
	case e.Found():
		return fmt.Sprintf("On %s, the weakest %s that breaks %s has a %s between %s and %s, %s.", s.Architecture, s.Fault.Name, what, s.Strength.Name, write(e.Low), write(e.High), when)
	case e.High > 0:
		return fmt.Sprintf("On %s, %s breaks already where %s has a %s of %s, %s; nothing weaker was tried.", s.Architecture, what, s.Fault.Name, s.Strength.Name, write(e.High), when)
	default:
		return fmt.Sprintf("On %s, no %s from %s to %s of %s breaks %s, %s.", s.Architecture, s.Fault.Name, write(e.Sought.From), write(e.Sought.To), s.Strength.Name, what, when)
	}
}

// surfaceTable is the grid: a row a duration, a column a rate.
func surfaceTable(s bench.Surface) searchTable {
	t := searchTable{Title: "The surface", About: fmt.Sprintf("The %s at which %s begins to break it, by how long it lasts and how many orders arrive.", s.Strength.Name, s.Fault.Name),
		Head: []searchCell{word("lasts")}}
	var strongest float64
	for _, c := range s.Cells {
		strongest = max(strongest, c.Edge.Low, c.Edge.High)
	}
	for i, c := range s.Cells {
		if i == 0 || c.Duration == s.Cells[0].Duration {
			t.Head = append(t.Head, number(significantShort(c.Rate)+"/s", ""))
		}
		if i == 0 || c.Duration != s.Cells[i-1].Duration {
			lasts := "as sought"
			if c.Duration > 0 {
				lasts = short(c.Duration.Seconds())
			}
			t.Rows = append(t.Rows, []searchCell{word(lasts)})
		}
		last := len(t.Rows) - 1
		t.Rows[last] = append(t.Rows[last], edgeCell(s.Strength.Unit, c.Edge, strongest))
	}
	return t
}

// edgeCell is an edge as an interval; the weaker the fault that breaks, the darker.
func edgeCell(u bench.Unit, e bench.Edge, strongest float64) searchCell {
	c := searchCell{Number: true, Note: plural(e.Trials, "trial")}
	switch {
	case e.Found():
		c.Text = u.Write(e.Low) + " to " + u.Write(e.High)
	case e.High > 0:
		c.Text = "under " + u.Write(e.High)
	default:
		c.Text = "over " + u.Write(e.Low)
		return c
	}
	if strongest > 0 {
		c.Shade = fmt.Sprintf("s%d", min(10, max(1, int(10*(1-e.High/strongest))+1)))
	}
	return c
}

// probesTable is what the trials at each value said.
func probesTable(s bench.Strength, e bench.Edge) searchTable {
	t := searchTable{Title: "The trials", About: "What the trials at each value said.",
		Head: []searchCell{word(s.Name), number("held", ""), number("broke", ""), number("tested nothing", "")}}
	for _, p := range e.Probes {
		t.Rows = append(t.Rows, []searchCell{word(s.Unit.Write(p.At)), number(count(p.Holds), ""), number(count(p.Breaks), ""), number(count(p.Unclear), "")})
	}
	return t
}

// CapacityText writes the highest rate that holds, for a plain terminal.
func CapacityText(w io.Writer, c bench.CapacityFound) error { return capacityPage(c, "").text(w) }

// CapacityHTML writes the same as one page.
func CapacityHTML(w io.Writer, c bench.CapacityFound, command string) error {
	return capacityPage(c, command).html(w)
}

func capacityPage(c bench.CapacityFound, command string) searchPage {
	what, u := strings.Join(c.Objectives, " and "), bench.PerSecond
	under := ""
	if c.Fault != bench.Control {
		under = " under " + c.Fault
	}
	title := fmt.Sprintf("%s%s keeps %s up to %s: at %s it breaks.", c.Architecture, under, what, u.Write(c.Edge.Low), u.Write(c.Edge.High))
	switch {
	case c.Edge.Found():
	case c.Edge.High > 0:
		title = fmt.Sprintf("%s%s breaks %s already at %s; nothing lower was tried.", c.Architecture, under, what, u.Write(c.Edge.High))
	default:
		title = fmt.Sprintf("%s%s keeps %s at every rate that was tried, up to %s.", c.Architecture, under, what, u.Write(c.Edge.Low))
	}
	p := searchPage{Title: title, Command: command,
		Notes: []string{fmt.Sprintf("Each rate by the majority of up to %d trials, %s in all.", c.Edge.Sought.Repeats, plural(c.Edge.Trials, "trial"))}}
	return p.with(probesTable(bench.Strength{Name: "orders/s", Unit: u}, c.Edge))
}
