package reports

import (
	"fmt"
	"io"

	"faultline/bench"
)

// HiddenText writes up to which load a system heals itself, for a plain terminal.
func HiddenText(w io.Writer, h bench.HiddenFound) error { return hiddenPage(h, "").text(w) }

// HiddenHTML writes the same as one page.
func HiddenHTML(w io.Writer, h bench.HiddenFound, command string) error {
	return hiddenPage(h, command).html(w)
}

func hiddenPage(h bench.HiddenFound, command string) searchPage {
	p := searchPage{Title: hiddenSentence(h), Command: command, Notes: []string{
		fmt.Sprintf("The slowest service does %s. A trial breaks %s, waits whether goodput comes back under the load of before, cuts the load until every queue is empty, and restores it: only what comes back "+
			"then, and not before, is metastable. %s in all.", bench.PerSecond.Write(h.Mu), describe(h.Fault), plural(h.Trials, "trial"))}}
	return p.with(hiddenTable(h), verdictsTable(h))
}

// hiddenSentence tells the least and the most of the policies.
func hiddenSentence(h bench.HiddenFound) string {
	for _, row := range h.Rows {
		if row.Rates != nil && row.Rates.High > 0 {
			return fmt.Sprintf("%s under %s of %s: with %s it heals itself up to %s, and stays broken at %s, though %s are its capacity.", h.Architecture, h.Fault.Name,
				short(h.Lasts.Seconds()), row.Policy.Name, bench.PerSecond.Write(row.Rates.Low), bench.PerSecond.Write(row.Rates.High), bench.PerSecond.Write(h.Mu))
		}
	}
	return fmt.Sprintf("%s under %s of %s: it healed itself wherever that was tried.", h.Architecture, h.Fault.Name, short(h.Lasts.Seconds()))
}

func hiddenTable(h bench.HiddenFound) searchTable {
	t := searchTable{Title: "Hidden capacity", About: fmt.Sprintf("The highest rate that heals itself after %s, and the longest fault that does at %s.",
		short(h.Lasts.Seconds()), bench.PerSecond.Write(h.Rate)), Head: []searchCell{word("policy"), word("what callers do"), number("heals up to", ""), number("heals after", "")}}
	for _, row := range h.Rows {
		t.Rows = append(t.Rows, []searchCell{word(row.Policy.Name), word(row.Policy.About), healCell(bench.PerSecond, row.Rates), healCell(bench.Seconds, row.Durations)})
	}
	return t
}

// healCell is an edge below which it heals.
func healCell(u bench.Unit, e *bench.Edge) searchCell {
	switch {
	case e == nil:
		return number("not asked", "")
	case e.Found():
		return number(u.Write(e.Low)+" to "+u.Write(e.High), plural(e.Trials, "trial"))
	case e.High > 0:
		return number("under "+u.Write(e.High), plural(e.Trials, "trial"))
	}
	return number("all up to "+u.Write(e.Low), plural(e.Trials, "trial"))
}

func verdictsTable(h bench.HiddenFound) searchTable {
	t := searchTable{Title: "The trials", About: "What each said, and why.", Head: []searchCell{word("policy"), number("orders/s", ""), number("fault", ""), word("verdict"), word("why")}}
	for _, row := range h.Rows {
		for _, s := range row.Seen {
			t.Rows = append(t.Rows, []searchCell{word(row.Policy.Name), number(bench.PerSecond.Write(s.Rate), ""), number(short(s.Lasts.Seconds()), ""), word(s.Verdict), word(s.Why)})
		}
	}
	return t
}
