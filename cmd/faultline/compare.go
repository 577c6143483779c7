package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"faultline/bench"
	"faultline/reports"
)

type compareCommand struct {
	Base    string   `arg:"" help:"Baseline: directory of a run, or a JSON report of one."`
	New     string   `arg:"" help:"What is compared with it."`
	Arch    []string `placeholder:"BASE,NEW" help:"An architecture of each (default: each with its own)."`
	Effect  string   `default:"5%" placeholder:"5%" help:"Smallest change that matters: of the baseline's value, or points of a share."`
	Differs []string `placeholder:"FIELD" help:"Fields of the plan that are meant to differ, such as flow.work."`
	Format  string   `default:"text" placeholder:"NAME" help:"text, md, html, junit or json."`
	File    string   `name:"out" short:"o" placeholder:"FILE" help:"File to write (default: standard output)."`
	gateFlags
}

// gateFlags are how a run is judged.
type gateFlags struct {
	Gate         []string `sep:"none" placeholder:"EXPR" help:"Exit with 3 if this does not hold: 'lost = 0', 'ack p99 of queue < 500ms', 'done p99 not worse by 10%'."`
	FailOn       []string `placeholder:"CLASS" help:"Short for --gate 'CLASS = 0': lost,duplicated."`
	Inconclusive string   `default:"pass" placeholder:"pass" help:"What a gate that can't be told does: pass, or fail with exit code 3."`
}

// Run compares two runs, and puts the gates to the new one.
func (c compareCommand) Run(s streams) error {
	i := slices.IndexFunc(reports.Contrasts, func(e reports.ContrastEntry) bool { return e.Name == c.Format })
	if i < 0 {
		return usageError{fmt.Errorf("--format: %q is not known; allowed: text, md, html, junit, json", c.Format)}
	}
	question, err := c.question()
	if err != nil {
		return usageError{err}
	}
	base, baseFacts, errBase := load(c.Base)
	now, nowFacts, errNew := load(c.New)
	if err := errors.Join(errBase, errNew); err != nil {
		return usageError{err}
	}
	if question.Gates, err = c.gates(now.Run.Plan); err != nil {
		return usageError{err}
	}
	contrast, err := bench.CompareRuns(base, now, baseFacts, nowFacts, question)
	if err != nil {
		return usageError{err}
	}
	out, finish, err := output(s, c.File)
	if err != nil {
		return usageError{err}
	}
	if err := errors.Join(reports.Contrasts[i].Format(out, contrast), finish()); err != nil {
		return err
	}
	return c.judge(contrast.Gates)
}

func (c compareCommand) question() (bench.Question, error) {
	q := bench.Question{Differs: c.Differs}
	var err error
	if q.Effect, err = readEffect(c.Effect); err != nil {
		return q, err
	}
	switch len(c.Arch) {
	case 0:
	case 1:
		q.Architectures = [][2]string{{c.Arch[0], c.Arch[0]}}
	case 2:
		q.Architectures = [][2]string{{c.Arch[0], c.Arch[1]}}
	default:
		return q, errors.New("--arch: name one architecture, or one of the baseline and one of the new run")
	}
	return q, nil
}

// readEffect reads the smallest change that matters, as a share.
func readEffect(text string) (float64, error) {
	text = strings.TrimSpace(text)
	percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(percent >= 0 && percent <= 1000) || !strings.HasSuffix(text, "%") {
		return 0, fmt.Errorf("--effect: %q must be a percentage, such as 5%%", text)
	}
	return percent / 100, nil
}

// gates are the plan's and the command line's; --fail-on is short for the audit's.
func (g gateFlags) gates(p bench.Plan) ([]bench.Gate, error) {
	if g.Inconclusive != "pass" && g.Inconclusive != "fail" {
		return nil, fmt.Errorf("--inconclusive: %q is not known; allowed: pass, fail", g.Inconclusive)
	}
	texts := slices.Concat(p.Gates, g.Gate)
	known := bench.Names(bench.Classes, func(c bench.Class) string { return string(c) })
	for _, class := range g.FailOn {
		if !slices.Contains(known, class) {
			return nil, fmt.Errorf("--fail-on: %q is not known%s; allowed: %s", class, bench.Nearest(class, known), strings.Join(known, ", "))
		}
		texts = append(texts, class+" = 0")
	}
	p.Gates = texts
	if err := p.CheckGates(); err != nil {
		return nil, err
	}
	return bench.ParseGates(texts)
}

// judge is an error with a line for each cell that does not let the run pass.
func (g gateFlags) judge(results []bench.GateResult) error {
	var errs []error
	stops := func(o bench.Outcome) bool {
		return o == bench.Fail || o == bench.Inconclusive && g.Inconclusive == "fail"
	}
	for _, r := range results {
		if len(r.Cells) == 0 && stops(r.Outcome) {
			errs = append(errs, gateError{fmt.Errorf("gate %s: %s: %s", r.Gate, r.Outcome, r.Why)})
		}
		for _, c := range r.Cells {
			if stops(c.Outcome) {
				errs = append(errs, gateError{fmt.Errorf("gate %s: %s under %s: %s: %s", r.Gate, c.Architecture, c.Fault, c.Outcome, c.Saw)})
			}
		}
	}
	return errors.Join(errs...)
}

// load reads the directory of a run, with its facts, or a JSON report, which has none.
func load(path string) (bench.Results, []bench.Facts, error) {
	info, err := os.Stat(path)
	if err != nil {
		return bench.Results{}, nil, fmt.Errorf("reading a run: %w", err)
	}
	if !info.IsDir() {
		r, err := readReport(path)
		return r, nil, err
	}
	dirs := []string{path}
	if _, err := os.Stat(filepath.Join(path, "run.json")); errors.Is(err, fs.ErrNotExist) {
		if below, _ := filepath.Glob(filepath.Join(path, "*", "run.json")); len(below) > 0 { // rounds, each a run with a seed of its own
			dirs = dirs[:0]
			for _, file := range below {
				dirs = append(dirs, filepath.Dir(file))
			}
		}
	}
	return loadRuns(path, dirs)
}

// loadRuns reads runs that differ in nothing but their seed as one.
func loadRuns(path string, dirs []string) (all bench.Results, facts []bench.Facts, err error) {
	for i, dir := range dirs {
		header, of, err := bench.ReadRun(dir)
		if err != nil {
			return all, nil, err
		}
		r := bench.Analyse(header, of)
		if i == 0 {
			all = r
		} else {
			for _, d := range bench.DifferentPlans(all.Run.Plan, header.Plan) {
				if d.Path != "seed" {
					return all, nil, fmt.Errorf("%s is a run of another plan than %s, with another %s", dir, dirs[0], d.Text)
				}
			}
			all.Trials = append(all.Trials, r.Trials...)
		}
		facts = append(facts, of...)
	}
	all.Dir = path
	return all, facts, someTrials(all, path)
}

// readReport reads what --format json wrote.
func readReport(path string) (bench.Results, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return bench.Results{}, fmt.Errorf("reading a report: %w", err)
	}
	var doc struct {
		Schema int `json:"schema"`
		bench.Results
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return bench.Results{}, fmt.Errorf("reading %s: %w; a report of --format json, or the directory of a run, is needed", path, err)
	}
	if doc.Schema != bench.SchemaVersion {
		return bench.Results{}, fmt.Errorf("reading %s: its schema is version %d, this program reads version %d", path, doc.Schema, bench.SchemaVersion)
	}
	if doc.Run.Schema == 0 {
		return bench.Results{}, fmt.Errorf("reading %s: it is no report of a run; faultline report --format json writes one", path)
	}
	doc.Dir = path
	return doc.Results, someTrials(doc.Results, path)
}

func someTrials(r bench.Results, path string) error {
	if len(r.Trials) == 0 {
		return fmt.Errorf("%s holds no trial: the run ended before its first", path)
	}
	return nil
}

// output is where a report goes: standard output, or a file that finish closes.
func output(s streams, path string) (out io.Writer, finish func() error, err error) {
	if path == "" {
		return s.out, func() error { return nil }, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, nil, fmt.Errorf("--out: %w; choose a file that can be written", err)
	}
	return file, file.Close, nil
}
