package reports

import (
	"fmt"
	"io"
	"strings"

	"faultline/bench"
)

// mostMD is how many characters a comment on a pull request may have: GitHub takes 65,536.
const mostMD = 60_000

// MD writes a comment for a pull request: the verdict first, gates and figures next, everything else folded.
func MD(w io.Writer, r bench.Results) error {
	g := newGrid(r)
	m := &markdown{most: mostMD, reserved: 500}
	m.add("the verdict", mdHead(r))
	m.add("the gates", mdGates(r.Gates))
	m.add("the figures", mdCompare(newCompare(r, g)))
	m.add("what became of the orders", folded("What became of the orders", mdOrders(newOrders(g))))
	m.add("when to use which", folded("When to use which", mdChoose(newChoose(r, g))))
	m.add("the checks", folded("Can I trust this?", mdTrust(newTrust(r))))
	if r.Run.Command != "" {
		m.add("the command", folded("Run it again", fenced(r.Run.Command)))
	}
	_, err := io.WriteString(w, m.end())
	return err
}

// mostHead bounds a sentence that names every trial of a long run.
const mostHead = 2000

func mdHead(r bench.Results) string {
	h := newHead(r, newGrid(r))
	var b strings.Builder
	fmt.Fprintf(&b, "### %s faultline: %s\n\n", outcomeMark(r.Gates, h), inert(cut(h.Verdict, mostHead)))
	if h.Price != "" {
		fmt.Fprintf(&b, "%s\n\n", inert(cut(h.Price, mostHead)))
	}
	fmt.Fprintf(&b, "%s **%s** · %s\n", h.Mark, inert(h.Badge), inert(cut(strings.Join(h.Run, " · "), mostHead)))
	for i, why := range h.Reasons {
		if i == 10 {
			fmt.Fprintf(&b, "\nand %s more\n", count(len(h.Reasons)-i))
			break
		}
		fmt.Fprintf(&b, "\n- **INVALID** %s", inert(cut(why, mostHead/4)))
	}
	if len(h.Reasons) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// outcomeMark is the worst of the gates, or of the validity where there are none.
func outcomeMark(gates []bench.GateResult, h headPart) string {
	mark := h.Mark
	for _, g := range gates {
		if g.Outcome == bench.Fail {
			return "✗"
		}
		if g.Outcome == bench.Inconclusive {
			mark = "~"
		}
	}
	return mark
}

func cut(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

func mdCompare(p comparePart) string {
	if p.Empty != "" {
		return p.Empty + "\n"
	}
	t := &mdTable{heads: []string{"fault", "measure"}, left: 2}
	for _, a := range p.Archs {
		t.heads = append(t.heads, code(a.Name)+"<br>"+inert(a.Trials))
	}
	if p.Dots {
		t.heads = append(t.heads, "ratio")
	}
	for _, group := range p.Groups {
		missing := map[int]string{}
		for i, row := range group.Rows {
			cells := []string{"", inert(row.Measure)}
			if i == 0 {
				cells[0] = code(group.Fault)
			}
			for k, c := range row.Cells {
				if c.Missing != "" {
					missing[k] = inert(cut(c.Missing, 200))
				}
				cells = append(cells, mdCell(c, missing[k], i))
			}
			if p.Dots {
				cells = append(cells, inert(strings.Trim(row.Ratio+", "+row.RatioNote, ", ")))
			}
			t.add(cells...)
		}
	}
	return t.String() + "\nOver the orders planned in the fault window, for the control over the same span; a time-out counts its full wait.\n"
}

func mdCell(c compareCell, missing string, row int) string {
	switch {
	case missing != "" && row == 0:
		return missing
	case missing != "":
		return "–"
	}
	text := inert(c.Value)
	if c.Best {
		text = "✓ **" + text + "**"
	}
	if c.Bad {
		text = "✗ **" + text + "**"
	}
	if c.Note != "" {
		text += "<br>" + inert(c.Note)
	}
	return text
}

func mdOrders(p ordersPart) string {
	if p.Empty != "" {
		return p.Empty + "\n"
	}
	t := &mdTable{heads: []string{"fault", "architecture"}, left: 2}
	for _, c := range append(append([]bench.Class{}, p.Violations...), p.Others...) {
		t.heads = append(t.heads, string(c))
	}
	t.heads = append(t.heads, "sum")
	for _, row := range p.Rows {
		cells := []string{code(row.Fault), code(row.Arch)}
		if row.Missing != "" {
			t.add(append(cells, inert(cut(row.Missing, 200)))...)
			continue
		}
		for _, c := range append(append([]ordersCell{}, row.Violations...), row.Others...) {
			cells = append(cells, c.N)
		}
		t.add(append(cells, row.Sum)...)
	}
	var b strings.Builder
	b.WriteString(t.String())
	for _, group := range p.Witnesses {
		fmt.Fprintf(&b, "\n**%s**\n\n", inert(group.Title))
		for _, w := range group.List {
			fmt.Fprintf(&b, "- %s, told: %s; %s\n", code(w.Order), inert(w.Told), code(strings.Join(strings.Fields(w.Journal), " ")))
		}
		if group.More != "" {
			fmt.Fprintf(&b, "\n%s\n", group.More)
		}
	}
	return b.String()
}

func mdTrust(p trustPart) string {
	var b strings.Builder
	t := &mdTable{heads: []string{"check", "passed", "saw"}, left: 3}
	for _, c := range p.Checks {
		t.add(c.Mark+" "+inert(c.Name), inert(c.Passed), inert(cut(c.Saw, 200)))
	}
	b.WriteString(p.Empty + t.String() + "\n")
	for _, w := range p.Warnings[:min(len(p.Warnings), 10)] {
		fmt.Fprintf(&b, "- warning: %s\n", inert(cut(w, 300)))
	}
	b.WriteString("\n")
	for _, f := range p.Facts {
		fmt.Fprintf(&b, "- %s: %s\n", f.Name, code(cut(f.Value, 300)))
	}
	return b.String()
}
