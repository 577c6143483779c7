package bench

import (
	"fmt"
	"math"
	"strings"
)

// An Outcome is what a gate says of a run.
type Outcome string

// The outcomes of a gate.
const (
	Pass         Outcome = "pass"
	Fail         Outcome = "fail"
	Inconclusive Outcome = "inconclusive"
)

// A GateResult is a gate with what it says: the worst of its cells.
type GateResult struct {
	Gate    string     `json:"gate"`
	Outcome Outcome    `json:"outcome"`
	Cells   []GateCell `json:"cells,omitempty"`
	// Why says why a gate without cells is inconclusive.
	Why string `json:"why,omitempty"`
}

// A GateCell is a gate for one architecture under one fault.
type GateCell struct {
	Architecture string  `json:"architecture"`
	Fault        string  `json:"fault"`
	Outcome      Outcome `json:"outcome"`
	Saw          string  `json:"saw"` // the figures it was judged by, and how sure they are
	N            int     `json:"n"`   // trials
}

// Judge puts gates to a run. Those that name a baseline are put to base, which may be nil; pairs name the architecture of
// the baseline that belongs to each of the run's (nil: the same).
func Judge(gates []Gate, r Results, base *Results, pairs [][2]string) (list []GateResult) {
	for _, g := range gates {
		list = append(list, g.judge(r, base, pairs))
	}
	return list
}

func (g Gate) judge(r Results, base *Results, pairs [][2]string) GateResult {
	result := GateResult{Gate: g.String(), Outcome: Pass}
	for _, f := range r.Run.Plan.Faults {
		for _, a := range r.Run.Plan.Architectures {
			if g.Of != "" && g.Of != a.Name || g.Under != "" && g.Under != f.Name {
				continue
			}
			if cell, ok := g.cell(r, base, pairs, a.Name, f); ok {
				result.Cells = append(result.Cells, cell)
				result.Outcome = worse(result.Outcome, cell.Outcome)
			}
		}
	}
	if len(result.Cells) == 0 {
		result.Outcome, result.Why = Inconclusive, "no trial of this run tells"
	}
	return result
}

// worse is the more serious of two outcomes.
func worse(a, b Outcome) Outcome {
	switch {
	case a == Fail || b == Fail:
		return Fail
	case a == Inconclusive || b == Inconclusive:
		return Inconclusive
	}
	return Pass
}

// cell judges one architecture under one fault; ok is false where the gate has nothing to say, as of the recovery of a control.
func (g Gate) cell(r Results, base *Results, pairs [][2]string, architecture string, f Fault) (cell GateCell, ok bool) {
	trials := trialsUnder(r.Trials, architecture, f.Name)
	cell = GateCell{Architecture: architecture, Fault: f.Name, N: len(trials.valid)}
	if len(trials.all) == 0 {
		return cell, false
	}
	switch {
	case g.Regression:
		cell.Outcome, cell.Saw = g.against(trials, base, pairs, architecture, f.Name)
	case g.Measure.Unit == Count:
		cell.Outcome, cell.Saw = g.counts(trials)
	case len(trials.valid) == 0:
		cell.Outcome, cell.Saw = Inconclusive, "INVALID: "+strings.Join(reasons(trials), "; ")
	default:
		values, unknown := g.values(trials.valid)
		if len(values) == 0 && f.Kind == NoFault {
			return cell, false
		}
		cell.Outcome, cell.Saw = g.within(values, unknown, len(trials.all)-len(trials.valid))
	}
	return cell, true
}

func reasons(c cellTrials) (list []string) {
	for _, t := range c.all {
		if t.Interrupted {
			list = append(list, "interrupted")
		}
		list = append(list, t.Invalid...)
	}
	return list[:min(len(list), 2)]
}

func (g Gate) values(trials []Summary) (values []float64, unknown int) {
	for _, t := range trials {
		if v := g.Measure.Of(t); math.IsNaN(v) {
			unknown++
		} else {
			values = append(values, v)
		}
	}
	return values, unknown
}

// counts judges what is counted: orders, which are known also of a trial that tested nothing.
func (g Gate) counts(trials cellTrials) (Outcome, string) {
	broken, sum, unknown := 0, 0.0, 0
	for _, t := range trials.all {
		switch v := g.Measure.Of(t); {
		case math.IsNaN(v):
			unknown++
		case !g.Holds(v):
			broken++
			sum += v
		}
	}
	n := len(trials.all)
	switch {
	case broken > 0:
		return Fail, fmt.Sprintf("%g %s in %d of %s", sum, g.Measure.Name, broken, trialsText(n))
	case unknown > 0:
		return Inconclusive, fmt.Sprintf("unknown in %d of %s: the books were not read", unknown, trialsText(n))
	}
	return Pass, fmt.Sprintf("held in %s", trialsText(n))
}

// within judges by the median's interval: wholly on one side of the limit, or inconclusive. Where there are too few trials
// for one, all of them must say the same.
func (g Gate) within(values []float64, unknown, left int) (Outcome, string) {
	if len(values) == 0 {
		return Inconclusive, fmt.Sprintf("unknown in %s", trialsText(unknown))
	}
	i := intervalOf(values)
	low, high, words := i.Low, i.High, "95 %% interval of %s"
	if !i.Bounded() {
		low, high, words = i.Least, i.Greatest, "least and greatest of %s"
	}
	unit := g.Measure.Unit
	saw := unit.Write(i.Value)
	if len(values) == 1 {
		saw += ", one trial"
	} else {
		saw += fmt.Sprintf(" (%s to %s, "+words+")", unit.Write(low), unit.Write(high), trialsText(len(values)))
	}
	if left+unknown > 0 {
		saw += fmt.Sprintf("; %d invalid, interrupted or unknown left out", left+unknown)
	}
	switch {
	case !g.Holds(low) && !g.Holds(high):
		return Fail, saw
	case g.Holds(low) && g.Holds(high) && left+unknown == 0:
		return Pass, saw
	}
	return Inconclusive, saw
}

// against judges by the change from the baseline. It fails where that is surely worse than nothing, and its middle is beyond the
// gate's limit: to ask for the whole interval beyond it would let pass half of what is twice the limit.
func (g Gate) against(trials cellTrials, base *Results, pairs [][2]string, architecture, fault string) (Outcome, string) {
	if base == nil {
		return Inconclusive, "no baseline: name one with --against"
	}
	for _, p := range pairs {
		if p[1] == architecture {
			architecture = p[0]
			break
		}
	}
	before := trialsUnder(base.Trials, architecture, fault)
	if len(before.valid) == 0 || len(trials.valid) == 0 {
		return Inconclusive, fmt.Sprintf("%d valid trials in the baseline, %d now", len(before.valid), len(trials.valid))
	}
	c := changeOf(g.Measure, before.valid, trials.valid, g.By)
	switch c.Finding {
	case Worse:
		return Fail, c.Text()
	case Same, Better:
		return Pass, c.Text()
	}
	low, high := c.bounds()
	switch {
	case high <= c.Limit: // whether it is better is another question
		return Pass, c.Text()
	case low > 0 && c.loss() > c.Limit:
		c.Finding = Worse
		return Fail, c.Text()
	}
	return Inconclusive, c.Text()
}

func trialsText(n int) string {
	if n == 1 {
		return "1 trial"
	}
	return fmt.Sprintf("%d trials", n)
}
