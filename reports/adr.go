package reports

import (
	"fmt"
	"io"
	"strings"

	"faultline/bench"
)

// ADR writes an architecture decision record in Markdown: the decision that the figures speak for, and what it costs. Who
// decides edits it; a run that was not valid decides nothing, and says so.
func ADR(w io.Writer, r bench.Results) error {
	g := newGrid(r)
	sentence, price := verdict(r)
	badge, sound := validity(r)
	m := &markdown{most: mostMD, reserved: 500}
	title, status := "Choose between "+adrNames(g), "proposed"
	if r.Verdict.Winner != "" && sound {
		title = "Prefer " + plain(r.Verdict.Winner) + " for the order flow"
	}
	if !sound {
		status = "undecided: " + badge
	}
	date := "–"
	if !r.Run.Started.IsZero() {
		date = r.Run.Started.UTC().Format("2006-01-02")
	}
	m.add("the head", fmt.Sprintf("# %s\n\n- Status: %s\n- Date: %s\n", inert(title), inert(status), date))
	m.add("the context", "## Context\n\n"+adrContext(r, g))
	m.add("the decision", "## Decision\n\nMeasured: "+inert(cut(sentence, mostHead))+"\n")
	m.add("the consequences", "## Consequences\n\n"+adrConsequences(r, price))
	m.add("the figures", "## Figures\n\n"+mdCompare(newCompare(r, g)))
	m.add("when to use which", "## When to use which\n\n"+mdChoose(newChoose(r, g)))
	m.add("the evidence", "## Evidence\n\n"+mdTrust(newTrust(r)))
	if r.Run.Command != "" {
		m.add("the command", fenced(r.Run.Command))
	}
	_, err := io.WriteString(w, m.end())
	return err
}

func adrNames(g grid) string {
	var names []string
	for _, a := range g.archs {
		names = append(names, plain(a.Name))
	}
	if len(names) == 0 {
		return "nothing: no architecture was planned"
	}
	return strings.Join(names, ", ")
}

// adrContext says what was set against what, and under which faults.
func adrContext(r bench.Results, g grid) string {
	var b strings.Builder
	b.WriteString("One order flow was run in these styles, under the same load and the same faults:\n\n")
	for _, a := range g.archs {
		fmt.Fprintf(&b, "- %s: %s\n", code(a.Name), inert(a.About))
	}
	b.WriteString("\nBroken in turn:\n\n")
	for _, f := range g.faults {
		fmt.Fprintf(&b, "- %s: %s\n", code(f.Name), inert(describe(f)))
	}
	fmt.Fprintf(&b, "\nThe run: %s\n", inert(strings.Join(runLine(r), " · ")))
	return b.String()
}

func adrConsequences(r bench.Results, price string) string {
	var b strings.Builder
	if price == "" {
		price = "No price was computed: there is no clear winner."
	}
	fmt.Fprintf(&b, "The figures say: %s\n", inert(cut(price, mostHead)))
	for _, g := range r.Gates {
		fmt.Fprintf(&b, "\n- gate %s: %s", code(g.Gate), g.Outcome)
	}
	b.WriteString("\n- On one machine and over loopback: compare the styles with each other, and carry no absolute time elsewhere.\n")
	return b.String()
}
