package main

import (
	"slices"

	"faultline/bench"
	"faultline/internal/lab"
)

type matrixCommand struct {
	Arch []string `placeholder:"NAME" help:"Architectures, or all (default: sync,queue,hybrid)."`
	All  bool     `help:"Every fault that fits: hangs of every process and latency on every connection too. An hour for three architectures."`
	untilFlags
	planFlags
}

// Run carries out places × faults × architectures, one control an architecture and repeat, on systems that are shared. The
// report of such a run begins with the matrix.
func (c matrixCommand) Run(s streams) error {
	lab := lab.New()
	file, err := c.planFlags.over(bench.MatrixDefaults(), lab.Catalogue)
	if err == nil {
		err = c.untilFlags.over(&file)
	}
	if err != nil {
		return usageError{err}
	}
	file.Share = true
	file.Architectures = architectures(c.Arch, file.Architectures, lab.Catalogue)
	known := lab.Catalogue
	if len(c.Fault) == 0 {
		whole := file
		whole.Faults = []string{bench.Control}
		plan, err := whole.Resolve(known)
		if err != nil {
			return usageError{err}
		}
		known.Faults = known.MatrixFaults(plan, c.All)
		file.Faults = bench.Names(known.Faults, bench.FaultName)
	} else if !slices.Contains(file.Faults, bench.Control) {
		file.Faults = append([]string{bench.Control}, file.Faults...)
	}
	plan, err := file.Resolve(known)
	if err != nil {
		return usageError{err}
	}
	return c.carryOut(s, lab, plan)
}

// architectures are those that were asked for: all of the catalogue by one word, or otherwise the plan's.
func architectures(asked, planned []string, c bench.Catalogue) []string {
	switch {
	case slices.Equal(asked, []string{"all"}):
		return bench.Names(c.Architectures, bench.ArchitectureName)
	case len(asked) > 0:
		return asked
	}
	return planned
}
