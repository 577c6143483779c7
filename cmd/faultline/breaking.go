package main

import (
	"errors"
	"io"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/reports"
)

type breakingCommand struct {
	searchFlags
	Durations []time.Duration `placeholder:"2s" help:"How long the fault lasts (default: three quarters of, once and one and a half times --window)."`
	Rates     []float64       `placeholder:"N" help:"Orders per second (default: half and once --rate)."`
}

// strengths are the ends of a search where the flags name none, by what makes a fault strong.
var strengths = map[string][2]string{"delay": {"5ms", "2s"}, "share": {"1%", "100%"}, "duration": {"2s", "20s"}}

// ask is what the flags ask for, checked.
func (c breakingCommand) ask(lab bench.Lab) (bench.BreakingPoint, error) {
	file := searchWindows(bench.Defaults())
	file.Faults = []string{"slow-risk"}
	plan, objectives, err := c.question(file, lab)
	if err != nil {
		return bench.BreakingPoint{}, err
	}
	strength := bench.StrengthOf(plan.Faults[0])
	ends := strengths[strength.Name]
	sought, err := c.sought(strength.Unit, ends[0], ends[1], plan.Trials)
	b := bench.BreakingPoint{Plan: plan, Objectives: objectives, Durations: c.Durations, Rates: c.Rates, Sought: sought}
	if len(b.Durations) == 0 {
		w := plan.Windows.Fault
		b.Durations = []time.Duration{3 * w / 4, w, 3 * w / 2}
	}
	if len(b.Rates) == 0 {
		b.Rates = []float64{plan.Load.Rate / 2, plan.Load.Rate}
	}
	return b, errors.Join(err, b.Check())
}

// Run finds the weakest fault that breaks an objective.
func (c breakingCommand) Run(s streams) error {
	lab := lab.New()
	b, err := c.ask(lab)
	if err != nil {
		return usageError{err}
	}
	trials, took := b.Estimate()
	return c.carryOut(s, lab, searched{plan: b.Plan, trials: trials, took: took,
		find: func(search *bench.Search) (any, error) { return b.Find(s.ctx, search) },
		text: func(w io.Writer, found any) error { return reports.SurfaceText(w, found.(bench.Surface)) },
		html: func(w io.Writer, found any, command string) error {
			return reports.SurfaceHTML(w, found.(bench.Surface), command)
		}})
}
