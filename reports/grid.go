package reports

import (
	"sort"
	"strings"
	"time"

	"faultline/bench"
)

// A grid sorts a run's trials by fault and architecture.
type grid struct {
	archs  []bench.Architecture
	faults []bench.Fault
	cells  map[key]*cell
}

type key struct{ fault, arch string }

// A cell is the trials of one architecture under one fault.
type cell struct {
	arch   bench.Architecture
	fault  bench.Fault
	trials []*bench.Summary
}

// newGrid takes architectures and faults in the plan's order, then any that only trials name. The plan's
// own are there even if no trial was run, so that a report can say so.
func newGrid(r bench.Results) grid {
	g := grid{cells: map[key]*cell{}}
	for _, a := range r.Run.Plan.Architectures {
		g.addArch(a)
	}
	for _, f := range r.Run.Plan.Faults {
		g.addFault(f)
	}
	for i := range r.Trials {
		t := &r.Trials[i]
		g.addArch(t.Trial.Architecture)
		g.addFault(t.Trial.Fault)
		c := g.cell(t.Trial.Fault, t.Trial.Architecture)
		c.trials = append(c.trials, t)
	}
	return g
}

func (g *grid) addArch(a bench.Architecture) {
	for _, known := range g.archs {
		if known.Name == a.Name {
			return
		}
	}
	g.archs = append(g.archs, a)
}

func (g *grid) addFault(f bench.Fault) {
	for _, known := range g.faults {
		if known.Name == f.Name {
			return
		}
	}
	g.faults = append(g.faults, f)
}

// cell returns the trials of an architecture under a fault; it may have none.
func (g grid) cell(f bench.Fault, a bench.Architecture) *cell {
	k := key{f.Name, a.Name}
	if g.cells[k] == nil {
		g.cells[k] = &cell{arch: a, fault: f}
	}
	return g.cells[k]
}

// row returns the cells of one fault, an architecture each.
func (g grid) row(f bench.Fault) []*cell {
	cells := make([]*cell, len(g.archs))
	for i, a := range g.archs {
		cells[i] = g.cell(f, a)
	}
	return cells
}

// broken are the faults that break something; control is nil if the plan has none.
func (g grid) broken() (faults []bench.Fault, control *bench.Fault) {
	for i, f := range g.faults {
		if isControl(f) {
			control = &g.faults[i]
		} else {
			faults = append(faults, f)
		}
	}
	return faults, control
}

// readBack is whether clients of a fault's valid trials looked into "My Orders".
func (g grid) readBack(f bench.Fault) bool {
	for _, c := range g.row(f) {
		for _, t := range c.valid() {
			if t.Windows.Fault.Staleness.Reads > 0 {
				return true
			}
		}
	}
	return false
}

func isControl(f bench.Fault) bool { return f.Kind == bench.NoFault || f.Name == bench.Control }

// valid are the trials that tested something.
func (c *cell) valid() []*bench.Summary {
	var ok []*bench.Summary
	for _, t := range c.trials {
		if len(t.Invalid) == 0 {
			ok = append(ok, t)
		}
	}
	return ok
}

// median is the valid trial to draw: the one in the middle by p99 of the answer; nil if none is valid.
func (c *cell) median() *bench.Summary {
	ok := c.valid()
	if len(ok) == 0 {
		return nil
	}
	sort.SliceStable(ok, func(i, j int) bool {
		return finiteOrLast(ok[i].Windows.Fault.Ack.P99) < finiteOrLast(ok[j].Windows.Fault.Ack.P99)
	})
	return ok[(len(ok)-1)/2]
}

func finiteOrLast(d time.Duration) time.Duration {
	if d < 0 {
		return 1<<63 - 1
	}
	return d
}

// interrupted is whether a trial of the cell was cut short.
func (c *cell) interrupted() bool {
	for _, t := range c.trials {
		if t.Interrupted {
			return true
		}
	}
	return false
}

// sound is whether every trial of the run was valid and whole: only then may a winner be marked.
func (g grid) sound() bool {
	for _, c := range g.cells {
		if c.interrupted() || len(c.valid()) < len(c.trials) {
			return false
		}
	}
	return true
}

// missing says why the cell has no figures; "" if it has.
func (c *cell) missing() string {
	if len(c.trials) == 0 {
		return "not run"
	}
	if len(c.valid()) > 0 {
		return ""
	}
	return "INVALID: " + c.reasons()
}

// reasons are why trials of the cell are invalid, each once.
func (c *cell) reasons() string {
	var all []string
	seen := map[string]bool{}
	for _, t := range c.trials {
		for _, why := range t.Invalid {
			if !seen[why] {
				seen[why] = true
				all = append(all, why)
			}
		}
	}
	return strings.Join(all, "; ")
}

// polls is whether the client learns the outcome after the answer.
func (c *cell) polls() bool { return c.arch.ClientLink() != bench.Wait }
