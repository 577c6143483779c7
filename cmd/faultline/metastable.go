package main

import (
	"errors"
	"io"
	"slices"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/reports"
)

type metastableCommand struct {
	searchFlags
	Policy    []string      `placeholder:"NAME" help:"What callers do about failure: no-retry, retry, retry-same-key, budget, deadline, breaker (default: all)."`
	By        []string      `default:"load,duration" placeholder:"WHAT" help:"What to search by: load, duration or both."`
	Durations string        `default:"2.5s..15s" placeholder:"A..B" help:"Between which lengths of the fault to search, at --rate."`
	Watch     time.Duration `default:"30s" help:"How long a trial waits for a system to heal before it cuts the load."`
}

// hang is the fault of these experiments where none is named: the slowest service stops for a while.
var hang = bench.Fault{Name: "risk-hang", Kind: bench.Hang, Place: "risk", About: "risk is stopped (SIGSTOP): its connections stay open and nobody answers"}

// ask is what the flags ask for, checked.
func (c metastableCommand) ask(lab bench.Lab) (bench.HiddenCapacity, error) {
	plan, _, err := c.question(bench.MetastableDefaults(), lab)
	if err != nil {
		return bench.HiddenCapacity{}, err
	}
	policies, wrong := lab.PoliciesNamed(c.Policy)
	h := bench.HiddenCapacity{Plan: plan, Policies: policies, Watch: c.Watch}
	for _, by := range c.By {
		switch by {
		case "load":
			var e error
			h.Rates, e = c.sought(bench.PerSecond, "21/s", "58/s", plan.Trials)
			wrong = errors.Join(wrong, e)
		case "duration":
			var e error
			h.Durations, e = c.between(c.Durations, plan.Trials)
			wrong = errors.Join(wrong, e)
		default:
			wrong = errors.Join(wrong, errors.New("--by: name load, duration or both"))
		}
	}
	return h, errors.Join(wrong, h.Check())
}

// Run finds the hidden capacity of each policy.
func (c metastableCommand) Run(s streams) error {
	lab := lab.New()
	lab.Faults = append(slices.Clone(lab.Faults), hang)
	h, err := c.ask(lab)
	if err != nil {
		return usageError{err}
	}
	trials, took := h.Estimate()
	return c.carryOut(s, lab, searched{plan: h.Plan, trials: trials, took: took,
		find: func(search *bench.Search) (any, error) { return h.Find(s.ctx, search) },
		text: func(w io.Writer, found any) error { return reports.HiddenText(w, found.(bench.HiddenFound)) },
		html: func(w io.Writer, found any, command string) error {
			return reports.HiddenHTML(w, found.(bench.HiddenFound), command)
		}})
}
