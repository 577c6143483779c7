package reports

import (
	"fmt"

	"faultline/bench"
)

// A choosePart is the part of the decision that this run's figures decide.
type choosePart struct {
	Empty string
	Archs []string
	Rows  []chooseRow
}

type chooseRow struct {
	Question, How string
	First         bool // of its question
	Cells         []string
}

func newChoose(g grid) choosePart {
	p := choosePart{}
	for _, a := range g.archs {
		p.Archs = append(p.Archs, a.Name)
	}
	add := func(question string, f bench.Fault, how string, of func(*cell) string) {
		row := chooseRow{Question: question, How: how}
		row.First = len(p.Rows) == 0 || p.Rows[len(p.Rows)-1].Question != question
		for _, c := range g.row(f) {
			if c.missing() != "" {
				row.Cells = append(row.Cells, leftOutWord(c))
			} else {
				row.Cells = append(row.Cells, of(c))
			}
		}
		p.Rows = append(p.Rows, row)
	}
	broken, control := g.broken()
	if control != nil {
		add("Immediate answer", *control, "p99 answer, and p99 until the order is done, nothing broken", answerAndDone)
	}
	for _, f := range broken {
		add("Immediate answer", f, "the same under "+f.Name, answerAndDone)
	}
	for _, f := range g.faults {
		if g.readBack(f) {
			add("Read your writes", f, "orders not in My Orders right after the answer, and p99 until shown done, under "+f.Name, readBack)
		}
	}
	if control != nil {
		add("Cost", *control, "processor time of all services together, an order", func(c *cell) string {
			return seconds(median(c, func(s *bench.Summary) float64 { return s.Cost.CPU.Seconds() }))
		})
	}
	for _, f := range broken {
		add("Failure handling", f, "answers that failed under "+f.Name, edgeErrors)
	}
	for _, f := range broken {
		add("Failure handling", f, "until orders were done as before, after "+f.Name, recoveredIn)
	}
	for _, f := range broken {
		add("Blast radius", f, "orders failed or late under "+f.Name+" and after it, for each offered in the window", blastRadius)
	}
	for _, f := range broken {
		add("Blast radius", f, fmt.Sprintf("services with over %s more bad calls under %s", share(breadth), f.Name), hurt)
	}
	if len(p.Rows) == 0 {
		p.Empty = "Nothing to decide by: the run has neither trials nor a plan."
	}
	return p
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

func recoveredIn(c *cell) string {
	v := median(c, func(s *bench.Summary) float64 { return sec(s.Recovery.Done) })
	if v < 0 {
		return "not seen in " + short(median(c, func(s *bench.Summary) float64 { return s.Recovery.Watched.Seconds() }))
	}
	return seconds(v)
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
