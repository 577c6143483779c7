package reports

import (
	"faultline/bench"
	"faultline/reports/plot"
)

// topology draws an architecture with what failed marked.
func topology(c *cell) figurePart {
	t := c.median()
	if t == nil {
		return drawn(c.arch.Name, "", "", []*cell{c})
	}
	bad := map[string]bench.ServiceWindow{}
	for _, s := range edgeFirst(t) {
		bad[s.Service] = s.Fault
	}
	graph := plot.Graph{Label: c.arch.Name + ": who asks whom, and what failed"}
	for _, name := range append([]string{bench.Client}, c.arch.Services()...) {
		graph.Nodes = append(graph.Nodes, nodeOf(name, bad, c.fault))
	}
	for _, l := range c.arch.Links {
		graph.Edges = append(graph.Edges, edgeOf(l, bad, c.fault))
	}
	return drawn(c.arch.Name, "% of calls that failed or were late in the fault window; dashed: over 5 %", graph.SVG(), []*cell{c})
}

func nodeOf(name string, bad map[string]bench.ServiceWindow, f bench.Fault) plot.Node {
	w, ok := bad[name]
	n := plot.Node{Name: name, Heat: -1, Broken: f.Strikes(name)}
	switch {
	case !ok:
		n.Note = "not measured"
	case w.Starved:
		n.Note = "no calls"
	default:
		n.Heat, n.Note = w.Bad, share(w.Bad)+" bad"
	}
	return n
}

// breadth is the share of calls from which a service counts as hurt.
const breadth = 0.05

func edgeOf(l bench.Link, bad map[string]bench.ServiceWindow, f bench.Fault) plot.Edge {
	callee := bad[l.To]
	if l.From == bench.Client {
		callee = bad[bench.Client]
	}
	note := l.Transport
	if more := l.Words(); more != "" {
		note += ", " + more
	}
	queued := l.Transport == "queue" || l.Transport == "topic"
	called := l.Transport == "webhook"
	return plot.Edge{From: l.From, To: l.To, Note: note, Queued: queued, CalledBack: called,
		Failed: !callee.Starved && callee.Bad > breadth,
		Broken: f.Strikes(l.Name()) || called && f.Strikes(l.To+"->"+l.From) ||
			queued && (f.Strikes("broker") || f.Strikes(l.From+"->broker") || f.Strikes("broker->"+l.To))}
}
