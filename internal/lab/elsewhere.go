package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"faultline/bench"
	"faultline/targets/docker"
	"faultline/targets/process"
)

// elsewhere drives runs in containers that can't be reached from here from a container beside them.
func (l lab) elsewhere(ctx context.Context, p bench.Plan) (bench.RunFunc, error) {
	if p.Runtime != Docker {
		return nil, nil
	}
	e, _, err := l.engine.open(ctx, p)
	if err != nil || e.Far() == nil {
		return nil, err
	}
	return func(ctx context.Context, header bench.RunHeader, dir string, report func(bench.Progress)) error {
		ahead, within, err := e.Clock(ctx)
		if err != nil {
			return err
		}
		header.Driver = &bench.Driver{Engine: e.String(), Ahead: ahead, Within: within}
		job, err := json.Marshal(header)
		if err != nil {
			return fmt.Errorf("encoding the run for its driver: %w", err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("making the run's directory: %w", err)
		}
		return e.Drive(ctx, job, dir, func(line []byte) {
			var p bench.Progress
			if json.Unmarshal(line, &p) == nil { // else it is not of this program's making
				report(p)
			}
		})
	}, nil
}

// drive is a run in a container beside those that it starts: the other end of elsewhere.
func drive(ctx context.Context, _ process.Spec, _ func(bench.Addresses)) error {
	raw, err := os.ReadFile(docker.JobFile)
	if err != nil {
		return fmt.Errorf("reading the run to drive: %w", err)
	}
	var header bench.RunHeader
	if err := json.Unmarshal(raw, &header); err != nil {
		return fmt.Errorf("reading the run to drive: %w", err)
	}
	header.Machine = bench.ThisMachine()
	l := New()
	if err := l.Check(ctx, header.Plan); err != nil {
		return err
	}
	lines := json.NewEncoder(os.Stdout)
	err = bench.Run(ctx, l, header, docker.JobDir, func(p bench.Progress) { _ = lines.Encode(p) })
	if errors.Is(err, context.Canceled) {
		return nil // as it was told
	}
	return err
}
