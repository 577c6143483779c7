package reports

import "faultline/bench"

// spread writes how far a fault went: every service by phase, the client's edge first.
func (t *terminal) spread(g grid, f bench.Fault) {
	if isControl(f) {
		return
	}
	t.head(f.Name, "how far it spread: share of calls failed or late, p99, longest queue")
	for _, c := range g.row(f) {
		table := &textTable{groups: []textGroup{{1, "baseline"}, {4, "fault"}, {7, "recovery"}, {10, "spread"}}}
		table.add(shortName(c.arch.Name), "bad", "p99", "queue", "bad", "p99", "queue", "bad", "p99", "queue", "")
		if why := c.missing(); why != "" {
			table.rows = nil
			table.instead(shortName(c.arch.Name), why)
			table.groups = nil
		} else {
			for _, row := range spreadRows(c.median(), f, 1) {
				table.add(spreadCells(row)...)
			}
		}
		table.write(t)
	}
	t.matrix(g.row(f))
}

func spreadCells(row spreadRow) []string {
	name := "  " + shortName(row.Service)
	if row.Place {
		name += " (fault)"
	}
	cells := []string{name}
	for _, p := range row.Phases {
		cells = append(cells, p.Bad, p.P99, p.Queue)
	}
	return append(cells, row.Spread)
}
