package bench

import (
	"fmt"
	"time"
)

// A reference is what a trial's figures are differences against: its control, or, where there is none that may be believed,
// the trial's own baseline.
type reference struct {
	facts   Facts
	control bool
	missing string // why there is no control
	windows Windows
	slos    map[string]time.Duration // of calls, by service
}

// A checkedControl is a control with what every trial that is held against it asks of it.
type checkedControl struct {
	facts   Facts
	windows Windows
	wrong   string // why it may not be believed
}

func checkControl(f Facts, slo SLO) *checkedControl {
	c := &checkedControl{facts: f, windows: windows(f, slo)}
	if len(f.events(EventStopped)) > 0 {
		c.wrong = "the control was interrupted"
	}
	for _, check := range validity(f, c.windows, false) {
		if !check.Passed {
			c.wrong = fmt.Sprintf("the control is invalid: %s: %s", check.Name, check.Saw)
		}
	}
	if c.wrong == "" && max(c.windows.All.LateAcks, c.windows.All.LateDone) > steadyShare {
		c.wrong = fmt.Sprintf("the control was not steady: %.1f %% of its answers and %.1f %% of its completions were late or failed",
			100*c.windows.All.LateAcks, 100*c.windows.All.LateDone)
	}
	return c
}

// newReference is the control, if there is one that may be believed, or the trial itself, whose windows are given.
func newReference(c *checkedControl, f Facts, w Windows) reference {
	switch {
	case c != nil && c.wrong == "":
		return reference{facts: c.facts, control: true, windows: c.windows, slos: callSLOs(&c.facts, f)}
	case c != nil:
		return reference{facts: f, missing: c.wrong, windows: w, slos: callSLOs(nil, f)}
	}
	return reference{facts: f, missing: "no control was run", windows: w, slos: callSLOs(nil, f)}
}

// calm are the edge's figures over all that the reference has with nothing broken.
func (r reference) calm() Window {
	if r.control {
		return r.windows.All
	}
	return r.windows.Baseline
}

// same is the reference's window for the fault's: the same span of the control, or the baseline.
func (r reference) same() Window {
	if r.control {
		return r.windows.Fault
	}
	return r.windows.Baseline
}

// span is from when to when calm is.
func (r reference) span() (from, to time.Duration) {
	if p := r.facts.Trial.Phases; r.control {
		return p.Baseline, p.Drain
	}
	return r.facts.calm()
}
