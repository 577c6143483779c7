package bench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// An Answer is what one trial says of an objective.
type Answer int

// The answers of a trial.
const (
	Unclear Answer = iota // it tested nothing: another is needed
	Holds
	Breaks
)

// A Bisection is where to look for the value at which a system that held begins to break, and how closely.
type Bisection struct {
	// From and To are the ends, above 0: larger is worse.
	From, To float64
	// Precision ends the search when the upper end of the interval is within so much of the lower: 0.1 is 10 %.
	Precision float64
	// Repeats is how many trials vote on a value, odd; voting ends when the majority is sure.
	Repeats int
}

// A Probe is what the trials at one value said.
type Probe struct {
	At      float64 `json:"at"`
	Holds   int     `json:"holds"`
	Breaks  int     `json:"breaks"`
	Unclear int     `json:"unclear,omitempty"`
}

// answer is what most of the trials said, Unclear while neither is sure of the majority.
func (p Probe) answer(repeats int) Answer {
	switch {
	case p.Holds > repeats/2:
		return Holds
	case p.Breaks > repeats/2:
		return Breaks
	}
	return Unclear
}

// An Edge is the answer of a bisection: it holds at Low and breaks at High, each by the majority of its trials.
type Edge struct {
	// Low is 0 where it breaks already at From; High is 0 where it still holds at To.
	Low    float64   `json:"low"`
	High   float64   `json:"high"`
	Sought Bisection `json:"sought"`
	Probes []Probe   `json:"probes"` // in the order of their values
	Trials int       `json:"trials"`
}

// Found reports whether the edge lies between the ends that were sought.
func (e Edge) Found() bool { return e.Low > 0 && e.High > 0 }

// Middle is the value in the middle of the interval, by ratio; 0 if there is none.
func (e Edge) Middle() float64 { return math.Sqrt(e.Low * e.High) }

// maxUnclear bounds the trials at one value that tested nothing.
const maxUnclear = 3

// Bisect looks for the edge: trial says whether the system breaks at a value, of which the repeat-th is asked, from 1 to
// tries. The steps are equal ratios. Its error is a trial's, or that too many trials at one value tested nothing; the edge then
// tells what was known.
func (b Bisection) Bisect(ctx context.Context, trial func(ctx context.Context, at float64, repeat int) (Answer, error)) (Edge, error) {
	e := Edge{Sought: b}
	ask := func(at float64) (Answer, error) {
		p, err := b.vote(ctx, at, trial)
		e.Trials += p.Holds + p.Breaks + p.Unclear
		e.Probes = append(e.Probes, p)
		slices.SortFunc(e.Probes, func(a, b Probe) int { return cmp.Compare(a.At, b.At) })
		return p.answer(b.Repeats), err
	}
	if a, err := ask(b.To); err != nil || a == Holds {
		e.Low = b.To
		return e, err
	}
	e.High = b.To
	if a, err := ask(b.From); err != nil || a == Breaks {
		e.High = b.From
		return e, err
	}
	for e.Low = b.From; e.High > e.Low*(1+b.Precision); {
		at := e.Middle()
		switch a, err := ask(at); {
		case err != nil:
			return e, err
		case a == Breaks:
			e.High = at
		default:
			e.Low = at
		}
	}
	return e, nil
}

// vote repeats the trial at one value until the majority is sure.
func (b Bisection) vote(ctx context.Context, at float64, trial func(context.Context, float64, int) (Answer, error)) (Probe, error) {
	p := Probe{At: at}
	for p.answer(b.Repeats) == Unclear {
		a, err := trial(ctx, at, p.Holds+p.Breaks+p.Unclear+1)
		if err != nil {
			return p, err
		}
		switch a {
		case Holds:
			p.Holds++
		case Breaks:
			p.Breaks++
		default:
			if p.Unclear++; p.Unclear >= maxUnclear {
				return p, fmt.Errorf("%d trials at %.4g were invalid: see why in their facts, and try on a quieter machine", p.Unclear, at)
			}
		}
	}
	return p, nil
}

// tries is how many trials at one value there can be.
func (b Bisection) tries() int { return b.Repeats + maxUnclear - 1 }

// Least is how many it takes if all trials at a value agree.
func (b Bisection) Least() int { return (b.Repeats/2 + 1) * b.points() }

func (b Bisection) points() int {
	steps := math.Log(math.Log(b.To/b.From)/math.Log1p(b.Precision)) / math.Ln2
	return 2 + max(0, int(math.Ceil(steps-1e-9)))
}

// Check returns what is wrong with the numbers; what names the value.
func (b Bisection) Check(what string) (errs []error) {
	if !(b.From > 0 && b.To > b.From) {
		errs = append(errs, fmt.Errorf("%s: from %.4g to %.4g is no interval: begin above 0, and end above that", what, b.From, b.To))
	}
	if !(b.Precision >= 0.005 && b.Precision <= 1) {
		errs = append(errs, fmt.Errorf("precision: %g must be from 0.005 to 1", b.Precision))
	}
	if b.Repeats < 1 || b.Repeats > 99 || b.Repeats%2 == 0 {
		errs = append(errs, fmt.Errorf("repeats: %d must be odd, from 1 to 99", b.Repeats))
	}
	return errs
}
