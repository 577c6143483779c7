package reports

import (
	"fmt"

	"faultline/bench"
)

// questions are five to ask of a call before it is made asynchronous, each answered for every architecture by a figure:
// yes, no, or at a price.
func questions(g grid, broken []bench.Fault, control *bench.Fault) []chooseRow {
	var rows []chooseRow
	ask := func(question, how string, of func(a bench.Architecture) string) {
		row := chooseRow{Question: question, How: how, First: true}
		for _, a := range g.archs {
			row.Cells = append(row.Cells, of(a))
		}
		rows = append(rows, row)
	}
	under := func(f *bench.Fault, why string, of func(*cell) string) func(bench.Architecture) string {
		return func(a bench.Architecture) string {
			if f == nil {
				return why
			}
			c := g.cell(*f, a)
			if c.missing() != "" {
				return leftOutWord(c)
			}
			return of(c)
		}
	}
	worst, named := worstFault(g, broken), "no fault was planned"
	if worst != nil {
		named = "under " + worst.Name
	}
	nothing := "not measured: the plan breaks nothing"
	ask("Must the caller have the result to go on?", "is the answer the outcome; else how long after it, at p99", under(control, noControl, resultAtOnce))
	ask("Can it wait seconds or minutes?", "done by, at p99, "+named, under(worst, nothing, canWait))
	ask("What happens while the downstream is out?", "orders taken, "+named, under(worst, nothing, taken))
	ask("Do several services react to this event?", "who must be changed for one more", func(a bench.Architecture) string { return subscribers(a) })
	ask("Is the operation safe to repeat?", "orders with an effect twice, over all trials", func(a bench.Architecture) string { return repeatable(g, a) })
	return rows
}

// worstFault is the one under which most answers failed, or where none did, answers took longest: what a downstream that is
// out looks like in this plan.
func worstFault(g grid, broken []bench.Fault) (found *bench.Fault) {
	var most float64
	for i, f := range broken {
		for _, c := range g.row(f) {
			for _, t := range c.valid() {
				bad := 1e6*t.Windows.Fault.Errors + max(t.Windows.Fault.Ack.P99.Seconds(), 0)
				if found == nil || bad > most {
					found, most = &broken[i], bad
				}
			}
		}
	}
	return found
}

func resultAtOnce(c *cell) string {
	if !c.polls() {
		return "yes: the answer is the outcome, in " + seconds(median(c, measures[0].of))
	}
	gap := median(c, measures[1].of) - median(c, measures[0].of)
	if median(c, measures[1].of) < 0 {
		return "no: more than 1 % of the orders are never done"
	}
	return "at a price: the outcome is known " + seconds(max(gap, 0)) + " after the answer"
}

func canWait(c *cell) string {
	done := median(c, measures[1].of)
	never := 0
	for _, t := range c.valid() {
		never += t.Windows.Fault.Done.Never
	}
	switch {
	case done < 0:
		return "no: more than 1 % are never done"
	case never > 0:
		return fmt.Sprintf("at a price: %s, and %s never done", seconds(done), plural(never, "order"))
	}
	return "yes: " + seconds(done)
}

func taken(c *cell) string {
	failed := median(c, func(s *bench.Summary) float64 { return s.Windows.Fault.Errors })
	answer := median(c, measures[0].of)
	slow := median(c, func(s *bench.Summary) float64 { return s.Windows.Fault.LateAcks })
	switch {
	case failed > 0.01:
		return "no: " + share(failed) + " of the answers fail"
	case slow > breadth:
		return "at a price: " + share(slow) + " of the answers are late or fail, " + seconds(answer) + " at p99"
	}
	return "yes: " + share(1-failed) + " taken, in " + seconds(answer) + " at p99"
}

// subscribers tells by how the links talk: an event's publisher knows nobody.
func subscribers(a bench.Architecture) string {
	calls, topics := 0, 0
	for _, l := range a.Links {
		if l.From == bench.Client {
			continue
		}
		calls++
		if l.Transport == "topic" {
			topics++
		}
	}
	switch topics {
	case calls:
		return fmt.Sprintf("yes: nobody, all of %d links are events", calls)
	case 0:
		return fmt.Sprintf("at a price: the caller, on each of %d links", calls)
	}
	return fmt.Sprintf("yes on %d of %d links, which are events", topics, calls)
}

func repeatable(g grid, a bench.Architecture) string {
	twice, offered := 0, 0
	for _, f := range g.faults {
		c := g.cell(f, a)
		twice, offered = twice+c.sum(bench.Duplicated), offered+c.offered()
	}
	switch {
	case offered == 0:
		return "not measured: no valid trial"
	case twice > 0:
		return fmt.Sprintf("no: %s of %s", count(twice), count(offered))
	}
	return "yes: 0 of " + count(offered)
}
