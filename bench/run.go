package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// TrialList are the trials of a plan in the order they are run: for each repeat every fault over every architecture
// it fits, the architectures forwards and backwards in turn, so that a drift of the machine favours none.
func (p Plan) TrialList(c Catalogue) []TrialHeader {
	var list []TrialHeader
	for repeat := 1; repeat <= p.Trials; repeat++ {
		architectures := slices.Clone(p.Architectures)
		if repeat%2 == 0 {
			slices.Reverse(architectures)
		}
		for _, f := range p.Faults {
			for _, a := range architectures {
				if c.Fits(f, a) != nil {
					continue
				}
				list = append(list, TrialHeader{Schema: SchemaVersion, Index: len(list), Architecture: a, Fault: f,
					Repeat: repeat, Seed: p.Seed, Phases: p.Windows.Phases(), Runtime: p.Runtime})
			}
		}
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

// Run carries out a plan and leaves its facts in dir, which it makes. A run of that plan that dir holds is carried on
// (see Left). It returns early, with ctx's error, when ctx ends; the facts so far are kept. An error of the harness in one
// trial ends the run.
func Run(ctx context.Context, lab Lab, header RunHeader, dir string, report func(Progress)) error {
	trials := header.Plan.TrialList(lab.Catalogue)
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
		if err := runTrial(ctx, lab, header.Plan, h, place, counted); err != nil {
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
	path := filepath.Join(dir, fileRun)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	raw, err := json.MarshalIndent(header, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the run's header: %w", err)
	}
	if err := writeWhole(path, append(raw, '\n')); err != nil {
		return fmt.Errorf("writing the run's header: %w", err)
	}
	return nil
}
