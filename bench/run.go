package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// TrialList are the trials of a plan in the order they are run, round by round; of a plan with an Until those that it runs
// in any case.
func (p Plan) TrialList(c Catalogue) (list []TrialHeader) {
	for repeat := 1; repeat <= p.least(); repeat++ {
		list = append(list, p.Round(c, repeat)...)
	}
	return list
}

// Round are the trials of one repeat in the order they are run: every fault over every architecture it fits, the architectures
// forwards and backwards in turn from round to round, so that a drift of the machine favours none. Where they share a system,
// an architecture's trials follow each other.
func (p Plan) Round(c Catalogue, repeat int) (list []TrialHeader) {
	add := func(a Architecture, f Fault) {
		if c.Fits(f, a) == nil {
			list = append(list, TrialHeader{Schema: SchemaVersion, Architecture: a, Fault: f,
				Repeat: repeat, Seed: p.Seed, Phases: p.Windows.Phases(), Runtime: p.Runtime})
		}
	}
	architectures := slices.Clone(p.Architectures)
	if repeat%2 == 0 {
		slices.Reverse(architectures)
	}
	if p.Share {
		for _, a := range architectures {
			for _, f := range p.Faults {
				add(a, f)
			}
		}
	} else {
		for _, f := range p.Faults {
			for _, a := range architectures {
				add(a, f)
			}
		}
	}
	for i := range list {
		list[i].Index = (repeat-1)*len(list) + i
	}
	return list
}

// overhead is what a trial takes besides its phases: starting, draining a little, settling.
const overhead = 2 * time.Second

// Estimate is how long trials will take, if every backlog drains at once.
func Estimate(trials []TrialHeader) (took time.Duration) {
	for _, h := range trials {
		took += h.Phases.Drain + overhead
	}
	return took
}

// directory is where the facts of a trial go, below those of its run.
func (h TrialHeader) directory() string {
	return filepath.Join("trials", fmt.Sprintf("%03d-%s-%s-r%d", h.Index+1, h.Architecture.Name, h.Fault.Name, h.Repeat))
}

// Run carries out a plan, to its Until if it has one, and leaves its facts in dir, which it makes. A run of that plan that dir
// holds is carried on (see Left). It returns early, with ctx's error, when ctx ends; the facts so far are kept. An error of the harness in one
// trial ends the run.
func Run(ctx context.Context, lab Lab, header RunHeader, dir string, report func(Progress)) (err error) {
	if lab.Elsewhere != nil {
		drive, err := lab.Elsewhere(ctx, header.Plan)
		if err != nil {
			return err
		}
		if drive != nil {
			return drive(ctx, header, dir, report)
		}
	}
	stage := NewStage(lab)
	defer func() { err = errors.Join(err, stage.Close()) }()
	if header.Plan.Until != (Until{}) {
		return stage.runRounds(ctx, header, dir, report)
	}
	return stage.Run(ctx, header, header.Plan.TrialList(lab.Catalogue), dir, report)
}

// Run carries out trials of a plan, as the function Run does all of them, and leaves the stage to the next.
func (s *Stage) Run(ctx context.Context, header RunHeader, trials []TrialHeader, dir string, report func(Progress)) error {
	left, err := Left(header, trials, dir)
	if err != nil {
		return err
	}
	if err := createRun(dir, header); err != nil {
		return err
	}
	for _, h := range left {
		counted := func(p Progress) {
			p.Index, p.Trials = h.Index+1, len(trials)
			report(p)
		}
		place := filepath.Join(dir, h.directory())
		if err := os.RemoveAll(place); err != nil { // of a trial that died
			return fmt.Errorf("clearing a trial's directory: %w", err)
		}
		if err := runTrial(ctx, s, header.Plan, h, place, counted); err != nil {
			return fmt.Errorf("trial %s: %w", filepath.Base(place), err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// createRun makes the directory of a run with its header, unless they are there.
func createRun(dir string, header RunHeader) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the run's directory: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, fileRun)); err == nil {
		return nil
	}
	return header.write(dir)
}

// write writes a run's header.
func (h RunHeader) write(dir string) error {
	raw, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the run's header: %w", err)
	}
	if err := writeWhole(filepath.Join(dir, fileRun), append(raw, '\n')); err != nil {
		return fmt.Errorf("writing the run's header: %w", err)
	}
	return nil
}
