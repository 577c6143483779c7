package reports

import (
	"math"
	"time"

	"faultline/bench"
)

// A spreadPart shows how far one fault went.
type spreadPart struct {
	Fault, About string
	Folded       bool
	Tables       []spreadTable
	Accounts     []account
	Path         figurePart
	Heat, Time   figurePart
	Topologies   []figurePart
}

// An account is what followed from a fault in one architecture, line by line.
type account struct {
	Arch  string
	Lines []string
}

// A spreadTable is an architecture's services by phase, the client's edge first.
type spreadTable struct {
	Arch, Missing string
	Rows          []spreadRow
}

type spreadRow struct {
	Service   string
	Place     bool // the fault was here
	Phases    [3]spreadPhase
	Spread    string // P(service | fault)
	SpreadHue int
}

// A spreadPhase is a service in one phase; the hues are steps of shade from 0 to 10.
type spreadPhase struct {
	Bad, P99, Queue          string
	BadHue, P99Hue, QueueHue int
}

func newSpread(g grid) []spreadPart {
	var out []spreadPart
	broken, control := g.broken()
	for _, f := range broken {
		out = append(out, spreadOf(g, f, false))
	}
	if control != nil {
		out = append(out, spreadOf(g, *control, len(broken) > 0))
	}
	return out
}

func spreadOf(g grid, f bench.Fault, folded bool) spreadPart {
	cells := g.row(f)
	p := spreadPart{Fault: f.Name, About: describe(f), Folded: folded}
	longest := longestQueue(cells)
	for _, c := range cells {
		t := spreadTable{Arch: c.arch.Name, Missing: c.missing()}
		if m := c.median(); m != nil {
			t.Rows = spreadRows(m, f, longest)
			if len(t.Rows) == 0 {
				t.Missing = "no service was measured"
			}
		}
		p.Tables = append(p.Tables, t)
	}
	if !isControl(f) {
		p.Path = pathFigure(cells)
		for _, c := range cells {
			if m := c.median(); m != nil && len(m.Spread.Cells) > 0 {
				p.Accounts = append(p.Accounts, account{c.arch.Name, accountLines(c)[1:]}) // the path is drawn
			}
		}
	}
	p.Heat = heatFigure(f, cells)
	p.Time = timeFigure(cells)
	if !isControl(f) {
		for _, c := range cells {
			p.Topologies = append(p.Topologies, topology(c))
		}
	}
	return p
}

func longestQueue(cells []*cell) int {
	longest := 1
	for _, c := range cells {
		if t := c.median(); t != nil {
			for _, s := range t.Services {
				longest = max(longest, s.Baseline.Queue, s.Fault.Queue, s.Recovery.Queue)
			}
		}
	}
	return longest
}

func spreadRows(t *bench.Summary, f bench.Fault, longest int) []spreadRow {
	var rows []spreadRow
	for _, s := range edgeFirst(t) {
		row := spreadRow{Service: s.Service, Place: f.Strikes(s.Service), Spread: share(s.Propagation), SpreadHue: shade(s.Propagation)}
		if s.Fault.Starved || s.Baseline.Starved {
			row.Spread, row.SpreadHue = "–", 0
		}
		for i, w := range []bench.ServiceWindow{s.Baseline, s.Fault, s.Recovery} {
			row.Phases[i] = phaseOf(w, s.Baseline.P99, longest, s.Service == bench.Client)
		}
		rows = append(rows, row)
	}
	return rows
}

func phaseOf(w bench.ServiceWindow, before time.Duration, longest int, edge bool) spreadPhase {
	p := spreadPhase{Bad: share(w.Bad), P99: duration(w.P99), Queue: count(w.Queue),
		BadHue: shade(w.Bad), P99Hue: shade(slowdown(w.P99, before)), QueueHue: shade(float64(w.Queue) / float64(longest))}
	switch {
	case w.Starved && w.Down:
		p = spreadPhase{Bad: "down", P99: "–", Queue: "–"}
	case w.Starved:
		p = spreadPhase{Bad: "starved", P99: "–", Queue: count(w.Queue), QueueHue: p.QueueHue}
	case w.Down:
		p.Bad += ", down"
	}
	if edge {
		p.Queue, p.QueueHue = "–", 0
	}
	return p
}

// slowdown is how much later than before, from 0 for up to twice to 1 for a hundred times or never.
func slowdown(now, before time.Duration) float64 {
	if now < 0 {
		return 1
	}
	if before <= 0 || now <= 2*before {
		return 0
	}
	return math.Log10(float64(now)/float64(before)) / 2
}

// shade is one of the eleven steps of the table's hue; under 2 % is not worth a look.
func shade(v float64) int {
	if math.IsNaN(v) || v < 0.02 {
		return 0
	}
	return max(1, int(math.Round(min(v, 1)*10)))
}
