package reports

import (
	"strings"

	"faultline/bench"
)

// fronts writes which cuts no other beats, a table a fault.
func (t *terminal) fronts(r bench.Results) {
	for _, f := range r.Fronts {
		t.head("the front under "+f.Fault, "links before the bar are synchronous, at it and behind it asynchronous. "+frontRule)
		table := &textTable{groups: []textGroup{{1, "p99"}, {3, "blast"}, {4, "moving"}}}
		table.add("", "answer", "done", "radius", "parts")
		for _, c := range f.Cuts {
			name := seamName(f, c)
			if c.Unplaced != "" {
				table.instead(name, standing(c))
				continue
			}
			row := []string{name, frontAck(c.Ack.Value), seconds(c.Done.Value), share(c.Blast.Value), count(int(c.Parts.Value))}
			table.rows = append(table.rows, textRow{row, standing(c)})
		}
		table.write(t)
	}
}

// frontRule says when a cut beats another.
const frontRule = "A cut beats another if it is better somewhere and worse nowhere; up to 10 % (10 ms, 5 points of blast radius) apart is equal."

// seamName is a cut's name beside where it cuts.
func seamName(f bench.Front, c bench.FrontCut) string {
	longest := 0
	for _, other := range f.Cuts {
		longest = max(longest, width(shortName(other.Architecture)))
	}
	name := shortName(c.Architecture)
	return name + strings.Repeat(" ", longest-width(name)+2) + plain(c.Seam)
}

// frontAck writes a p99 of acknowledgement; where it is infinite, over 1 % of the answers failed or never came.
func frontAck(v float64) string {
	if v < 0 {
		return "failed"
	}
	return seconds(v)
}

// standing says whether a cut is on the front, and if not why.
func standing(c bench.FrontCut) string {
	switch {
	case c.Unplaced != "":
		return "no place: " + c.Unplaced
	case c.OnFront:
		return "on the front"
	}
	return "beaten by " + strings.Join(c.BeatenBy, ", ")
}
