package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/reports"
)

type runCommand struct {
	Arch []string `placeholder:"NAME" help:"Architectures, or all of faultline list (default: sync,queue,hybrid)."`
	planFlags
}

// planFlags are what every command that runs a plan takes.
type planFlags struct {
	Plan     string         `placeholder:"FILE" help:"YAML plan; flags override it. See docs/plan.md."`
	Fault    []string       `placeholder:"NAME" help:"Faults (default: control,slow-risk)."`
	Rate     *float64       `placeholder:"N" help:"Orders per second (default: 100)."`
	Arrivals string         `placeholder:"KIND" help:"poisson or constant (default: poisson)."`
	Trials   *int           `placeholder:"N" help:"Repeats of everything (default: 1)."`
	Seed     *uint64        `placeholder:"N" help:"Seed of everything random (default: 1)."`
	Broker   string         `placeholder:"NAME" help:"nats (embedded, the default), rabbitmq (an installed one, as a child) or an amqp:// URL."`
	Runtime  string         `placeholder:"NAME" help:"Where services run: process."`
	WarmUp   *time.Duration `placeholder:"2s" help:"Length of the warm-up."`
	Baseline *time.Duration `placeholder:"4s" help:"Length of the baseline before the fault."`
	Window   *time.Duration `placeholder:"4.4s" help:"Length of the fault window."`
	Recovery *time.Duration `placeholder:"7s" help:"Length of the load after the fault."`
	Drain    *time.Duration `placeholder:"30s" help:"Longest wait until every order is settled."`
	Out      string         `placeholder:"DIR" help:"Directory of the run; must not hold one (default: runs/TIME)."`
	Resume   bool           `help:"Carry on the run in --out: only trials that it has not finished; begin it if there is none."`
	FailOn   []string       `placeholder:"CLASS" help:"Exit with 3 if a trial, valid or not, has orders of these classes, such as lost,duplicated."`
}

// Run carries out the plan, then reports it: text on standard output, and report.html in the directory.
func (c runCommand) Run(s streams) error {
	lab := lab.New()
	file, err := c.planFile(lab.Catalogue)
	if err != nil {
		return usageError{err}
	}
	switch {
	case slices.Equal(c.Arch, []string{"all"}):
		file.Architectures = bench.Names(lab.Catalogue.Architectures, bench.ArchitectureName)
	case len(c.Arch) > 0:
		file.Architectures = c.Arch
	}
	plan, err := file.Resolve(lab.Catalogue)
	if err != nil {
		return usageError{err}
	}
	return c.carryOut(s, lab, plan)
}

// carryOut runs a plan that was checked, and reports it.
func (c planFlags) carryOut(s streams, lab bench.Lab, plan bench.Plan) error {
	gates, err := classes(c.FailOn)
	if err != nil {
		return usageError{err}
	}
	if err := lab.Check(s.ctx, plan); err != nil {
		return usageError{err}
	}
	dir, err := c.directory()
	if err != nil {
		return usageError{err}
	}
	header := bench.RunHeader{Schema: bench.SchemaVersion, Started: time.Now(), Command: commandAgain(os.Args[1:]),
		Version: version, Commit: commit, Machine: bench.ThisMachine(), Plan: plan, Transports: lab.Catalogue.Transports}
	trials := plan.TrialList(lab.Catalogue)
	left, err := bench.Left(header, trials, dir)
	if err != nil {
		return usageError{err}
	}
	fmt.Fprintf(s.err, "%s, about %s in all; facts go to %s\n", amount(len(left), len(trials)), bench.Estimate(left).Round(time.Second), dir)
	ran := bench.Run(s.ctx, lab, header, dir, newProgress(s.err).show)
	results, reported := writeReport(s, dir)
	switch {
	case s.ctx.Err() != nil:
		return errors.Join(errInterrupted, reported)
	case ran != nil:
		return errors.Join(ran, reported)
	case reported != nil:
		return reported
	}
	return verdict(results, gates)
}

// amount says how many trials will be run.
func amount(left, all int) string {
	if left < all {
		return fmt.Sprintf("%d of %d trials are left", left, all)
	}
	return fmt.Sprintf("%d trials", all)
}

// writeReport renders the facts of a run: the table on standard output, the page into the directory.
func writeReport(s streams, dir string) (bench.Results, error) {
	results, err := analyse([]string{dir})
	if err != nil {
		return results, err
	}
	if len(results.Trials) == 0 {
		return results, nil
	}
	if err := writeSummaries(results); err != nil {
		return results, err
	}
	page := filepath.Join(dir, "report.html")
	file, err := os.Create(page)
	if err != nil {
		return results, fmt.Errorf("writing the report: %w", err)
	}
	if err := errors.Join(reports.HTML(file, results), file.Close()); err != nil {
		return results, fmt.Errorf("writing the report: %w", err)
	}
	if err := reports.Text(s.out, results); err != nil {
		return results, err
	}
	fmt.Fprintf(s.out, "\nreport: %s\n", page)
	return results, nil
}

func (c planFlags) planFile(known bench.Catalogue) (bench.PlanFile, error) {
	file := bench.Defaults()
	if c.Plan != "" {
		var err error
		if file, err = bench.ReadPlan(c.Plan, known); err != nil {
			return file, err
		}
	}
	if len(c.Fault) > 0 {
		file.Faults = c.Fault
	}
	set(&file.Load.Rate, c.Rate)
	set(&file.Trials, c.Trials)
	set(&file.Seed, c.Seed)
	for _, f := range []struct {
		field *string
		flag  string
	}{{&file.Load.Arrivals, c.Arrivals}, {&file.Broker, c.Broker}, {&file.Runtime, c.Runtime}} {
		if f.flag != "" {
			*f.field = f.flag
		}
	}
	set(&file.Windows.WarmUp, c.WarmUp)
	set(&file.Windows.Baseline, c.Baseline)
	set(&file.Windows.Fault, c.Window)
	set(&file.Windows.Recovery, c.Recovery)
	set(&file.Windows.Drain, c.Drain)
	return file, nil
}

func set[T any](field *T, flag *T) {
	if flag != nil {
		*field = *flag
	}
}

// directory makes the run's directory, and refuses one that can't be written or holds a run.
func (c planFlags) directory() (string, error) {
	dir := c.Out
	if dir == "" {
		dir = filepath.Join("runs", time.Now().Format("2006-01-02T15-04-05"))
	}
	if c.Resume && c.Out == "" {
		return dir, errors.New("--resume: name the run's directory with --out")
	}
	if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil && !c.Resume {
		return dir, fmt.Errorf("--out: %s holds a run already; choose another directory, or carry it on with --resume", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return dir, fmt.Errorf("--out: %w; choose a directory that can be written", err)
	}
	probe, err := os.CreateTemp(dir, ".write-")
	if err != nil {
		return dir, fmt.Errorf("--out: %w; choose a directory that can be written", err)
	}
	probe.Close()
	return dir, os.Remove(probe.Name())
}
