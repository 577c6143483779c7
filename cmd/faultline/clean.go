package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"faultline/targets/docker"
)

type cleanCommand struct {
	List bool `help:"Only list what is there."`
	All  bool `help:"Also remove what belongs to a program that still runs, or runs elsewhere."`
}

// Run removes what runs in containers have left on the engine, and lists it.
func (c cleanCommand) Run(s streams) error {
	found, err := docker.Clean(s.ctx, c.List, c.All)
	if err != nil && len(found) == 0 {
		return usageError{err}
	}
	out := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, l := range found {
		what := "removed"
		switch {
		case l.Running && !(c.All && l.Run != "" && !c.List):
			what = "in use"
		case c.List:
			what = "left"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", what, l.Kind, l.Name)
	}
	if len(found) == 0 {
		fmt.Fprintln(out, "nothing is left")
	}
	return errors.Join(err, out.Flush())
}
