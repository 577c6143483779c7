package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// A BreakingPoint asks for the weakest fault that breaks an objective of an architecture: in how strong it is, for each of
// some durations and arrival rates.
type BreakingPoint struct {
	// Plan has the one architecture and the one fault, whose strength, duration and arrival rate are varied.
	Plan       Plan
	Objectives []Objective
	Durations  []time.Duration
	Rates      []float64
	// Sought is in the unit of what the fault's strength is (see Strength): seconds or a share.
	Sought Bisection
}

// A Strength is which parameter of a fault makes it weaker or stronger.
type Strength struct {
	Name string `json:"name"` // delay, share or duration
	Unit Unit   `json:"unit"`
}

// StrengthOf is how strong a fault is: its delay or its share where it has one, otherwise how long it lasts.
func StrengthOf(f Fault) Strength {
	switch {
	case f.Delay > 0 && f.Kind != Crash:
		return Strength{"delay", Seconds}
	case f.Share > 0:
		return Strength{"share", Share}
	}
	return Strength{"duration", Seconds}
}

// at is a plan in which the fault has a strength, lasts for a while, and orders arrive at a rate.
func (b BreakingPoint) at(strength float64, lasts time.Duration, rate float64) Plan {
	p, f := b.Plan, b.Plan.Faults[0]
	seconds := time.Duration(strength * float64(time.Second)).Round(10 * time.Microsecond)
	p.Windows.Fault, p.Load.Rate = lasts, rate
	switch StrengthOf(f).Name {
	case "delay":
		f.Delay = seconds
	case "share":
		f.Share = strength
	default:
		p.Windows.Fault = seconds
	}
	p.Faults = []Fault{f}
	return p
}

// A Surface is the answer: the strength at which each fault of a duration begins to break the objectives, at each rate.
type Surface struct {
	Architecture string        `json:"architecture"`
	Fault        Fault         `json:"fault"`
	Objectives   []string      `json:"objectives"`
	Strength     Strength      `json:"strength"`
	Cells        []SurfaceCell `json:"cells"`
	Trials       int           `json:"trials"`
	// Headline is the index of the cell with the plan's own duration and rate, or of the last.
	Headline int `json:"headline"`
}

// A SurfaceCell is one duration at one rate.
type SurfaceCell struct {
	// Duration is 0 where it is what is sought.
	Duration time.Duration `json:"duration"`
	Rate     float64       `json:"rate"`
	Edge     Edge          `json:"edge"`
}

// Check returns everything that is wrong with the question.
func (b BreakingPoint) Check() error {
	a, f := b.Plan.Architectures[0], b.Plan.Faults[0]
	errs := searchable(b.Objectives, a, f)
	s := StrengthOf(f)
	errs = append(errs, b.Sought.Check(s.Name)...)
	if f.Kind == NoFault || f.Kind == Several {
		errs = append(errs, fmt.Errorf("fault %s: name one that breaks one place", f.Name))
	}
	if s.Unit == Share && b.Sought.To > 1 {
		errs = append(errs, fmt.Errorf("share: %.4g must be at most 1", b.Sought.To))
	}
	if s.Name == "delay" && b.Sought.To > maxSpan.Seconds() || s.Name == "duration" && (b.Sought.From < minSpan.Seconds() || b.Sought.To > maxSpan.Seconds()) {
		errs = append(errs, fmt.Errorf("%s: from %gs to %gs must be within %v and %v", s.Name, b.Sought.From, b.Sought.To, minSpan, maxSpan))
	}
	for _, d := range b.durations() {
		for _, rate := range b.Rates {
			shortest := d
			if s.Name == "duration" {
				shortest = time.Duration(b.Sought.From * float64(time.Second))
			}
			if d < minSpan && d > 0 || d > maxSpan {
				errs = append(errs, fmt.Errorf("durations: %v must be from %v to %v", d, minSpan, maxSpan))
			} else if err := enoughFor(rate, shortest); err != nil {
				errs = append(errs, err)
			}
			if !(rate > 0 && rate <= maxRate) {
				errs = append(errs, fmt.Errorf("rates: %g must be above 0 and at most %d orders a second", rate, maxRate))
			}
		}
	}
	return errors.Join(errs...)
}

// durations are those to try, the zero one where the duration itself is sought.
func (b BreakingPoint) durations() []time.Duration {
	if StrengthOf(b.Plan.Faults[0]).Name == "duration" {
		return []time.Duration{0}
	}
	return b.Durations
}

// Cells is how many edges are sought.
func (b BreakingPoint) Cells() int { return len(b.durations()) * len(b.Rates) }

// Estimate is how long the search takes if all trials at a value agree, and how many trials it has then.
func (b BreakingPoint) Estimate() (trials int, took time.Duration) {
	for _, d := range b.durations() {
		middle := b.at(math.Sqrt(b.Sought.From*b.Sought.To), d, b.Rates[0])
		n := b.Sought.Least() * len(b.Rates)
		trials += n
		took += time.Duration(n) * (middle.Windows.Phases().Drain + overhead)
	}
	return trials, took
}

// Find searches every cell. A longer fault and a higher rate are taken to break no later than a shorter and a lower one, so
// each cell's search ends where its neighbours broke. What was found before an error is returned with it.
func (b BreakingPoint) Find(ctx context.Context, s *Search) (Surface, error) {
	f := b.Plan.Faults[0]
	r := Surface{Architecture: b.Plan.Architectures[0].Name, Fault: f, Objectives: Names(b.Objectives, Objective.String), Strength: StrengthOf(f)}
	asked := -1
	for _, d := range slices.Sorted(slices.Values(b.durations())) {
		for _, rate := range slices.Sorted(slices.Values(b.Rates)) {
			sought := b.Sought
			sought.To = r.bound(d, rate, sought)
			edge, err := s.edge(ctx, sought, b.Objectives, func(strength float64) (string, Plan) {
				plan := b.at(strength, d, rate)
				return fmt.Sprintf("%s-%s-%s-%gps", r.Strength.Name, r.Strength.Unit.Write(strength), plan.Windows.Fault, rate), plan
			})
			r.Cells, r.Trials = append(r.Cells, SurfaceCell{d, rate, edge}), r.Trials+edge.Trials
			if d == b.Plan.Windows.Fault && rate == b.Plan.Load.Rate {
				asked = len(r.Cells) - 1
			}
			if r.Headline = asked; asked < 0 {
				r.Headline = len(r.Cells) - 1
			}
			if err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// bound is the least strength at which a shorter fault, or one at a lower rate, was seen to break.
func (r Surface) bound(d time.Duration, rate float64, sought Bisection) float64 {
	to := sought.To
	for _, c := range r.Cells {
		if c.Duration <= d && c.Rate <= rate && c.Edge.High > sought.From*(1+sought.Precision) {
			to = min(to, c.Edge.High)
		}
	}
	return to
}
