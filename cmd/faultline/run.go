package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/reports"
)

type runCommand struct {
	Arch []string `placeholder:"NAME" help:"Architectures, or all of faultline list (default: sync,queue,hybrid)."`
	untilFlags
	planFlags
}

// planFlags are what every command that runs a plan takes.
type planFlags struct {
	Plan          string         `placeholder:"FILE" help:"YAML plan; flags override it. See docs/plan.md."`
	Fault         []string       `placeholder:"NAME" help:"Faults (default: control,slow-risk)."`
	NoControl     bool           `help:"Don't run the control besides; figures that are differences against it stay empty."`
	Rate          *float64       `placeholder:"N" help:"Orders per second (default: 100)."`
	Arrivals      string         `placeholder:"KIND" help:"poisson or constant (default: poisson)."`
	Trials        *int           `placeholder:"N" help:"Repeats of everything (default: 1)."`
	Seed          *uint64        `placeholder:"N" help:"Seed of everything random (default: 1)."`
	Broker        string         `placeholder:"NAME" help:"nats (embedded; the default of process), rabbitmq (an installed one, as a child, or a container; the default of docker) or an amqp:// URL."`
	RabbitMQImage string         `name:"rabbitmq-image" placeholder:"REF" help:"Image of RabbitMQ's container (default: rabbitmq:4-management, or what scripts/rabbitmq-image.sh built)."`
	Runtime       string         `placeholder:"NAME" help:"Where services run: process (children, the default) or docker (containers)."`
	WarmUp        *time.Duration `placeholder:"2s" help:"Length of the warm-up."`
	Baseline      *time.Duration `placeholder:"4s" help:"Length of the baseline before the fault."`
	Window        *time.Duration `placeholder:"4.4s" help:"Length of the fault window."`
	Recovery      *time.Duration `placeholder:"7s" help:"Length of the load after the fault."`
	Drain         *time.Duration `placeholder:"30s" help:"Longest wait until every order is settled."`
	Share         bool           `help:"Trials of an architecture follow each other on one system, while nothing waits in it."`
	Out           string         `placeholder:"DIR" help:"Directory of the run; must not hold one (default: runs/TIME)."`
	Resume        bool           `help:"Carry on the run in --out: only trials that it has not finished, and, but for a search, those that were INVALID; begin it if there is none."`
	Format        []string       `placeholder:"NAME" help:"Reports to write into the directory besides the page: md,junit, or all."`
	Against       string         `placeholder:"DIR" help:"Run, or JSON report of one, that gates such as 'done p99 not worse by 10%' set this one against."`
	gateFlags
}

// Run carries out the plan, then reports it: text on standard output, and report.html in the directory.
func (c runCommand) Run(s streams) error {
	lab := lab.New()
	file, err := c.planFile(lab.Catalogue)
	if err == nil {
		err = c.untilFlags.over(&file)
	}
	if err != nil {
		return usageError{err}
	}
	file.Architectures = architectures(c.Arch, file.Architectures, lab.Catalogue)
	plan, err := file.Resolve(lab.Catalogue)
	if err != nil {
		return usageError{err}
	}
	if len(plan.Faults) > len(file.Faults) {
		fmt.Fprintln(s.err, "the control runs too, which every fault is measured against; --no-control leaves it out")
	}
	return c.carryOut(s, lab, plan)
}

// carryOut runs a plan that was checked, and reports it.
func (c planFlags) carryOut(s streams, lab bench.Lab, plan bench.Plan) error {
	judged, err := c.judged(plan)
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
	ran := execute(s, lab, plan, dir)
	var usage usageError
	if errors.As(ran, &usage) {
		return ran
	}
	results, reported := writeReport(s, dir, judged)
	if ran != nil || reported != nil {
		return errors.Join(ran, reported)
	}
	return c.verdict(results)
}

// checkHere looks for all that a plan needs, and that it can be driven from here.
func checkHere(s streams, lab bench.Lab, plan bench.Plan) error {
	if err := lab.Check(s.ctx, plan); err != nil {
		return usageError{err}
	}
	elsewhere, err := lab.Elsewhere(s.ctx, plan)
	if err == nil && elsewhere != nil {
		err = errors.New("--runtime docker: the engine's containers can't be reached from here, and only run, matrix, seams and parity can drive load from a container there: run faultline there")
	}
	if err != nil {
		return usageError{err}
	}
	return nil
}

// execute runs what is left of a plan that was checked, and leaves its facts in the directory.
func execute(s streams, lab bench.Lab, plan bench.Plan, dir string) error {
	header := bench.RunHeader{Schema: bench.SchemaVersion, Started: time.Now(), Command: commandAgain(os.Args[1:]),
		Version: version, Commit: commit, Machine: bench.ThisMachine(), Plan: plan, Transports: lab.Catalogue.Transports}
	elsewhere, err := lab.Elsewhere(s.ctx, plan)
	if err != nil {
		return usageError{err}
	}
	if elsewhere != nil {
		header.Machine = bench.Machine{}
	}
	trials := plan.TrialList(lab.Catalogue)
	left, dropped, err := bench.DropInvalid(header, trials, dir)
	if err != nil {
		return usageError{err}
	}
	if dropped > 0 {
		fmt.Fprintf(s.err, "INVALID before, and run again: %d\n", dropped)
	}
	fmt.Fprintf(s.err, "%s; facts go to %s\n", amount(left, trials, plan, lab.Catalogue), dir)
	ran := bench.Run(s.ctx, lab, header, dir, newProgress(s.err).show)
	if s.ctx.Err() != nil {
		return errInterrupted
	}
	return ran
}

// A judgement is what a run is put to when it has ended, and how it is reported.
type judgement struct {
	gates   []bench.Gate
	base    *bench.Results
	formats []string
}

// judged checks gates, baseline and formats before anything runs.
func (c planFlags) judged(p bench.Plan) (j judgement, err error) {
	var errs [3]error
	j.gates, errs[0] = c.gates(p)
	j.formats, errs[1] = formats(c.Format)
	if c.Against != "" {
		base, _, err := load(c.Against)
		if err == nil {
			err = bench.Comparable(base.Run.Plan, p, nil, c.Against, "this run")
		}
		j.base, errs[2] = &base, err
	}
	return j, errors.Join(errs[:]...)
}

// writeReport renders the facts of a run: the table on standard output, the page and what else is asked for into the directory.
func writeReport(s streams, dir string, j judgement) (bench.Results, error) {
	results, err := analyse([]string{dir})
	if err != nil {
		return results, err
	}
	if len(results.Trials) == 0 {
		return results, nil
	}
	results.Gates = bench.Judge(j.gates, results, j.base, nil)
	if err := writeSummaries(results); err != nil {
		return results, err
	}
	if err := writeFiles(dir, append([]string{"html"}, j.formats...), results); err != nil {
		return results, err
	}
	if err := reports.Text(s.out, results); err != nil {
		return results, err
	}
	fmt.Fprintf(s.out, "\nreport: %s\n", filepath.Join(dir, "report.html"))
	return results, nil
}

// planFile is the plan that the flags ask for, over the defaults or a file.
func (c planFlags) planFile(known bench.Catalogue) (bench.PlanFile, error) {
	return c.over(bench.Defaults(), known)
}

// over is the plan that the flags ask for: over a file, if they name one, or a plan that is there.
func (c planFlags) over(file bench.PlanFile, known bench.Catalogue) (bench.PlanFile, error) {
	if c.Plan != "" {
		var err error
		if file, err = bench.ReadPlan(c.Plan, known); err != nil {
			return file, err
		}
	}
	if len(c.Fault) > 0 {
		file.Faults = c.Fault
	}
	file.Control = file.Control && !c.NoControl
	set(&file.Load.Rate, c.Rate)
	set(&file.Trials, c.Trials)
	set(&file.Seed, c.Seed)
	for _, f := range []struct {
		field *string
		flag  string
	}{{&file.Load.Arrivals, c.Arrivals}, {&file.Broker, c.Broker}, {&file.Runtime, c.Runtime}, {&file.RabbitMQ.Image, c.RabbitMQImage}} {
		if f.flag != "" {
			*f.field = f.flag
		}
	}
	file.Share = file.Share || c.Share
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
