package reports

import (
	"slices"
	"strings"

	"faultline/bench"
)

// capacities are the rates that were searched for apart: a row for each question that was asked.
func (p *choosePart) capacities(g grid, found []bench.CapacityFound) {
	const question, holds = "Scalability", "highest rate at which "
	if len(found) == 0 {
		p.unmeasured(question, holds+"every SLO holds", "not measured in this run: faultline capacity finds it")
		return
	}
	var rows []string
	for _, c := range found {
		how := holds + asked(c)
		if slices.Contains(rows, how) {
			continue
		}
		rows = append(rows, how)
		row := chooseRow{Question: question, How: how, First: p.first(question)}
		for _, a := range g.archs {
			i := slices.IndexFunc(found, func(x bench.CapacityFound) bool { return x.Architecture == a.Name && asked(x) == asked(c) })
			if i < 0 {
				row.Cells = append(row.Cells, "not searched")
				continue
			}
			row.Cells = append(row.Cells, capacity(found[i].Edge))
		}
		p.Rows = append(p.Rows, row)
	}
}

// asked is the question of a search, without whom it was asked of.
func asked(c bench.CapacityFound) string {
	if c.Fault == bench.Control {
		return strings.Join(c.Objectives, " and ") + " holds"
	}
	return strings.Join(c.Objectives, " and ") + " holds under " + c.Fault
}

func capacity(e bench.Edge) string {
	u := bench.PerSecond
	switch {
	case e.Found():
		return u.Write(e.Low) + ", breaks at " + u.Write(e.High)
	case e.High > 0:
		return "under " + u.Write(e.High)
	}
	return "at least " + u.Write(e.Low)
}
