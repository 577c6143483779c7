package bench

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Contrast sets a run against a baseline, cell by cell, aligned at the start of each trial.
type Contrast struct {
	Base Side `json:"base"`
	New  Side `json:"new"`
	// Effect is the smallest change that matters: a share of the baseline's value.
	Effect float64 `json:"effect"`
	// Notes say what else differs between the runs, and may be what differs in their figures.
	Notes []string       `json:"notes,omitempty"`
	Cells []ContrastCell `json:"cells"`
	Gates []GateResult   `json:"gates,omitempty"`
	// Parity says, of runs on two runtimes, whether they come to the same verdict.
	Parity string `json:"parity,omitempty"`
	// Sentence is the comparison in one sentence.
	Sentence string `json:"sentence"`
	// BaseRun and NewRun are what was compared, for plots on one clock.
	BaseRun Results `json:"-"`
	NewRun  Results `json:"-"`
}

// A Side is one of the runs that are compared.
type Side struct {
	Dir     string `json:"dir"`
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Runtime string `json:"runtime"`
	// Engine says what containers ran on, and how they were reached.
	Engine  string  `json:"engine,omitempty"`
	Broker  string  `json:"broker"`
	Machine Machine `json:"machine"`
	Trials  int     `json:"trials"`
	Invalid int     `json:"invalid,omitempty"` // of the trials; they are left out
}

// A ContrastCell is an architecture under a fault, against the same or another one in the baseline.
type ContrastCell struct {
	Base         string   `json:"base"` // architecture of the baseline
	Architecture string   `json:"architecture"`
	Fault        string   `json:"fault"`
	Changes      []Change `json:"changes"`
	// Orders compare the orders that both runs planned, one by one; not there if only figures were at hand.
	Orders []OrderChange `json:"orders,omitempty"`
	// Time is where it went that orders took longer or shorter; not there if only figures were at hand, or if two
	// architectures are compared.
	Time *TimeChange `json:"time,omitempty"`
	// Missing says why the cell has no changes.
	Missing string `json:"missing,omitempty"`
}

// Name is the cell's architecture, or both.
func (c ContrastCell) Name() string {
	if c.Base == c.Architecture {
		return c.Architecture
	}
	return c.Base + " → " + c.Architecture
}

// contrasted are the measures that a comparison shows.
var contrasted = []string{"ack p50", "ack p99", "done p50", "done p99", "errors", "late done", "goodput", "recovery"}

// A Question is what is asked of two runs.
type Question struct {
	// Architectures pairs those of the baseline with those of the new run; empty: each with its own.
	Architectures [][2]string
	Effect        float64
	// Differs are fields of the plan that are meant to differ, such as flow.work.
	Differs []string
	Gates   []Gate
}

// CompareRuns sets a run against a baseline. It is an error, with a line for each difference, if their plans differ in what
// must be equal: load, windows, SLOs, flow, seed. Facts may be nil; orders are then not compared one by one.
func CompareRuns(base, now Results, baseFacts, nowFacts []Facts, q Question) (Contrast, error) {
	c := Contrast{Base: sideOf(base), New: sideOf(now), Effect: q.Effect, BaseRun: base, NewRun: now}
	if err := Comparable(base.Run.Plan, now.Run.Plan, q.Differs, c.Base.Dir, c.New.Dir); err != nil {
		return c, err
	}
	pairs := q.Architectures
	if err := arePlanned(pairs, base.Run.Plan, now.Run.Plan); err != nil {
		return c, err
	}
	if len(pairs) == 0 {
		pairs = ownPairs(base.Run.Plan.Architectures, now.Run.Plan.Architectures)
	}
	for _, f := range now.Run.Plan.Faults {
		for _, p := range pairs {
			cell := ContrastCell{Base: p[0], Architecture: p[1], Fault: f.Name}
			x, y := trialsUnder(base.Trials, p[0], f.Name), trialsUnder(now.Trials, p[1], f.Name)
			if len(x.all)+len(y.all) == 0 {
				continue // the fault fits neither
			}
			cell.fill(x, y, f, q.Effect)
			xs, ys := factsOf(baseFacts, x), factsOf(nowFacts, y)
			cell.Orders = orderChanges(xs, ys)
			if p[0] == p[1] && len(xs) > 0 && len(ys) > 0 {
				t := timeChange(now.Run, xs, ys)
				cell.Time = &t
			}
			c.Cells = append(c.Cells, cell)
		}
	}
	if len(c.Cells) == 0 {
		return c, fmt.Errorf("%s and %s have no architecture under the same fault: nothing can be compared; pair architectures with --arch BASE,NEW", c.Base.Dir, c.New.Dir)
	}
	c.Notes = notes(c.Base, c.New, now.Run.Plan, base.Run.Plan)
	c.Gates = Judge(q.Gates, now, &base, pairs)
	c.Parity, c.Sentence = parity(base, now), c.sentence()
	return c, nil
}

// arePlanned tells of every architecture that is named and was not planned.
func arePlanned(pairs [][2]string, plans ...Plan) error {
	var errs []error
	for _, p := range pairs {
		for i, side := range []string{"baseline", "new run"} {
			errs = append(errs, oneOf("--arch, of the "+side, p[i], Names(plans[i].Architectures, ArchitectureName)))
		}
	}
	return errors.Join(errs...)
}

func sideOf(r Results) Side {
	s := Side{Dir: r.Dir, Version: r.Run.Version, Commit: r.Run.Commit, Runtime: r.Run.Plan.Runtime, Broker: r.Run.Plan.Broker,
		Machine: r.Run.Machine, Trials: len(r.Trials)}
	for _, t := range r.Trials {
		s.Engine = t.Trial.Engine
		if len(t.Invalid) > 0 || t.Interrupted {
			s.Invalid++
		}
	}
	return s
}

// ownPairs are the architectures that both runs have, or if each has only one, those two.
func ownPairs(base, now []Architecture) (pairs [][2]string) {
	names := Names(base, ArchitectureName)
	for _, a := range now {
		if slices.Contains(names, a.Name) {
			pairs = append(pairs, [2]string{a.Name, a.Name})
		}
	}
	if len(pairs) == 0 && len(base) == 1 && len(now) == 1 {
		pairs = [][2]string{{base[0].Name, now[0].Name}}
	}
	return pairs
}

// A cellTrials is the trials of an architecture under a fault.
type cellTrials struct {
	all, valid []Summary
}

func trialsUnder(trials []Summary, architecture, fault string) (c cellTrials) {
	for _, t := range trials {
		if t.Trial.Architecture.Name != architecture || t.Trial.Fault.Name != fault {
			continue
		}
		c.all = append(c.all, t)
		if len(t.Invalid) == 0 && !t.Interrupted {
			c.valid = append(c.valid, t)
		}
	}
	return c
}

// fill compares the measures, or says why there is nothing to compare.
func (c *ContrastCell) fill(base, now cellTrials, f Fault, effect float64) {
	for _, side := range []struct {
		name string
		c    cellTrials
	}{{"the baseline", base}, {"the new run", now}} {
		switch {
		case len(side.c.all) == 0:
			c.Missing = "not in " + side.name
			return
		case len(side.c.valid) == 0:
			c.Missing = fmt.Sprintf("no valid trial of %d in %s", len(side.c.all), side.name)
			return
		}
	}
	for _, m := range Measures() {
		if !slices.Contains(contrasted, m.Name) && !slices.Contains(Violations, Class(m.Name)) {
			continue
		}
		change := changeOf(m, base.valid, now.valid, effect)
		if change.Base.N+change.New.N == 0 && f.Kind == NoFault {
			continue // a control has no recovery
		}
		c.Changes = append(c.Changes, change)
	}
}

// Comparable tells every difference between the plans of two runs that makes their figures no answer to any question.
func Comparable(base, now Plan, differ []string, baseDir, nowDir string) error {
	var lines []string
	for _, d := range DifferentPlans(base, now) {
		if !slices.ContainsFunc(append(mayDiffer, differ...), func(field string) bool { return within(d.Path, field) }) {
			lines = append(lines, fmt.Sprintf("%s and %s are of different plans: %s; if that is what you compare, say --differs %s", baseDir, nowDir, d.Text, d.Path))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}

// mayDiffer are the fields of a plan in which compared runs may differ: what is compared, and how often.
var mayDiffer = []string{"architectures", "faults", "trials", "until", "runtime", "broker", "rabbitmq", "share", "gates"}

func within(path, field string) bool {
	return path == field || strings.HasPrefix(path, field+".") || strings.HasPrefix(path, field+"[")
}

// notes say what else differs.
func notes(base, now Side, nowPlan, basePlan Plan) (list []string) {
	for _, d := range []struct{ what, base, now string }{
		{"machine", base.Machine.String(), now.Machine.String()},
		{"runtime", base.Runtime, now.Runtime},
		{"broker", base.Broker, now.Broker},
		{"Go", base.Machine.Go, now.Machine.Go},
	} {
		if d.base != d.now {
			list = append(list, fmt.Sprintf("another %s: %s, now %s", d.what, d.base, d.now))
		}
	}
	if base.Runtime != now.Runtime {
		list = append(list, runtimesDiffer...)
		if engine := cmp.Or(base.Engine, now.Engine); engine != "" {
			list = append(list, "containers ran on "+engine)
		}
	}
	for _, d := range DifferentPlans(basePlan, nowPlan) {
		if !slices.ContainsFunc(mayDiffer, func(field string) bool { return within(d.Path, field) }) {
			list = append(list, "another "+d.Text)
		}
	}
	return list
}

// sentence says what got worse, what better, and where nothing can be said.
func (c Contrast) sentence() string {
	found := map[Finding][]string{}
	n := 0
	for _, cell := range c.Cells {
		for _, change := range cell.Changes {
			if change.Unit == Count && change.Finding == Same {
				continue // orders that break no promise are nothing to tell
			}
			n++
			found[change.Finding] = append(found[change.Finding], fmt.Sprintf("%s of %s under %s (%s)", change.Measure, cell.Name(), cell.Fault, change.Text()))
		}
	}
	var parts []string
	for _, a := range []Finding{Worse, Better} {
		if list := found[a]; len(list) > 0 {
			text := fmt.Sprintf("%s: %s", a, strings.Join(list[:min(len(list), 3)], ", "))
			if len(list) > 3 {
				text += fmt.Sprintf(", and %d more", len(list)-3)
			}
			parts = append(parts, text)
		}
	}
	if same := len(found[Same]); len(parts) == 0 && same > 0 {
		parts = append(parts, fmt.Sprintf("no difference of over %g %% in %d of %d measures", 100*c.Effect, same, n))
	}
	if few := len(found[TooFew]); few > 0 {
		parts = append(parts, fmt.Sprintf("too few trials to tell for %d of %d measures", few, n))
	}
	if len(parts) == 0 {
		return "Nothing could be compared."
	}
	text := strings.Join(parts, "; ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
