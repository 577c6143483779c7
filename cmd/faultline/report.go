package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"faultline/bench"
	"faultline/reports"
)

type reportCommand struct {
	Dirs   []string `arg:"" name:"dir" help:"Directories of runs of one plan."`
	Format string   `default:"text" placeholder:"NAME" help:"html, text or json."`
	Out    string   `short:"o" placeholder:"FILE" help:"File to write (default: standard output)."`
}

// Run renders facts that were saved, also by an older version.
func (c reportCommand) Run(s streams) error {
	i := slices.IndexFunc(reports.All, func(e reports.Entry) bool { return e.Name == c.Format })
	if i < 0 {
		var names []string
		for _, e := range reports.All {
			names = append(names, e.Name)
		}
		return usageError{fmt.Errorf("--format: %q is not known%s; allowed: %s", c.Format, bench.Nearest(c.Format, names), strings.Join(names, ", "))}
	}
	results, err := analyse(c.Dirs)
	if err != nil {
		return usageError{err}
	}
	if len(results.Trials) == 0 {
		return usageError{fmt.Errorf("%s holds no trial: the run ended before its first", c.Dirs[0])}
	}
	out := s.out
	if c.Out != "" {
		file, err := os.Create(c.Out)
		if err != nil {
			return usageError{fmt.Errorf("--out: %w", err)}
		}
		defer file.Close()
		out = io.Writer(file)
	}
	return reports.All[i].Format(out, results)
}

// analyse reads the facts of runs of one plan and computes their figures.
func analyse(dirs []string) (bench.Results, error) {
	var first bench.RunHeader
	var all []bench.Facts
	for i, dir := range dirs {
		header, facts, err := bench.ReadRun(dir)
		if err != nil {
			return bench.Results{}, err
		}
		if i == 0 {
			first = header
		} else if !samePlan(first.Plan, header.Plan) {
			return bench.Results{}, fmt.Errorf("%s is a run of another plan than %s: report them one by one", dir, dirs[0])
		}
		all = append(all, facts...)
	}
	results := bench.Analyse(first, all)
	results.Dir = dirs[0]
	return results, nil
}

func samePlan(a, b bench.Plan) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
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
