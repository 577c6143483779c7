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

// Estimate is how long the plan's trials will take, if every backlog drains at once.
func (p Plan) Estimate(c Catalogue) time.Duration {
	return time.Duration(len(p.TrialList(c))) * (p.Windows.Phases().Drain + overhead)
}

// Run carries out a plan and leaves its facts in dir, which it makes. It returns early, with ctx's error, when
// ctx ends; the facts so far are kept. An error of the harness in one trial ends the run.
func Run(ctx context.Context, lab Lab, header RunHeader, dir string, report func(Progress)) error {
	if err := createRun(dir, header); err != nil {
		return err
	}
	trials := header.Plan.TrialList(lab.Catalogue)
	for i, h := range trials {
		counted := func(p Progress) {
			p.Index, p.Trials = i+1, len(trials)
			report(p)
		}
		name := fmt.Sprintf("%03d-%s-%s-r%d", h.Index+1, h.Architecture.Name, h.Fault.Name, h.Repeat)
		if err := runTrial(ctx, lab, header.Plan, h, filepath.Join(dir, "trials", name), counted); err != nil {
			return fmt.Errorf("trial %s: %w", name, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// createRun makes the directory of a run with its header.
func createRun(dir string, header RunHeader) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the run's directory: %w", err)
	}
	raw, err := json.MarshalIndent(header, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the run's header: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "run.json"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("making the run's header (choose another --out for a new run): %w", err)
	}
	defer file.Close()
	if _, err := file.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("writing the run's header: %w", err)
	}
	return nil
}
