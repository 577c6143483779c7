package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// runRounds carries out whole rounds of a plan until its Until is satisfied. The run's header says how far it has come. A round
// that was begun before is ended, whatever would be decided now.
func (s *Stage) runRounds(ctx context.Context, header RunHeader, dir string, report func(Progress)) error {
	p, r := header.Plan, Rounds{}
	var seen []Summary
	for next := p.Round(s.lab.Catalogue, 1); r.Ended == ""; {
		trials, spent, err := s.runRound(ctx, header, next, dir, report)
		if err != nil {
			return err
		}
		seen = append(seen, trials...)
		r.Done, r.Spent = r.Done+1, r.Spent+spent
		next = p.Round(s.lab.Catalogue, r.Done+1)
		if begun(next, dir) {
			continue
		}
		widths := widthsOf(p, seen)
		if r.Done >= p.least() {
			r.Ended = p.Until.end(r, widths)
		}
		if err := r.keep(dir, p.Until); err != nil {
			return err
		}
		report(Progress{Rounds: &r, Widths: widths})
	}
	return nil
}

// runRound carries out what is left of a round. It returns the figures of all of it, as far as a width needs them, and how long it
// took: of trials that were there, by their facts.
func (s *Stage) runRound(ctx context.Context, header RunHeader, trials []TrialHeader, dir string, report func(Progress)) (seen []Summary, spent time.Duration, err error) {
	left, err := Left(header, trials, dir)
	if err != nil {
		return nil, 0, err
	}
	counted := func(now Progress) {
		now.Trials = max(header.Plan.least(), trials[0].Repeat) * len(trials)
		report(now)
	}
	begun := time.Now()
	if err := s.Run(ctx, header, trials, dir, counted); err != nil {
		return nil, 0, err
	}
	if len(left) > 0 {
		spent = time.Since(begun)
	}
	for _, h := range trials {
		f, err := ReadTrial(filepath.Join(dir, h.directory()))
		if err != nil {
			return nil, 0, err
		}
		if !slices.ContainsFunc(left, func(l TrialHeader) bool { return l.Index == h.Index }) {
			spent += f.took()
		}
		one := Summarize(header, nil, f)
		seen = append(seen, Summary{Trial: one.Trial, Invalid: one.Invalid, Interrupted: one.Interrupted, Windows: one.Windows})
	}
	return seen, spent, nil
}

// took is how long a trial took, from starting its system to its last event.
func (f Facts) took() time.Duration {
	last := time.Duration(0)
	for _, e := range f.Events {
		last = max(last, e.T)
	}
	return f.Trial.Ready + leadIn + last
}

// begun reports whether one of some trials has left anything in dir.
func begun(trials []TrialHeader, dir string) bool {
	return slices.ContainsFunc(trials, func(h TrialHeader) bool {
		_, err := os.Stat(filepath.Join(dir, h.directory()))
		return err == nil
	})
}

// keep writes how far a run has come into its header, with what was asked for: that may have changed since it began.
func (r Rounds) keep(dir string, asked Until) error {
	var h RunHeader
	if err := readHeader(filepath.Join(dir, fileRun), &h, func() int { return h.Schema }); err != nil {
		return err
	}
	h.Rounds, h.Plan.Until = &r, asked
	return h.write(dir)
}

// maxBudget bounds a budget.
const maxBudget = 7 * 24 * time.Hour

// checkUntil returns what is wrong with when a run is to end. A budget must do for the rounds that are run in any case.
func (p Plan) checkUntil(c Catalogue) (errs []error) {
	u := p.Until
	if !(u.Width >= 0 && u.Width <= 1) {
		errs = append(errs, problem("until.width", "%g must be above 0 and at most 1, such as 0.1 for 10 %%, or be left out", u.Width))
	}
	if u.Budget < 0 || u.Budget > maxBudget {
		return append(errs, problem("until.budget", "%v must be above 0 and at most %v, or be left out", u.Budget, maxBudget))
	}
	if needs := Estimate(p.TrialList(c)); u.Budget > 0 && needs > u.Budget {
		why := fmt.Sprintf("trials: %d", p.Trials)
		if p.least() > p.Trials {
			why = fmt.Sprintf("an interval needs %d rounds", minTrials)
		}
		errs = append(errs, problem("until.budget", "%v is less than what is run in any case takes (%s), about %v: give more, or compare fewer architectures, faults or trials",
			u.Budget, why, needs.Round(time.Second)))
	}
	return errs
}
