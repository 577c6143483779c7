package bench

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Front sets the cuts of a run against each other under one fault. A cut that no other beats is on it: which of those to
// take is a matter of what one would rather pay.
type Front struct {
	Fault string     `json:"fault"`
	Cuts  []FrontCut `json:"cuts"` // in the plan's order
}

// A FrontCut is one cut with its measures, lower being better in each.
type FrontCut struct {
	Architecture string  `json:"architecture"`
	Seam         string  `json:"seam"`           // such as "client order | payment fraud risk"
	Ack          Compare `json:"ack,omitzero"`   // p99 in seconds over the fault's window; infinite where over 1 % of answers failed
	Done         Compare `json:"done,omitzero"`  // p99 in seconds over the fault's window
	Blast        Compare `json:"blast,omitzero"` // Blast.Radius
	Parts        Compare `json:"parts,omitzero"` // Parts.Sum
	// Unplaced says why the cut takes no part; its measures are then not to be trusted, or not there.
	Unplaced string `json:"unplaced,omitempty"`
	// BeatenBy names the cuts that beat this one, and OnFront is whether there is none.
	BeatenBy []string `json:"beaten_by,omitempty"`
	OnFront  bool     `json:"on_front"`
}

// failedAck is the share of failed answers from which the p99 of acknowledgement falls on one: a failed answer acknowledges nothing.
const failedAck = 0.01

// A frontMeasure is what cuts are compared by. Two values are equal if they are no further apart than slack, or than share
// of the larger one.
type frontMeasure struct {
	slack, share float64
	of           func(Summary) float64
	in           func(*FrontCut) *Compare
}

var frontMeasures = []frontMeasure{
	{0.010, 0.10, ackSeconds, func(c *FrontCut) *Compare { return &c.Ack }},
	{0.010, 0.10, func(s Summary) float64 { return secondsOr(s.Windows.Fault.Done.P99, InfiniteBin) }, func(c *FrontCut) *Compare { return &c.Done }},
	{clearShare, 0.10, func(s Summary) float64 { return s.Blast.Radius }, func(c *FrontCut) *Compare { return &c.Blast }},
	{0, 0, func(s Summary) float64 { return float64(s.Parts.Sum()) }, func(c *FrontCut) *Compare { return &c.Parts }},
}

func ackSeconds(s Summary) float64 {
	if s.Windows.Fault.Errors > failedAck {
		return InfiniteBin
	}
	return secondsOr(s.Windows.Fault.Ack.P99, InfiniteBin)
}

// fronts are those of every fault that breaks something, if the run is of cuts.
func fronts(r Results) []Front {
	var list []Front
	if !slices.ContainsFunc(r.Run.Plan.Architectures, func(a Architecture) bool { return a.Cut != "" }) {
		return nil
	}
	for _, f := range r.Run.Plan.Faults {
		if f.Kind != NoFault {
			list = append(list, front(r, f.Name))
		}
	}
	return list
}

func front(r Results, fault string) Front {
	f := Front{Fault: fault}
	for _, a := range r.Run.Plan.Architectures {
		f.Cuts = append(f.Cuts, frontCut(r, fault, a))
	}
	for i := range f.Cuts {
		for j := range f.Cuts {
			if f.Cuts[j].beats(&f.Cuts[i]) {
				f.Cuts[i].BeatenBy = append(f.Cuts[i].BeatenBy, f.Cuts[j].Architecture)
			}
		}
		f.Cuts[i].OnFront = f.Cuts[i].Unplaced == "" && len(f.Cuts[i].BeatenBy) == 0
	}
	return f
}

// frontCut measures one cut: the median over its trials.
func frontCut(r Results, fault string, a Architecture) FrontCut {
	c := FrontCut{Architecture: a.Name, Seam: a.Seam()}
	var trials []Summary
	for _, t := range r.Trials {
		if t.Trial.Architecture.Name == a.Name && t.Trial.Fault.Name == fault {
			trials = append(trials, t)
		}
	}
	if c.Unplaced = unplaced(r, a, trials); c.Unplaced != "" {
		return c
	}
	for _, m := range frontMeasures {
		var values []float64
		for _, t := range trials {
			values = append(values, m.of(t))
		}
		*m.in(&c) = middle(values, 0)
	}
	return c
}

// unplaced says why a cut's trials under a fault can't be set against those of others, "" if they can.
func unplaced(r Results, a Architecture, trials []Summary) string {
	if len(trials) == 0 {
		return "not run under this fault"
	}
	for _, t := range r.Trials {
		if t.Trial.Architecture.Name == a.Name && t.Trial.Fault.Kind == NoFault {
			trials = append(trials, t)
		}
	}
	for _, t := range trials {
		switch under := "under " + t.Trial.Fault.Name; {
		case t.Interrupted:
			return "interrupted " + under
		case len(t.Invalid) > 0:
			return fmt.Sprintf("INVALID %s: %s", under, t.Invalid[0])
		}
		for _, class := range Violations {
			if n := t.Audit.Classes[class]; n > 0 {
				return fmt.Sprintf("%d orders %s under %s: a broken promise has no price", n, class, t.Trial.Fault.Name)
			}
		}
	}
	for _, t := range trials {
		if t.Trial.Fault.Kind != NoFault && t.Blast == nil {
			return "no control to measure the blast radius by"
		}
	}
	return ""
}

// beats reports whether c is nowhere worse than other, and better somewhere.
func (c *FrontCut) beats(other *FrontCut) bool {
	if c.Unplaced != "" || other.Unplaced != "" {
		return false
	}
	better := false
	for _, m := range frontMeasures {
		if m.less(*m.in(other), *m.in(c)) {
			return false
		}
		better = better || m.less(*m.in(c), *m.in(other))
	}
	return better
}

// less reports whether a is lower than b: by more than the tolerance, and in all trials of one than in all of the other.
func (m frontMeasure) less(a, b Compare) bool {
	x, y := beyond(a.Value), beyond(b.Value)
	if math.IsInf(x, 1) || beyond(a.High) >= beyond(b.Low) {
		return false
	}
	return math.IsInf(y, 1) || y-x > max(m.slack, m.share*y)
}

// frontSentence names the cuts that no other beats, and what each costs.
func frontSentence(fronts []Front) string {
	var parts []string
	for _, f := range fronts {
		var on []string
		for _, c := range f.Cuts {
			if c.OnFront {
				on = append(on, fmt.Sprintf("%s (answers in %s at p99, done by %s, %.0f moving parts)", c.Architecture,
					frontSeconds(c.Ack.Value), frontSeconds(c.Done.Value), c.Parts.Value))
			}
		}
		if len(on) == 0 {
			on = []string{"another, or none has a place"}
		}
		parts = append(parts, fmt.Sprintf("under %s no cut beats %s", f.Fault, strings.Join(on, ", ")))
	}
	sentence := strings.Join(parts, "; ") + "."
	return strings.ToUpper(sentence[:1]) + sentence[1:]
}

func frontSeconds(v float64) string {
	if v < 0 {
		return "never"
	}
	return span3(v)
}
