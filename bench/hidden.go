package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// MetastableDefaults are the plan of an experiment on metastability: oracle 5 of MEASURES at a fifth of its rates, so that two
// processors carry the storm. The slowest service does 60 orders a second, up to two seconds of work may wait for it, and it
// goes on with what nobody waits for any more.
func MetastableDefaults() PlanFile {
	p := Defaults()
	p.Faults, p.Control, p.Share = []string{"risk-hang"}, false, true
	p.Load.Rate, p.Load.Arrivals = 48, Constant
	p.Flow.Slots["risk"], p.Flow.Work["risk"] = 6, 100*time.Millisecond
	for _, caller := range []string{"order", "payment", "fraud"} {
		p.Flow.Slots[caller] = 2048
	}
	p.Flow.Queue, p.Flow.KeepLate, p.Flow.Spread, p.Flow.Declined = 120, true, 0, 0
	p.Windows = PlanWindows{WarmUp: time.Second, Baseline: 3 * time.Second, Fault: 5 * time.Second, Recovery: 12 * time.Second,
		Cut: 6 * time.Second, Restored: 5 * time.Second, Drain: 30 * time.Second}
	p.Trials = 1
	return p
}

// A HiddenCapacity asks, for each of some policies, up to which load an architecture heals itself after a fault of a given
// length, and up to which length of the fault at a given load.
type HiddenCapacity struct {
	// Plan has the one architecture and the one fault, and windows with a cut of the load.
	Plan     Plan
	Policies []Policy
	// Rates and Durations are what is sought; where From is 0 that is not asked.
	Rates, Durations Bisection
	// Watch is the longest that a trial waits for a system to heal before it cuts the load.
	Watch time.Duration
}

// A HiddenFound is the answer, a row a policy.
type HiddenFound struct {
	Architecture string         `json:"architecture"`
	Fault        Fault          `json:"fault"`
	Mu           float64        `json:"mu"` // orders a second that the slowest service can do
	Rate         float64        `json:"rate"`
	Lasts        time.Duration  `json:"lasts"`
	Rows         []HiddenPolicy `json:"rows"`
	Trials       int            `json:"trials"`
}

// A HiddenPolicy is what was found for one policy: it heals at the Low of an edge, and is metastable, or broken for good, at its High.
type HiddenPolicy struct {
	Policy Policy `json:"policy"`
	// Rates is in orders a second, for a fault as long as Lasts; Durations in seconds, at Rate. Nil where it was not asked.
	Rates     *Edge `json:"rates,omitempty"`
	Durations *Edge `json:"durations,omitempty"`
	// Seen are the verdicts of the trials, in the order in which they were made.
	Seen []SeenVerdict `json:"seen"`
}

// A SeenVerdict is what one trial said.
type SeenVerdict struct {
	Rate  float64       `json:"rate"`
	Lasts time.Duration `json:"lasts"`
	Metastability
}

// Check returns everything that is wrong with the question.
func (h HiddenCapacity) Check() error {
	var errs []error
	if len(h.Policies) == 0 {
		errs = append(errs, errors.New("policies: name at least one"))
	}
	if f := h.Plan.Faults[0]; f.Kind == NoFault {
		errs = append(errs, errors.New("fault: name one that breaks something, and is cured"))
	}
	if h.Plan.Windows.Cut < time.Second || h.Plan.Windows.Restored < 2*time.Second {
		errs = append(errs, fmt.Errorf("windows: the load must be cut for at least a second (%v) and restored for two (%v)", h.Plan.Windows.Cut, h.Plan.Windows.Restored))
	}
	if h.Rates.From > 0 {
		errs = append(errs, h.Rates.Check("rate")...)
		if n := h.Rates.From * h.Plan.Windows.Fault.Seconds(); n < minOrders {
			errs = append(errs, fmt.Errorf("rate: %g orders/s for %v are %.0f orders, at least %d are needed: begin higher", h.Rates.From, h.Plan.Windows.Fault, n, minOrders))
		}
		if h.Rates.To > maxRate {
			errs = append(errs, fmt.Errorf("rate: %g must be at most %d orders a second", h.Rates.To, maxRate))
		}
	}
	if h.Durations.From > 0 {
		errs = append(errs, h.Durations.Check("duration")...)
		if n := h.Durations.From * h.Plan.Load.Rate; n < minOrders || h.Durations.From < minSpan.Seconds() {
			errs = append(errs, fmt.Errorf("duration: %gs at %g orders/s are %.0f orders, at least %d and %v are needed: begin longer", h.Durations.From, h.Plan.Load.Rate, n, minOrders, minSpan))
		}
	}
	return errors.Join(errs...)
}

// Estimate is how long the search takes, and how many trials it has, if all trials at a value agree.
func (h HiddenCapacity) Estimate() (trials int, took time.Duration) {
	for _, b := range []Bisection{h.Rates, h.Durations} {
		if b.From > 0 {
			trials += b.Least() * len(h.Policies)
		}
	}
	return trials, time.Duration(trials) * (h.Plan.Windows.Phases().Drain + overhead)
}

// Find searches for every policy. What was found before an error is returned with it.
func (h HiddenCapacity) Find(ctx context.Context, s *Search) (HiddenFound, error) {
	r := HiddenFound{Architecture: h.Plan.Architectures[0].Name, Fault: h.Plan.Faults[0], Rate: h.Plan.Load.Rate, Lasts: h.Plan.Windows.Fault, Mu: h.Plan.mu()}
	for _, policy := range h.Policies {
		row := HiddenPolicy{Policy: policy}
		seek := func(b Bisection, vary func(*Plan, float64)) (*Edge, error) {
			if b.From == 0 {
				return nil, nil
			}
			e, err := b.Bisect(ctx, func(ctx context.Context, value float64, repeat int) (Answer, error) {
				p := h.Plan
				p.Trials = b.tries()
				vary(&p, value)
				m, err := h.Trial(ctx, s, p, policy, repeat)
				row.Seen = append(row.Seen, SeenVerdict{p.Load.Rate, p.Windows.Fault, m})
				return m.answer(), err
			})
			r.Trials += e.Trials
			return &e, err
		}
		var err error
		row.Rates, err = seek(h.Rates, func(p *Plan, rate float64) { p.Load.Rate = rate })
		if err == nil {
			row.Durations, err = seek(h.Durations, func(p *Plan, lasts float64) {
				p.Windows.Fault = time.Duration(lasts * float64(time.Second)).Round(time.Millisecond)
			})
		}
		r.Rows = append(r.Rows, row)
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// Trial carries out one experiment: a fault, the load as before, a cut of it, and the load as before once more.
func (h HiddenCapacity) Trial(ctx context.Context, s *Search, p Plan, policy Policy, repeat int) (Metastability, error) {
	p.Architectures = []Architecture{policy.On(p.Architectures[0])}
	p.Flow.KeepLate = p.Flow.KeepLate && !policy.Client.Deadline // who keeps what is late looks at no deadline
	predicted := p.drainsIn(policy)
	p.Windows.Recovery = min(max(h.Watch, p.Windows.Recovery), max(p.Windows.Recovery, metaHoldFor(predicted)+time.Second))
	name := fmt.Sprintf("%s-%.4gps-%v", policy.Name, p.Load.Rate, p.Windows.Fault)
	header, f, err := s.facts(ctx, name, p, repeat)
	if err != nil {
		return Metastability{Verdict: Unjudged}, err
	}
	return judgeCut(header, f, predicted), nil
}

// judgeCut judges a trial with a cut. Its own baseline stands for the control, and it must be valid and empty by the end of the cut. One
// that was not watched for as long as metastability asks can still be seen to have healed.
func judgeCut(header RunHeader, f Facts, predicted time.Duration) Metastability {
	m := Metastability{Verdict: Unjudged}
	for _, c := range Summarize(header, nil, f).Checks {
		if !c.Passed && !startsPunctual(c) {
			m.Why = c.Name + ": " + c.Saw
			return m
		}
	}
	cut, slo := f.Trial.Phases.Cut, header.Plan.SLO
	if who := f.busyAt(cut.To); who != "" {
		m.Why = "work still waited at " + who + " when the load was restored"
		return m
	}
	before := f
	before.Trial.Phases.Drain = f.Trial.Phases.Fault
	m = JudgeMetastable(before, f, slo, predicted, cut)
	if watched := cut.From - f.healed(); m.Verdict == Unjudged && watched >= metaHoldFor(0) {
		if short := JudgeMetastable(before, f, slo, watched/metaDrains, cut); short.Verdict == Healed {
			return short
		}
	}
	return m
}

// busyAt names a service that still had work when it was looked at last before a moment; "" if none had.
func (f Facts) busyAt(at time.Duration) string {
	last := map[string]Sample{}
	for _, s := range f.Samples {
		if s.To <= at+injectedLate && !s.Down {
			last[s.Service] = s
		}
	}
	for _, name := range f.Trial.Architecture.Services() {
		if s := last[name]; s.To > at && s.From < at && s.Queue == 0 {
			continue // it spans the moment: what is in flight may be of the load that is back
		} else if s.Queue+s.InFlight > 0 {
			return name
		}
	}
	return ""
}

// answer is what a verdict says to a bisection: whether it heals.
func (m Metastability) answer() Answer {
	switch m.Verdict {
	case Healed:
		return Holds
	case Metastable, Broken:
		return Breaks
	}
	return Unclear
}

// mu is what the slowest service of the plan's architecture can do, in orders a second.
func (p Plan) mu() float64 {
	least := math.Inf(1)
	a := p.Architectures[0]
	for _, service := range a.doing() {
		if work := p.Flow.Work[service].Seconds(); work > 0 {
			least = min(least, float64(slotsOf(p, a, service))/work)
		}
	}
	return least
}

// drainsIn is B / (μ − λ(1 + retries)), B capped by the bound of queues; Never where that is infinite (MEASURES).
func (p Plan) drainsIn(policy Policy) time.Duration {
	offered := p.Load.Rate * policy.attempts()
	backlog := offered * p.Windows.Fault.Seconds()
	if p.Architectures[0].ClientLink() == Wait {
		backlog = min(backlog, float64(p.Flow.Queue))
	} else {
		offered = p.Load.Rate // nobody who was answered at once tries again
		backlog = offered * p.Windows.Fault.Seconds()
	}
	if spare := p.mu() - offered; spare > 0.01*p.mu() {
		return time.Duration(backlog / spare * float64(time.Second))
	}
	return Never
}

// PoliciesNamed looks policies up; all if none is named.
func (c Catalogue) PoliciesNamed(names []string) (list []Policy, err error) {
	if len(names) == 0 {
		return c.Policies, nil
	}
	for _, name := range names {
		i := slices.IndexFunc(c.Policies, func(p Policy) bool { return p.Name == name })
		if i < 0 {
			err = errors.Join(err, oneOf("policy", name, Names(c.Policies, func(p Policy) string { return p.Name })))
			continue
		}
		list = append(list, c.Policies[i])
	}
	return list, err
}
