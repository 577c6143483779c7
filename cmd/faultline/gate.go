package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"faultline/bench"
)

// A gateError is what a run was not to show: exit code 3.
type gateError struct{ error }

// Unwrap gives the error itself.
func (e gateError) Unwrap() error { return e.error }

// classes reads the classes of orders that --fail-on names.
func classes(names []string) (list []bench.Class, err error) {
	known := make([]string, len(bench.Classes))
	for i, c := range bench.Classes {
		known[i] = string(c)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			err = errors.Join(err, fmt.Errorf("--fail-on: %q is not known%s; allowed: %s", name, bench.Nearest(name, known), strings.Join(known, ", ")))
		}
		list = append(list, bench.Class(name))
	}
	return list, err
}

// verdict is what was wrong with a run that came to its end: orders that a gate does not let pass, trials that tested nothing.
func verdict(r bench.Results, gates []bench.Class) error {
	var errs []error
	for _, stopped := range stops(r.Trials, gates) {
		errs = append(errs, gateError{errors.New(stopped)})
	}
	if slices.ContainsFunc(r.Trials, func(t bench.Summary) bool { return len(t.Invalid) > 0 }) {
		errs = append(errs, errInvalid)
	}
	return errors.Join(errs...)
}

// stops says of which classes the trials of an architecture under a fault have orders. An invalid trial has no figures, but
// what became of its orders is known, or they are unknown: a lost order is a lost order.
func stops(trials []bench.Summary, gates []bench.Class) (lines []string) {
	type cell struct {
		architecture, fault string
		class               bench.Class
	}
	var order []cell
	counts := map[cell]int{}
	for _, t := range trials {
		for _, class := range gates {
			if n := t.Audit.Classes[class]; n > 0 {
				c := cell{t.Trial.Architecture.Name, t.Trial.Fault.Name, class}
				if counts[c] == 0 {
					order = append(order, c)
				}
				counts[c] += n
			}
		}
	}
	for _, c := range order {
		lines = append(lines, fmt.Sprintf("--fail-on: %s under %s: %d %s", c.architecture, c.fault, counts[c], c.class))
	}
	return lines
}
