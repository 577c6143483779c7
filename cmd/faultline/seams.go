package main

import (
	"errors"
	"slices"

	"faultline/bench"
	"faultline/internal/lab"
)

type seamsCommand struct {
	With []string `default:"queue" placeholder:"NAME" help:"Transports behind the cut, such as queue,topic (default: queue)."`
	untilFlags
	planFlags
}

// Run carries out the plan with every cut in place of its architectures. The report of such a run shows the front.
func (c seamsCommand) Run(s streams) error {
	lab := lab.New()
	file, err := c.planFile(lab.Catalogue)
	if err == nil {
		err = c.untilFlags.over(&file)
	}
	if err != nil {
		return usageError{err}
	}
	broken := slices.ContainsFunc(file.Faults, func(name string) bool { return name != bench.Control })
	if !broken || !file.Control && !slices.Contains(file.Faults, bench.Control) {
		return usageError{errors.New("faults: a blast radius is set against the control: name a fault, and let the control run besides")}
	}
	cuts, err := lab.Catalogue.Cuts(c.With)
	if err != nil {
		return usageError{err}
	}
	known := lab.Catalogue
	known.Architectures, file.Architectures, file.Mixes = cuts, bench.Names(cuts, bench.ArchitectureName), nil
	plan, err := file.Resolve(known)
	if err != nil {
		return usageError{err}
	}
	return c.carryOut(s, lab, plan)
}
