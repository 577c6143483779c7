package bench

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// A Gate is what a run must show to pass: an objective (ack p99 < 500ms), or that a measure is not worse than in a
// baseline (done p99 not worse by 10%).
type Gate struct {
	Objective
	// Regression sets the measure against a baseline; the objective has no operator and no limit then.
	Regression bool
	// By is how much worse is still fine: a share of the baseline's value, or of measures that are shares, points.
	By float64
}

var regressionForm = regexp.MustCompile(`^(.+?)\s+not\s+worse(?:\s+by\s+([0-9]+(?:\.[0-9]+)?)\s*%)?\s*$`)

// ParseGate reads an objective, or MEASURE [of ARCHITECTURE] [under FAULT] not worse [by N%]; without N, 5 %.
func ParseGate(text string) (Gate, error) {
	parts := regressionForm.FindStringSubmatch(text)
	if parts == nil {
		o, err := ParseObjective(text)
		return Gate{Objective: o}, err
	}
	g := Gate{Regression: true, By: defaultEffect}
	if err := g.subject(text, parts[1]); err != nil {
		return g, err
	}
	if parts[2] != "" {
		percent, err := strconv.ParseFloat(parts[2], 64)
		if err != nil || percent > 1000 {
			return g, fmt.Errorf("%q: %s%% must be from 0%% to 1000%%", text, parts[2])
		}
		g.By = percent / 100
	}
	return g, nil
}

// ParseGates reads several, and tells every one that can't be read.
func ParseGates(texts []string) (list []Gate, err error) {
	for _, text := range texts {
		g, wrong := ParseGate(text)
		err = errors.Join(err, wrong)
		list = append(list, g)
	}
	return list, err
}

// String writes the gate so that ParseGate reads it.
func (g Gate) String() string {
	if !g.Regression {
		return g.Objective.String()
	}
	words := g.about() + " not worse"
	if g.Measure.Unit != Count {
		words += fmt.Sprintf(" by %g%%", 100*g.By)
	}
	return words
}

// SLOGates are the objectives that the SLOs of a plan stand for, and no violations.
func SLOGates(slo SLO) []Gate {
	texts := []string{"ack p99 < " + Seconds.Write(slo.Ack.Seconds()), "done p99 < " + Seconds.Write(slo.Done.Seconds())}
	for _, c := range Violations {
		texts = append(texts, string(c)+" = 0")
	}
	gates, _ := ParseGates(texts)
	return gates
}

// CheckGates tells of each of the plan's gates that can't be read, or is not about what the plan tests.
func (p Plan) CheckGates() error { return errors.Join(p.checkGates()...) }

func (p Plan) checkGates() (errs []error) {
	for i, text := range p.Gates {
		place := fmt.Sprintf("gates[%d]", i)
		g, err := ParseGate(text)
		if err != nil {
			errs = append(errs, Problem{place, fmt.Errorf("%s: %w", place, err)})
			continue
		}
		if g.Of != "" && !slices.Contains(Names(p.Architectures, ArchitectureName), g.Of) {
			errs = append(errs, problem(place, "%q: architecture %s", text, notOneOf(g.Of, Names(p.Architectures, ArchitectureName))))
		}
		if g.Under != "" && !slices.Contains(Names(p.Faults, FaultName), g.Under) {
			errs = append(errs, problem(place, "%q: fault %s", text, notOneOf(g.Under, Names(p.Faults, FaultName))))
		}
	}
	return errs
}
