package bench

import (
	"fmt"
	"slices"
	"time"
)

// When says in which part of the trial's fault window a fault is in effect. The zero When is the whole window.
type When struct {
	// At is how long after the window's start it begins.
	At time.Duration `json:"at,omitempty" yaml:"at,omitempty"`
	// For is how long it lasts; 0 is to the window's end.
	For time.Duration `json:"for,omitempty" yaml:"for,omitempty"`
	// Every has it come again, each Every after its begin, until the window ends: it flaps.
	Every time.Duration `json:"every,omitempty" yaml:"every,omitempty"`
	// Ramp is how long it takes to grow to its full strength, in equal steps.
	Ramp time.Duration `json:"ramp,omitempty" yaml:"ramp,omitempty"`
}

// A turn is one fault in effect once, as planned: from one moment of the trial to another.
type turn struct {
	fault    Fault
	from, to time.Duration
}

// Singles are the faults that a fault is made of: those of several, none of the control, otherwise the fault itself.
func (f Fault) Singles() []Fault {
	switch f.Kind {
	case NoFault:
		return nil
	case Several:
		return f.Steps
	}
	return []Fault{f}
}

// turns are when a single fault is in effect, in the order of time.
func (f Fault) turns(p Phases) (list []turn) {
	for from := p.Fault + f.At; from < p.Recovery; from += f.Every {
		t := turn{fault: f, from: from, to: p.Recovery}
		if f.For > 0 {
			t.to = min(from+f.For, p.Recovery)
		}
		list = append(list, t)
		if f.Every <= 0 {
			break
		}
	}
	return list
}

// timetable are all turns of a fault, in the order of time.
func (f Fault) timetable(p Phases) (list []turn) {
	for _, single := range f.Singles() {
		list = append(list, single.turns(p)...)
	}
	slices.SortStableFunc(list, func(a, b turn) int { return int(a.from - b.from) })
	return list
}

const (
	// minTurn is the shortest that a fault may last, or grow: a shorter one could not be seen from outside.
	minTurn = 500 * time.Millisecond
	// rampStep is the time from one level of a ramp to the next.
	rampStep = 100 * time.Millisecond
)

// levels are the shares of its full strength that a fault grows through, the last of them 1.
func (w When) levels() []float64 {
	n := max(1, int(w.Ramp/rampStep))
	levels := make([]float64, n)
	for i := range levels {
		levels[i] = float64(i+1) / float64(n)
	}
	return levels
}

// ramping are the kinds that have a strength, which may be set anew while they are in effect.
var ramping = []FaultKind{Slow, Latency, Hold}

// at is the fault at a share of its full strength.
func (f Fault) at(level float64) Fault {
	f.Delay = time.Duration(level * float64(f.Delay))
	f.Jitter = time.Duration(level * float64(f.Jitter))
	return f
}

// checkWhen returns what is wrong with when a fault is to be in effect, given the length of the fault window.
func (f Fault) checkWhen(window time.Duration) (errs []error) {
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf("fault %s: %s", f.Name, fmt.Sprintf(format, args...)))
		}
	}
	if f.Kind == Several {
		bad(f.When != When{}, "several faults have no times of their own: give them to its steps")
		return append(errs, f.checkSteps(window)...)
	}
	bad(len(f.Steps) > 0, "only kind %s has steps: remove them", Several)
	bad(f.At < 0 || f.At > max(0, window-minTurn), "at %v is outside of the fault window: give 0s to %v, or lengthen windows.fault (%v)", f.At, max(0, window-minTurn), window)
	bad(f.For != 0 && f.For < minTurn, "for %v is too short to be seen: give at least %v, or 0s for the rest of the window", f.For, minTurn)
	bad(f.For > 0 && f.At+f.For > window, "it would end %v after the window's start, which is %v long: shorten for, or lengthen windows.fault", f.At+f.For, window)
	bad(f.Every != 0 && (f.For == 0 || f.Every < f.For+minTurn), "every %v leaves less than %v between two turns: give for, and every above for + %v", f.Every, minTurn, minTurn)
	length := f.For
	if length == 0 {
		length = window - f.At
	}
	bad(f.Ramp != 0 && (f.Ramp < rampStep || f.Ramp > length-minTurn), "ramp %v: give %v to %v, so that its full strength lasts %v", f.Ramp, rampStep, max(rampStep, length-minTurn), minTurn)
	bad(f.Kind == Latency && f.Ramp+minTurn <= length && length < f.Ramp+minTurn+2*f.Delay, "it lasts %v: over a link with %v more, nothing could be seen from outside before it is over; give for, or windows.fault, at least %v", length, f.Delay, f.Ramp+minTurn+2*f.Delay)
	bad(f.Ramp != 0 && !slices.Contains(ramping, f.Kind), "kind %s has no strength that could grow: remove ramp, or use one of %v", f.Kind, ramping)
	return errs
}

// checkSteps returns what is wrong with the steps of several, each by itself and together.
func (f Fault) checkSteps(window time.Duration) (errs []error) {
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("fault %s: %s", f.Name, fmt.Sprintf(format, args...)))
	}
	if len(f.Steps) == 0 {
		bad("it has no steps and breaks nothing: give steps")
	}
	seen := map[string]bool{}
	for _, s := range f.Steps {
		if s.Kind == Several || s.Kind == NoFault {
			bad("step %s: a step is a single fault: name its kind", s.Name)
			continue
		}
		if seen[s.Name] {
			bad("two steps are named %s: give each a name of its own", s.Name)
		}
		seen[s.Name] = true
		errs = append(errs, s.checkWhen(window)...)
	}
	table := f.timetable(Phases{Recovery: window})
	for i, a := range table {
		for _, b := range table[i+1:] {
			if a.fault.Name != b.fault.Name && b.from < a.to && a.fault.clashes(b.fault) {
				bad("%s and %s overlap at %s, from %v: the cure of one would be undone by the other; move one by at and for", a.fault.Name, b.fault.Name, a.fault.Struck(), b.from)
			}
		}
	}
	return errs
}

// clashes reports whether two faults may not be in effect at the same time: both steer the same thing at one place, or one
// stops the process that the other steers.
func (f Fault) clashes(g Fault) bool {
	return f.Struck() == g.Struck() && (f.Kind == g.Kind || f.kills(f.Struck()) || g.kills(g.Struck()))
}
