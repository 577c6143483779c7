package main

import (
	"errors"
	"io"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/reports"
)

type capacityCommand struct{ searchFlags }

// ask is what the flags ask for, checked.
func (c capacityCommand) ask(lab bench.Lab) (bench.Capacity, error) {
	file := searchWindows(bench.Defaults())
	file.Faults, file.Load.Arrivals, file.Windows.Fault = []string{bench.Control}, bench.Constant, 8*time.Second
	plan, objectives, err := c.question(file, lab)
	if err != nil {
		return bench.Capacity{}, err
	}
	sought, err := c.sought(bench.PerSecond, "20/s", "500/s", plan.Trials)
	q := bench.Capacity{Plan: plan, Objectives: objectives, Sought: sought}
	return q, errors.Join(err, q.Check())
}

// Run finds the highest arrival rate at which the objectives hold.
func (c capacityCommand) Run(s streams) error {
	lab := lab.New()
	q, err := c.ask(lab)
	if err != nil {
		return usageError{err}
	}
	trials, took := q.Estimate()
	return c.carryOut(s, lab, searched{plan: q.Plan, trials: trials, took: took,
		find: func(search *bench.Search) (any, error) { return q.Find(s.ctx, search) },
		text: func(w io.Writer, found any) error { return reports.CapacityText(w, found.(bench.CapacityFound)) },
		html: func(w io.Writer, found any, command string) error {
			return reports.CapacityHTML(w, found.(bench.CapacityFound), command)
		}})
}
