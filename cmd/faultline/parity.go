package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/reports"
)

type parityCommand struct {
	Arch   []string `placeholder:"NAME" help:"Architectures, or all of faultline list (default: sync,queue,hybrid)."`
	Rounds int      `default:"1" placeholder:"N" help:"How often each runtime runs the plan, in turn, each round with the next seed; 6 give intervals."`
	Effect string   `default:"5%" placeholder:"5%" help:"Smallest difference that matters: of the process runtime's value, or points of a share."`
	planFlags
}

// Run carries out the plan as processes and in containers, in turn, over the same broker, and sets containers against processes.
func (c parityCommand) Run(s streams) error {
	l := lab.New()
	rounds, err := c.rounds(l.Catalogue)
	if err != nil {
		return usageError{err}
	}
	effect, err := readEffect(c.Effect)
	if err != nil {
		return usageError{err}
	}
	for _, r := range rounds[:2] {
		if err := l.Check(s.ctx, r.plan); err != nil {
			return usageError{err}
		}
	}
	dir, err := c.directory()
	if err != nil {
		return usageError{err}
	}
	for _, r := range rounds {
		at := filepath.Join(dir, r.dir)
		if err := os.MkdirAll(at, 0o755); err != nil {
			return fmt.Errorf("making the directory of a round: %w", err)
		}
		if err := execute(s, l, r.plan, at); err != nil {
			return err
		}
	}
	return c.compare(s, dir, effect)
}

// A parityRound is one run of the plan on one runtime.
type parityRound struct {
	plan bench.Plan
	dir  string
}

// rounds are the runs in their order: who begins changes from round to round, so that what drifts strikes both alike.
func (c parityCommand) rounds(known bench.Catalogue) (list []parityRound, err error) {
	if c.Rounds < 1 || c.Rounds > 100 {
		return nil, fmt.Errorf("--rounds: %d must be from 1 to 100", c.Rounds)
	}
	for _, f := range []struct {
		flag, remedy string
		set          bool
	}{
		{"--runtime", "both run: leave it out", c.Runtime != ""},
		{"--resume", "a comparison in turn is made anew: leave it out", c.Resume},
		{"--against", "processes are the baseline: leave it out", c.Against != ""},
		{"--format", "the comparison is a page: leave it out, and use faultline report for a round", len(c.Format) > 0},
	} {
		if f.set {
			return nil, fmt.Errorf("%s: %s", f.flag, f.remedy)
		}
	}
	file, err := c.planFile(known)
	if err != nil {
		return nil, err
	}
	file.Architectures = architectures(c.Arch, file.Architectures, known)
	if file.Broker == "" {
		file.Broker = "nats" // else each runtime would have its own
	}
	seed := file.Seed
	for i := range c.Rounds {
		file.Seed = seed + uint64(i)
		runtimes := []string{"process", lab.Docker}
		if i%2 == 1 {
			slices.Reverse(runtimes)
		}
		for _, runtime := range runtimes {
			file.Runtime = runtime
			plan, err := file.Resolve(known)
			if err != nil {
				return nil, err
			}
			list = append(list, parityRound{plan, filepath.Join(runtime, fmt.Sprintf("%02d", i+1))})
		}
	}
	return list, nil
}

// compare writes the comparison as text on standard output and as a page into the directory, and puts the gates to the containers.
func (c parityCommand) compare(s streams, dir string, effect float64) error {
	processes, baseFacts, errBase := load(filepath.Join(dir, "process"))
	containers, nowFacts, errNow := load(filepath.Join(dir, lab.Docker))
	if err := errors.Join(errBase, errNow); err != nil {
		return err
	}
	gates, err := c.gates(containers.Run.Plan)
	if err != nil {
		return usageError{err}
	}
	contrast, err := bench.CompareRuns(processes, containers, baseFacts, nowFacts, bench.Question{Effect: effect, Gates: gates})
	if err != nil {
		return err
	}
	out, finish, err := output(s, filepath.Join(dir, "parity.html"))
	if err != nil {
		return err
	}
	if err := errors.Join(reports.ContrastHTML(out, contrast), finish()); err != nil {
		return err
	}
	if err := reports.ContrastText(s.out, contrast); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\npage: %s\n", filepath.Join(dir, "parity.html"))
	return c.judge(contrast.Gates)
}
