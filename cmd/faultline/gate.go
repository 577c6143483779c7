package main

import (
	"errors"
	"slices"

	"faultline/bench"
)

// A gateError is what a run was not to show: exit code 3.
type gateError struct{ error }

// Unwrap gives the error itself.
func (e gateError) Unwrap() error { return e.error }

// verdict is what was wrong with a run that came to its end: gates that it did not pass, trials that tested nothing.
func (g gateFlags) verdict(r bench.Results) error {
	stopped := g.judge(r.Gates)
	if slices.ContainsFunc(r.Trials, func(t bench.Summary) bool { return len(t.Invalid) > 0 }) {
		return errors.Join(stopped, errInvalid)
	}
	return stopped
}
