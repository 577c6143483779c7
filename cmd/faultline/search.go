package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"faultline/bench"
)

// searchFlags are what every command takes that searches by trials.
type searchFlags struct {
	Arch      string   `arg:"" name:"arch" help:"Architecture, one of faultline list or of the plan's own."`
	SLO       []string `name:"slo" placeholder:"EXPR" help:"What must hold, such as 'ack p99 < 500ms', 'lost = 0' (docs/measures.md)."`
	From      string   `placeholder:"VALUE" help:"Where the search begins."`
	To        string   `placeholder:"VALUE" help:"Where it ends."`
	Precision string   `default:"10%" placeholder:"10%" help:"How close the two ends of the answer are to be."`
	planFlags
}

// repeatsDefault are the votes on each value.
const repeatsDefault = 3

// searchWindows are the smallest that answer a question about the fault window alone.
func searchWindows(p bench.PlanFile) bench.PlanFile {
	p.Windows.WarmUp, p.Windows.Baseline, p.Windows.Recovery = time.Second, time.Second, time.Second
	p.Trials = repeatsDefault
	return p
}

// question is the plan of one architecture and one fault that a search varies, with its objectives.
func (c searchFlags) question(file bench.PlanFile, lab bench.Lab) (bench.Plan, []bench.Objective, error) {
	file, err := c.over(file, lab.Catalogue)
	if err != nil {
		return bench.Plan{}, nil, err
	}
	if file.Until != (bench.Until{}) {
		return bench.Plan{}, nil, errors.New("until: a search decides by itself how often it tries: leave it out of the plan")
	}
	file.Share, file.Control = true, false
	file.Architectures = []string{c.Arch}
	if len(c.Fault) > 0 {
		file.Faults = c.Fault
	}
	if len(file.Faults) != 1 {
		return bench.Plan{}, nil, errors.New("--fault: name one")
	}
	objectives, wrong := bench.ParseObjectives(c.SLO)
	plan, err := file.Resolve(lab.Catalogue)
	return plan, objectives, errors.Join(err, wrong)
}

// sought is the interval to search, where the flags say nothing between two ends as a limit is written.
func (c searchFlags) sought(unit bench.Unit, from, to string, repeats int) (b bench.Bisection, err error) {
	if c.From != "" {
		from = c.From
	}
	if c.To != "" {
		to = c.To
	}
	read := func(flag string, unit bench.Unit, text string) float64 {
		v, wrong := unit.Read(text)
		if wrong != nil {
			err = errors.Join(err, fmt.Errorf("--%s: %w", flag, wrong))
		}
		return v
	}
	b = bench.Bisection{From: read("from", unit, from), To: read("to", unit, to), Precision: read("precision", bench.Share, c.Precision), Repeats: repeats}
	return b, err
}

// between is the interval of durations that a flag names as A..B.
func (c searchFlags) between(text string, repeats int) (bench.Bisection, error) {
	from, to, ok := strings.Cut(text, "..")
	if !ok {
		return bench.Bisection{}, fmt.Errorf("--durations: %q: write two, such as 2s..15s", text)
	}
	c.From, c.To = "", ""
	b, err := c.sought(bench.Seconds, from, to, repeats)
	return b, err
}

// A finding is what a search leaves in its directory (search.json).
type finding struct {
	Schema  int       `json:"schema"`
	Started time.Time `json:"started"`
	Command string    `json:"command"`
	Version string    `json:"version"`
	Commit  string    `json:"commit,omitempty"`
	// Machine and Plan are what it was searched on and by; the plan is that of each trial but for what is varied.
	Machine bench.Machine `json:"machine"`
	Plan    bench.Plan    `json:"plan"`
	// Found is what the search found; without it, it has not come to its end.
	Found any `json:"found,omitempty"`
}

// A searched question, and how its answer is written.
type searched struct {
	plan   bench.Plan
	trials int // expected
	took   time.Duration
	find   func(*bench.Search) (any, error)
	text   func(w io.Writer, found any) error
	html   func(w io.Writer, found any, command string) error
}

// carryOut searches, and writes the answer as text on standard output and as a page in the directory.
func (c searchFlags) carryOut(s streams, lab bench.Lab, q searched) (err error) {
	if err := checkHere(s, lab, q.plan); err != nil {
		return err
	}
	dir, err := c.directory()
	if err != nil {
		return usageError{err}
	}
	f := finding{Schema: bench.SchemaVersion, Started: time.Now(), Command: commandAgain(os.Args[1:]), Version: version, Commit: commit,
		Machine: bench.ThisMachine(), Plan: q.plan}
	if err := f.save(dir); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "about %d trials, %s in all, more where they disagree; facts go to %s\n", q.trials, q.took.Round(time.Second), dir)
	stage := bench.NewStage(lab)
	defer func() { err = errors.Join(err, stage.Close()) }()
	header := bench.RunHeader{Schema: bench.SchemaVersion, Started: f.Started, Command: f.Command, Version: version, Commit: commit,
		Machine: f.Machine, Transports: lab.Catalogue.Transports}
	search := &bench.Search{Stage: stage, Header: header, Dir: dir, Report: newProgress(s.err).show, Expected: q.trials}
	found, err := q.find(search)
	if s.ctx.Err() != nil {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	f.Found = found
	if err := f.save(dir); err != nil {
		return err
	}
	page := filepath.Join(dir, "search.html")
	file, err := os.Create(page)
	if err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	if err := errors.Join(q.html(file, found, f.Command), file.Close()); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	if err := q.text(s.out, found); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\npage: %s\n", page)
	return nil
}

func (f finding) save(dir string) error {
	raw, err := json.MarshalIndent(f, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, fileSearch), append(raw, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", fileSearch, err)
	}
	return nil
}

const fileSearch = "search.json"
