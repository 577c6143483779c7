package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"faultline/bench"
)

// A ContrastFormat renders a comparison of two runs. It writes nothing if it fails before it could write all.
type ContrastFormat func(w io.Writer, c bench.Contrast) error

// A ContrastEntry is one line of Contrasts.
type ContrastEntry struct {
	Name, Ext string
	Format    ContrastFormat
}

// Contrasts are the formats of a comparison.
var Contrasts = []ContrastEntry{
	{"text", "txt", ContrastText},
	{"md", "md", ContrastMD},
	{"html", "html", ContrastHTML},
	{"junit", "xml", ContrastJUnit},
	{"json", "json", ContrastJSON},
}

// findingMarks stand beside an answer, so that no colour is needed.
var findingMarks = map[bench.Finding]string{bench.Better: "✓", bench.Worse: "✗", bench.Same: "=", bench.TooFew: "~"}

// sideLine says what one of the runs was.
func sideLine(s bench.Side) string {
	parts := []string{s.Dir}
	for _, p := range []string{s.Version, s.Commit, s.Runtime, s.Broker} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	parts = append(parts, plural(s.Trials, "trial"))
	if s.Invalid > 0 {
		parts = append(parts, fmt.Sprintf("%d of them INVALID or interrupted, left out", s.Invalid))
	}
	return strings.Join(parts, " · ")
}

// ContrastText writes a table a cell for a terminal.
func ContrastText(w io.Writer, c bench.Contrast) error {
	t := &terminal{}
	t.wrap("base  ", sideLine(c.Base))
	t.wrap("new   ", sideLine(c.New))
	for _, n := range c.Notes {
		t.wrap("note  ", n)
	}
	for _, cell := range c.Cells {
		t.head(cell.Name(), "under "+cell.Fault)
		if cell.Missing != "" {
			t.wrap("  ", cell.Missing)
			continue
		}
		table := &textTable{}
		for _, change := range cell.Changes {
			table.rows = append(table.rows, textRow{[]string{change.Measure, change.Values(), findingMarks[change.Finding] + " " + string(change.Finding)}, change.ShiftText()})
		}
		table.write(t)
		for _, o := range cell.Orders {
			t.wrap("  order by order, "+o.Measure+": ", orderChangeText(o))
		}
		if text := timeText(cell.Time); text != "" {
			t.wrap("  where it went: ", text)
		}
	}
	t.line("")
	if c.Parity != "" {
		t.wrap("PARITY   ", c.Parity)
	}
	t.wrap("VERDICT  ", c.Sentence)
	t.wrap("         ", fmt.Sprintf("A change of under %g %% of the baseline (points, of a share) is taken for none.", 100*c.Effect))
	t.gates(c.Gates)
	_, err := t.b.WriteTo(w)
	return err
}

// timeText says where the time went between the runs; "" if nothing could be set against each other.
func timeText(c *bench.TimeChange) string {
	switch {
	case c == nil:
		return ""
	case c.Missing != "":
		return "not known: " + c.Missing
	}
	return c.Sentence
}

// orderChangeText says what became of the same orders.
func orderChangeText(o bench.OrderChange) string {
	text := fmt.Sprintf("of the same %s %s were over 1 ms slower, %s faster", plural(o.Pairs, "order"), share(o.Slower), share(o.Faster))
	shift := o.Shift
	if shift.Bounded() {
		text += fmt.Sprintf("; median %s (%s to %s in these trials)", signedSeconds(shift.Value), signedSeconds(shift.Low), signedSeconds(shift.High))
	}
	return text
}

func signedSeconds(v float64) string {
	if v < 0 {
		return "−" + seconds(-v)
	}
	return "+" + seconds(v)
}

// ContrastMD writes a comment for a pull request.
func ContrastMD(w io.Writer, c bench.Contrast) error {
	m := &markdown{most: mostMD, reserved: 500}
	m.add("the verdict", fmt.Sprintf("### %s faultline: %s\n", contrastMark(c), inert(cut(c.Sentence, mostHead))))
	if c.Parity != "" {
		m.add("the parity", inert(c.Parity)+"\n")
	}
	m.add("the gates", mdGates(c.Gates))
	var changed, all mdTable
	changed.heads, changed.left = []string{"of", "measure", "base → new", "change", ""}, 5
	all.heads, all.left = changed.heads, 5
	for _, cell := range c.Cells {
		name := code(cell.Name()) + " " + code(cell.Fault)
		if cell.Missing != "" {
			all.add(name, inert(cell.Missing))
		}
		for _, change := range cell.Changes {
			row := []string{name, inert(change.Measure), inert(change.Values()), inert(change.ShiftText()), findingMarks[change.Finding] + " " + string(change.Finding)}
			all.add(row...)
			if change.Finding == bench.Worse || change.Finding == bench.Better {
				changed.add(row...)
			}
		}
	}
	m.add("what changed", changed.String())
	m.add("all measures", folded("All measures", all.String()))
	m.add("the same orders", folded("The same orders, one by one", mdOrderChanges(c)))
	notes := fmt.Sprintf("- base: %s\n- new: %s\n", inert(sideLine(c.Base)), inert(sideLine(c.New)))
	for _, n := range c.Notes {
		notes += "- note: " + inert(n) + "\n"
	}
	m.add("what was compared", notes+fmt.Sprintf("- a change of under %g %% of the baseline (points, of a share) is taken for none\n", 100*c.Effect))
	_, err := io.WriteString(w, m.end())
	return err
}

func mdOrderChanges(c bench.Contrast) string {
	var b strings.Builder
	for _, cell := range c.Cells {
		for _, o := range cell.Orders {
			fmt.Fprintf(&b, "- %s %s, %s: %s\n", code(cell.Name()), code(cell.Fault), o.Measure, inert(orderChangeText(o)))
		}
		if text := timeText(cell.Time); text != "" {
			fmt.Fprintf(&b, "- %s %s, where the time went: %s\n", code(cell.Name()), code(cell.Fault), inert(text))
		}
	}
	return b.String()
}

// contrastMark is the worst of the gates; without any, of the answers.
func contrastMark(c bench.Contrast) string {
	mark := "✓"
	for _, g := range c.Gates {
		if g.Outcome == bench.Fail {
			return "✗"
		}
		if g.Outcome == bench.Inconclusive {
			mark = "~"
		}
	}
	for _, cell := range c.Cells {
		for _, change := range cell.Changes {
			if len(c.Gates) == 0 && change.Finding == bench.Worse {
				return "✗"
			}
		}
	}
	return mark
}

// ContrastJSON writes the comparison as it is.
func ContrastJSON(w io.Writer, c bench.Contrast) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(struct {
		Schema int `json:"schema"`
		bench.Contrast
	}{bench.SchemaVersion, c}); err != nil {
		return fmt.Errorf("writing the comparison as JSON: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}

// ContrastJUnit writes the new run's test cases with the gates of the comparison.
func ContrastJUnit(w io.Writer, c bench.Contrast) error {
	r := c.NewRun
	r.Gates = c.Gates
	return JUnit(w, r)
}
