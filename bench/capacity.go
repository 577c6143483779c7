package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Capacity asks for the highest arrival rate at which an architecture keeps every objective, undisturbed or under a fault.
type Capacity struct {
	// Plan has the one architecture and the one fault; its rate is varied.
	Plan       Plan
	Objectives []Objective
	// Sought is in orders per second.
	Sought Bisection
}

// A CapacityFound is the answer: the objectives hold at Edge.Low orders a second, and break at Edge.High.
type CapacityFound struct {
	Architecture string   `json:"architecture"`
	Fault        string   `json:"fault"`
	Objectives   []string `json:"objectives"`
	Edge         Edge     `json:"edge"`
}

// Check returns everything that is wrong with the question.
func (c Capacity) Check() error {
	errs := searchable(c.Objectives, c.Plan.Architectures[0], c.Plan.Faults[0])
	errs = append(errs, c.Sought.Check("rate")...)
	if c.Sought.To > maxRate {
		errs = append(errs, fmt.Errorf("rate: %g must be at most %d orders a second", c.Sought.To, maxRate))
	}
	if err := enoughFor(c.Sought.From, c.Plan.Windows.Fault); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Estimate is how long the search takes if all trials at a rate agree, and how many trials it has then.
func (c Capacity) Estimate() (trials int, took time.Duration) {
	trials = c.Sought.Least()
	return trials, time.Duration(trials) * (c.Plan.Windows.Phases().Drain + overhead)
}

// Find searches. What was found before an error is returned with it.
func (c Capacity) Find(ctx context.Context, s *Search) (CapacityFound, error) {
	r := CapacityFound{Architecture: c.Plan.Architectures[0].Name, Fault: c.Plan.Faults[0].Name, Objectives: Names(c.Objectives, Objective.String)}
	var err error
	r.Edge, err = s.edge(ctx, c.Sought, c.Objectives, func(rate float64) (string, Plan) {
		plan := c.Plan
		plan.Load.Rate = rate
		return fmt.Sprintf("rate-%.4gps", rate), plan
	})
	return r, err
}
