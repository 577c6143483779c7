package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/reports"
)

type runCommand struct {
	Plan     string         `placeholder:"FILE" help:"YAML plan; flags override it. See docs/plan.md."`
	Arch     []string       `placeholder:"NAME" help:"Architectures (default: sync,queue)."`
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
}

// Run carries out the plan, then reports it: text on standard output, and report.html in the directory.
func (c runCommand) Run(s streams) error {
	lab := lab.New()
	file, err := c.planFile()
	if err != nil {
		return usageError{err}
	}
	plan, err := file.Resolve(lab.Catalogue)
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
		Version: version, Commit: commit, Machine: bench.ThisMachine(), Plan: plan}
	trials := len(plan.TrialList(lab.Catalogue))
	fmt.Fprintf(s.err, "%d trials, about %s in all; facts go to %s\n", trials, plan.Estimate(lab.Catalogue).Round(time.Second), dir)
	ran := bench.Run(s.ctx, lab, header, dir, newProgress(s.err).show)
	results, reported := writeReport(s, dir)
	switch {
	case s.ctx.Err() != nil:
		return errors.Join(errInterrupted, reported)
	case ran != nil:
		return errors.Join(ran, reported)
	case reported != nil:
		return reported
	case slices.ContainsFunc(results.Trials, func(t bench.Summary) bool { return len(t.Invalid) > 0 }):
		return errInvalid
	}
	return nil
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

func (c runCommand) planFile() (bench.PlanFile, error) {
	file := bench.Defaults()
	if c.Plan != "" {
		var err error
		if file, err = bench.ReadPlan(c.Plan); err != nil {
			return file, err
		}
	}
	if len(c.Arch) > 0 {
		file.Architectures = c.Arch
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
func (c runCommand) directory() (string, error) {
	dir := c.Out
	if dir == "" {
		dir = filepath.Join("runs", time.Now().Format("2006-01-02T15-04-05"))
	}
	if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
		return dir, fmt.Errorf("--out: %s holds a run already; choose another directory", dir)
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

// commandAgain is the command line that repeats a run, without the directory it went to.
func commandAgain(args []string) string {
	words := []string{"faultline"}
	for i := 0; i < len(args); i++ {
		if args[i] == "--out" {
			i++
			continue
		}
		if !strings.HasPrefix(args[i], "--out=") {
			words = append(words, quote(args[i]))
		}
	}
	return strings.Join(words, " ")
}

// quote makes a word safe to paste into a shell.
func quote(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=.,/:@+", r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
