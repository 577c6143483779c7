package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"faultline/bench"
	"faultline/reports"
)

type reportCommand struct {
	Dirs     []string `arg:"" name:"dir" help:"Directories of runs of one plan."`
	Format   string   `default:"text" placeholder:"NAME" help:"html, text, json, md, junit, gobench, csv, openmetrics, hgrm, adr; or all."`
	Capacity []string `placeholder:"DIR" help:"Directories of faultline capacity, whose answers fill their row of 'When to use which'."`
	Out      string   `short:"o" placeholder:"FILE" help:"File to write (default: standard output); of all: the directory (default: that of the run)."`
}

// Run renders facts that were saved, also by an older version.
func (c reportCommand) Run(s streams) error {
	names, err := formats([]string{c.Format})
	if err != nil {
		return usageError{err}
	}
	results, err := analyse(c.Dirs)
	if err == nil {
		err = someTrials(results, c.Dirs[0])
	}
	if err == nil {
		results.Capacities, err = capacities(c.Capacity, results.Run)
	}
	if err != nil {
		return usageError{err}
	}
	if c.Format == "all" {
		dir := c.Out
		if dir == "" {
			dir = c.Dirs[0]
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return usageError{fmt.Errorf("--out: %w; choose a directory that can be written", err)}
		}
		return writeFiles(dir, names, results)
	}
	out, finish, err := output(s, c.Out)
	if err != nil {
		return usageError{err}
	}
	return errors.Join(formatNamed(c.Format).Format(out, results), finish())
}

func formatNamed(name string) reports.Entry {
	return reports.All[slices.IndexFunc(reports.All, func(e reports.Entry) bool { return e.Name == name })]
}

// analyse computes the figures of runs of one plan from their facts.
func analyse(dirs []string) (bench.Results, error) {
	var first bench.RunHeader
	var all []bench.Summary
	for i, dir := range dirs {
		header, trials, err := bench.ReadSummaries(dir)
		if err != nil {
			return bench.Results{}, err
		}
		if i == 0 {
			first = header
		} else if d := bench.DifferentPlans(first.Plan, header.Plan); len(d) > 0 {
			return bench.Results{}, fmt.Errorf("%s is a run of another plan than %s, with another %s: report them one by one", dir, dirs[0], d[0].Text)
		}
		all = append(all, trials...)
	}
	results := bench.Conclude(first, all)
	results.Dir = dirs[0]
	return results, nil
}

// writeSummaries saves each trial's figures beside its facts.
func writeSummaries(r bench.Results) error {
	var errs []error
	for _, t := range r.Trials {
		raw, err := json.MarshalIndent(t, "", "  ")
		if err == nil {
			err = os.WriteFile(filepath.Join(t.Dir, "summary.json"), append(raw, '\n'), 0o644)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
