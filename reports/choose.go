package reports

import (
	"fmt"
	"strings"

	"faultline/bench"
)

// A choosePart is the part of the decision that this run's figures decide: a table, and five questions to ask of a call.
type choosePart struct {
	Empty     string
	Archs     []string
	Rows      []chooseRow
	Questions []chooseRow
}

// A chooseRow is one measure with a cell an architecture; without figures a cell says why.
type chooseRow struct {
	Question, How string
	First         bool // of its question
	Cells         []string
}

// unmeasured are the cells of a row that this run has no figures for.
func (p *choosePart) unmeasured(question, how, why string) {
	row := chooseRow{Question: question, How: how, First: p.first(question)}
	for range p.Archs {
		row.Cells = append(row.Cells, why)
	}
	p.Rows = append(p.Rows, row)
}

// first reports whether no row of a question is there yet.
func (p *choosePart) first(question string) bool {
	return len(p.Rows) == 0 || p.Rows[len(p.Rows)-1].Question != question
}

// add makes a row of the cells under a fault.
func (p *choosePart) add(g grid, question string, f bench.Fault, how string, of func(*cell) string) {
	row := chooseRow{Question: question, How: how, First: p.first(question)}
	for _, c := range g.row(f) {
		if c.missing() != "" {
			row.Cells = append(row.Cells, leftOutWord(c))
		} else {
			row.Cells = append(row.Cells, of(c))
		}
	}
	p.Rows = append(p.Rows, row)
}

func newChoose(r bench.Results, g grid) choosePart {
	p := choosePart{}
	for _, a := range g.archs {
		p.Archs = append(p.Archs, a.Name)
	}
	broken, control := g.broken()
	if len(g.archs) == 0 || len(g.faults) == 0 {
		p.Empty = "Nothing to decide by: the run has neither trials nor a plan."
		return p
	}
	p.answers(g, broken, control)
	p.failures(g, broken)
	p.operation(g, broken, control)
	p.capacities(g, r.Capacities)
	p.unmeasured("Debugging", "spans an order, and whether one order's trace is whole", "not measured: the services write no traces")
	p.reach(g, broken)
	p.Questions = questions(g, broken, control)
	return p
}

const noControl = "not measured: the plan has no control"

// answers are what a caller gets, and when.
func (p *choosePart) answers(g grid, broken []bench.Fault, control *bench.Fault) {
	if control != nil {
		p.add(g, "Immediate answer", *control, "p99 answer, and p99 until the order is done, nothing broken", answerAndDone)
	}
	for _, f := range broken {
		p.add(g, "Immediate answer", f, "the same under "+f.Name, answerAndDone)
	}
	read := false
	for _, f := range g.faults {
		if g.readBack(f) {
			read = true
			p.add(g, "Data consistency", f, "orders not in My Orders right after the answer, and p99 until shown done, under "+f.Name, readBack)
		}
	}
	if !read {
		p.unmeasured("Data consistency", "orders not in My Orders right after the answer", "not measured: no client looked")
	}
}

// failures are what becomes of orders while something is broken.
func (p *choosePart) failures(g grid, broken []bench.Fault) {
	if len(broken) == 0 {
		p.unmeasured("Failure handling", "answers that failed while a place was broken", "not measured: the plan breaks nothing")
		return
	}
	for _, f := range broken {
		p.add(g, "Failure handling", f, "answers that failed under "+f.Name, edgeErrors)
	}
	for _, f := range broken {
		p.add(g, "Failure handling", f, "orders done although their client got no answer, and left parked or unfinished, under "+f.Name, recoveredOrders)
	}
	for _, f := range broken {
		p.add(g, "Failure handling", f, "until orders were done as before, after "+f.Name, recoveredIn)
	}
}

// operation is what must run, be scaled and be understood.
func (p *choosePart) operation(g grid, broken []bench.Fault, control *bench.Fault) {
	any := g.faults[0]
	p.add(g, "Complexity", any, "moving parts besides the services: brokers, queues, tables of unfinished work, callbacks", movingParts)
	if control == nil {
		p.unmeasured("Complexity", "requests that services handle, an order", noControl)
		p.unmeasured("Cost", "processor time of all services together, an order", noControl)
	} else {
		p.add(g, "Complexity", *control, "requests that services handle, an order", hops)
		p.add(g, "Cost", *control, "processor time of all services together, an order", costOfOrder)
	}
	if len(broken) > 0 {
		p.add(g, "Scalability", broken[0], "orders a second that the slowest service can do by its slots and its work", slowest)
	}
}

// reach is how far a fault is felt.
func (p *choosePart) reach(g grid, broken []bench.Fault) {
	for _, f := range broken {
		p.add(g, "Blast radius", f, "orders failed or late under "+f.Name+" and after it, for each offered in the window", blastRadius)
	}
	for _, f := range broken {
		p.add(g, "Blast radius", f, fmt.Sprintf("services with over %s more bad calls under %s", share(breadth), f.Name), hurt)
	}
	if len(broken) == 0 {
		p.unmeasured("Blast radius", "orders failed or late, for each offered in the window", "not measured: the plan breaks nothing")
	}
}

func leftOutWord(c *cell) string {
	if len(c.trials) == 0 {
		return "not run"
	}
	return "INVALID"
}

func answerAndDone(c *cell) string {
	return seconds(median(c, measures[0].of)) + ", " + seconds(median(c, measures[1].of))
}

func readBack(c *cell) string {
	return share(median(c, besideColumns[0].of)) + ", " + seconds(median(c, besideColumns[2].of))
}

func edgeErrors(c *cell) string {
	return share(median(c, func(s *bench.Summary) float64 { return s.Windows.Fault.Errors }))
}

func recoveredOrders(c *cell) string {
	return fmt.Sprintf("%s, %s of %s", count(c.sum(bench.Recovered)), count(c.sum(bench.Parked)+c.sum(bench.Unfinished)), count(c.offered()))
}

func recoveredIn(c *cell) string {
	v := median(c, func(s *bench.Summary) float64 { return sec(s.Recovery.Done) })
	if v < 0 {
		return "not seen in " + short(median(c, func(s *bench.Summary) float64 { return s.Recovery.Watched.Seconds() }))
	}
	return seconds(v)
}

func movingParts(c *cell) string {
	p := c.median().Parts
	var parts []string
	for _, of := range []struct {
		n    int
		noun string
	}{{p.Brokers, "broker"}, {p.Queues, "queue"}, {p.Tables, "table"}, {p.Callbacks, "callback"}} {
		if of.n > 0 {
			parts = append(parts, plural(of.n, of.noun))
		}
	}
	if len(parts) == 0 {
		return "0"
	}
	return fmt.Sprintf("%d: %s", p.Sum(), strings.Join(parts, ", "))
}

// hops are the requests that all services together handled in the baseline, an order.
func hops(c *cell) string {
	t := c.median()
	calls := int64(0)
	for _, s := range t.Services {
		if s.Service != bench.Client {
			calls += s.Baseline.Calls
		}
	}
	if t.Windows.Baseline.Offered == 0 || calls == 0 {
		return "not measured"
	}
	return significantShort(float64(calls) / float64(t.Windows.Baseline.Offered))
}

func costOfOrder(c *cell) string {
	cpu := median(c, func(s *bench.Summary) float64 { return s.Cost.CPU.Seconds() })
	if cpu <= 0 {
		return "not measured"
	}
	return seconds(cpu)
}

func slowest(c *cell) string {
	mu := median(c, func(s *bench.Summary) float64 { return s.Drain.Mu })
	if mu <= 0 {
		return "not measured"
	}
	return rate(mu)
}

// blastRadius is the median over the trials that have a control to be set against.
func blastRadius(c *cell) string {
	var values []float64
	for _, t := range c.valid() {
		if t.Blast != nil {
			values = append(values, t.Blast.Radius)
		}
	}
	if len(values) == 0 {
		return "no valid control"
	}
	mid, _, _ := middle(values)
	return share(mid)
}

// hurt counts the services that the fault reached, in the median trial.
func hurt(c *cell) string {
	t := c.median()
	n, of := 0, 0
	for _, s := range t.Services {
		if s.Service == bench.Client {
			continue
		}
		of++
		if s.Propagation > breadth {
			n++
		}
	}
	if of == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%d of %d", n, of)
}

func median(c *cell, of func(*bench.Summary) float64) float64 {
	return measure{of: of}.over(c).Value
}

// mdChoose writes both tables in Markdown.
func mdChoose(p choosePart) string {
	if p.Empty != "" {
		return p.Empty + "\n"
	}
	t := &mdTable{heads: []string{"question", "measured as"}, left: 2}
	q := &mdTable{heads: []string{"ask of the call", "figure"}, left: 2}
	for _, a := range p.Archs {
		t.heads, q.heads = append(t.heads, code(a)), append(q.heads, code(a))
	}
	for _, of := range []struct {
		table *mdTable
		rows  []chooseRow
	}{{t, p.Rows}, {q, p.Questions}} {
		for _, row := range of.rows {
			cells := []string{"", inert(row.How)}
			if row.First {
				cells[0] = row.Question
			}
			for _, c := range row.Cells {
				cells = append(cells, inert(c))
			}
			of.table.add(cells...)
		}
	}
	return t.String() + "\n" + q.String()
}
