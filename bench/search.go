package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Search carries out trials one at a time, each of a plan that those before it decided. Every plan has a directory of its
// own below Dir, which is a run like any other; a trial that is there already is read and not repeated.
type Search struct {
	Stage *Stage
	// Header is that of every run but for its plan.
	Header RunHeader
	Dir    string
	Report func(Progress)
	// Expected is how many trials the whole search takes, for the display.
	Expected int

	trials int
}

// edge bisects for where objectives begin to break. at says what is tried at a value: a plan of one architecture and one fault,
// and the name of its directory.
func (s *Search) edge(ctx context.Context, sought Bisection, objectives []Objective, at func(value float64) (string, Plan)) (Edge, error) {
	return sought.Bisect(ctx, func(ctx context.Context, value float64, repeat int) (Answer, error) {
		name, plan := at(value)
		plan.Trials = sought.tries()
		header, f, err := s.facts(ctx, name, plan, repeat)
		if err != nil {
			return Unclear, err
		}
		return judge(Summarize(header, nil, f), objectives), nil
	})
}

// facts carries out the repeat-th trial of a plan in a directory of the given name, and reads what it saw.
func (s *Search) facts(ctx context.Context, name string, p Plan, repeat int) (RunHeader, Facts, error) {
	header, dir := s.Header, filepath.Join(s.Dir, name)
	header.Plan = p
	trials := slices.DeleteFunc(p.TrialList(s.Stage.lab.Catalogue), func(h TrialHeader) bool { return h.Repeat != repeat })
	s.trials++
	counted := func(now Progress) {
		now.Index, now.Trials = s.trials, max(s.trials, s.Expected)
		s.Report(now)
	}
	if err := s.Stage.Run(ctx, header, trials, dir, counted); err != nil {
		return header, Facts{}, err
	}
	_, all, err := ReadRun(dir)
	if err != nil {
		return header, Facts{}, err
	}
	for _, f := range all {
		if f.Trial.Repeat == repeat {
			return header, f, nil
		}
	}
	return header, Facts{}, fmt.Errorf("%s holds no trial %d after it was run: does the fault fit the architecture?", dir, repeat)
}

// judge says whether a trial keeps every objective. One that is invalid, or can't tell, is unclear. A generator that was late
// is no reason by itself: waits count from the planned moment, so what holds in spite of it holds, and a wait that is too
// long by more than the lateness is too long.
func judge(s Summary, objectives []Objective) Answer {
	late := time.Duration(0)
	for _, c := range s.Checks {
		switch {
		case c.Passed:
		case startsPunctual(c):
			late = s.Harness.Late.P99
		default:
			return Unclear
		}
	}
	answer := Holds
	for _, o := range objectives {
		value := o.Measure.Of(s)
		switch {
		case value != value: // NaN: nobody knows
			return Unclear
		case o.Holds(value):
		case late > 0 && (o.Measure.Unit != Seconds || o.Holds(value-late.Seconds())):
			answer = min(answer, Unclear)
		default:
			return Breaks
		}
	}
	return answer
}

func startsPunctual(c Check) bool { return strings.HasPrefix(c.Name, checkPunctual) }

// enoughOrders are those that a window must be planned to have, so that it has minOrders also where arrivals are random.
const enoughOrders = 120

// enoughFor returns what is wrong with a window at a rate that a p99 is asked of.
func enoughFor(rate float64, window time.Duration) error {
	if n := rate * window.Seconds(); n < enoughOrders {
		return fmt.Errorf("rate: %g orders/s for %v are %.0f orders, too few for a p99: at least %d are needed, so take a higher rate or a longer fault window",
			rate, window, n, enoughOrders)
	}
	return nil
}

// searchable returns which objectives a search can't ask a single trial.
func searchable(objectives []Objective, a Architecture, f Fault) (errs []error) {
	if len(objectives) == 0 {
		errs = append(errs, errors.New("slo: name at least one objective, such as 'ack p99 < 500ms'"))
	}
	for _, o := range objectives {
		switch {
		case o.Measure.Name == "blast radius":
			errs = append(errs, fmt.Errorf("slo: %q needs a control beside each trial, which a search has not: name another measure", o))
		case o.Of != "" && o.Of != a.Name || o.Under != "" && o.Under != f.Name:
			errs = append(errs, fmt.Errorf("slo: %q is about something else than %s under %s: leave that out", o, a.Name, f.Name))
		case f.Kind == NoFault && (o.Measure.Name == "recovery" || o.Measure.Name == "drain"):
			errs = append(errs, fmt.Errorf("slo: %q needs a fault to be cured: name one", o))
		}
	}
	return errs
}
