package bench

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Catalogue is everything that a plan can name.
type Catalogue struct {
	Flow          []Link // the links of the order flow; transports are the architecture's
	Transports    []Transport
	Architectures []Architecture
	Faults        []Fault
	Runtimes      []string
	Brokers       []string
	// Fits says why a fault can't be injected into an architecture, nil if it can.
	Fits func(Fault, Architecture) error
}

// Names lists the names of some catalogue entries.
func Names[T any](list []T, name func(T) string) []string {
	names := make([]string, len(list))
	for i, v := range list {
		names[i] = name(v)
	}
	return names
}

// ArchitectureName and FaultName are for Names.
func ArchitectureName(a Architecture) string { return a.Name }

// FaultName is the name of a fault.
func FaultName(f Fault) string { return f.Name }

// Resolve checks the whole plan and looks its names up. Its error holds every problem, one a line.
func (p PlanFile) Resolve(c Catalogue) (Plan, error) {
	plan, problems := p.resolve(c)
	return plan, errors.Join(problems...)
}

// resolve asks which faults fit only where every architecture is sound: one that is not may be the one that they fit.
func (p PlanFile) resolve(c Catalogue) (Plan, []error) {
	plan := Plan{Load: p.Load, Windows: p.Windows, SLO: p.SLO, Flow: p.Flow, Trials: p.Trials, Seed: p.Seed, Runtime: p.Runtime, Broker: p.Broker}
	architectures, unsound := p.architectures(c)
	faults, unknown := p.faults(c)
	plan.Architectures, plan.Faults = architectures, faults
	errs := slices.Concat(unsound, unknown, plan.check(c))
	if len(unsound) == 0 {
		errs = append(errs, plan.fits(c)...)
	}
	return plan, errs
}

// architectures looks up what is named, in the catalogue and among the user's own, and checks how it is wired.
func (p PlanFile) architectures(c Catalogue) (list []Architecture, errs []error) {
	known, errs := p.known(c)
	if len(p.Architectures) == 0 {
		errs = append(errs, problem("architectures", "name at least one of %s", strings.Join(Names(known, ArchitectureName), ", ")))
	}
	for n, name := range p.Architectures {
		place := fmt.Sprintf("architectures[%d]", n)
		if slices.Contains(p.Architectures[:n], name) {
			errs = append(errs, at(place, fmt.Errorf("architecture %s is there twice: remove one, or give it another name", name))...)
			continue
		}
		if err := oneOf("architecture", name, Names(known, ArchitectureName)); err != nil {
			errs = append(errs, Problem{place, err})
			continue
		}
		a := known[slices.IndexFunc(known, func(a Architecture) bool { return a.Name == name })]
		errs = append(errs, at(place, a.Check(c.Flow, c.Transports)...)...)
		list = append(list, a.inOrder(c.Flow))
	}
	return list, errs
}

// faults looks up what is named.
func (p PlanFile) faults(c Catalogue) (list []Fault, errs []error) {
	if len(p.Faults) == 0 {
		errs = append(errs, problem("faults", "name at least one of %s", strings.Join(Names(c.Faults, FaultName), ", ")))
	}
	for n, name := range p.Faults {
		if err := oneOf("fault", name, Names(c.Faults, FaultName)); err != nil {
			errs = append(errs, Problem{fmt.Sprintf("faults[%d]", n), err})
			continue
		}
		i := slices.IndexFunc(c.Faults, func(f Fault) bool { return f.Name == name })
		list = append(list, c.Faults[i])
	}
	return list, errs
}

// check returns every problem of a plan's numbers and combinations.
func (p Plan) check(c Catalogue) (errs []error) {
	bad := func(wrong bool, field, format string, args ...any) {
		if wrong {
			errs = append(errs, problem(field, format, args...))
		}
	}
	bad(!(p.Load.Rate > 0 && p.Load.Rate <= maxRate), "load.rate", "%g must be above 0 and at most %d orders a second", p.Load.Rate, maxRate)
	if err := oneOf("load.arrivals", p.Load.Arrivals, []string{Constant, Poisson}); err != nil {
		errs = append(errs, err)
	}
	bad(p.Load.Timeout < 100*time.Millisecond || p.Load.Timeout > time.Minute, "load.timeout", "%v must be from 100ms to 1m", p.Load.Timeout)
	bad(p.Load.Memory < 64<<20, "load.memory", "%d bytes must be at least 64 MiB (67108864)", p.Load.Memory)
	bad(p.Trials < 1 || p.Trials > 1000, "trials", "%d must be from 1 to 1000", p.Trials)
	errs = append(errs, p.Windows.check()...)
	errs = append(errs, p.Flow.check(c)...)
	bad(p.SLO.Ack <= 0, "slo.ack", "%v must be above 0", p.SLO.Ack)
	bad(p.SLO.Done <= 0, "slo.done", "%v must be above 0", p.SLO.Done)
	bad(p.SLO.Recovered < 500*time.Millisecond, "slo.recovered", "%v must be at least 500ms", p.SLO.Recovered)
	if err := oneOf("runtime", p.Runtime, c.Runtimes); err != nil {
		errs = append(errs, err)
	}
	if !strings.HasPrefix(p.Broker, "amqp://") && !strings.HasPrefix(p.Broker, "amqps://") {
		if err := oneOf("broker", p.Broker, append(slices.Clone(c.Brokers), "amqp://user:password@host:port")); err != nil {
			errs = append(errs, err)
		}
	}
	for _, f := range p.Faults {
		if strings.Contains(p.Broker, "://") && f.kills(BrokerName) {
			errs = append(errs, at("faults", fmt.Errorf("fault %s: the broker at %s was not started by this program, which can't kill it: use --broker nats or rabbitmq", f.Name, p.Broker))...)
		}
	}
	return errs
}

// fits returns every fault that can't be injected because no architecture has its place.
func (p Plan) fits(c Catalogue) (errs []error) {
	for _, f := range p.Faults {
		for _, a := range p.Architectures {
			if err := c.Fits(f, a); err != nil && !p.skips(f, c) {
				errs = append(errs, at("faults", err)...)
			}
		}
	}
	return errs
}

// skips reports whether a fault fits at least one architecture of the plan: the others leave it out.
func (p Plan) skips(f Fault, c Catalogue) bool {
	return slices.ContainsFunc(p.Architectures, func(a Architecture) bool { return c.Fits(f, a) == nil })
}

const (
	maxSlots = 10000 // a consumer's prefetch is its slots, and brokers bound that
	maxRate  = 10000 // orders per second: beyond it one machine measures itself
	minSpan  = time.Second
	maxSpan  = time.Hour
)

func (w PlanWindows) check() (errs []error) {
	for _, s := range []struct {
		name string
		span time.Duration
	}{{"warm_up", w.WarmUp}, {"baseline", w.Baseline}, {"fault", w.Fault}, {"recovery", w.Recovery}, {"drain", w.Drain}} {
		if s.span < minSpan || s.span > maxSpan {
			errs = append(errs, problem("windows."+s.name, "%v must be from %v to %v", s.span, minSpan, maxSpan))
		}
	}
	return errs
}

func (f Flow) check(c Catalogue) (errs []error) {
	services := Architecture{Links: c.Flow}.Services()
	for _, name := range slices.Sorted(maps.Keys(f.Slots)) {
		if err := oneOf("flow.slots", name, services); err != nil {
			errs = append(errs, err)
		} else if f.Slots[name] < 1 || f.Slots[name] > maxSlots {
			errs = append(errs, problem("flow.slots."+name, "%d must be from 1 to %d", f.Slots[name], maxSlots))
		}
	}
	for _, m := range []struct {
		field string
		spans map[string]time.Duration
	}{{"flow.work", f.Work}, {"flow.timeouts", f.Timeouts}} {
		for _, name := range slices.Sorted(maps.Keys(m.spans)) {
			if err := oneOf(m.field, name, services); err != nil {
				errs = append(errs, err)
			} else if m.spans[name] <= 0 || m.spans[name] > time.Minute {
				errs = append(errs, problem(m.field+"."+name, "%v must be above 0 and at most 1m", m.spans[name]))
			}
		}
	}
	if !(f.Spread >= 0 && f.Spread <= 3) {
		errs = append(errs, problem("flow.spread", "%g must be from 0 to 3", f.Spread))
	}
	if f.Queue < 0 || f.Queue > 1000000 {
		errs = append(errs, problem("flow.queue", "%d must be from 0 to 1000000", f.Queue))
	}
	if !(f.Declined >= 0 && f.Declined <= 0.5) {
		errs = append(errs, problem("flow.declined", "%g must be from 0 to 0.5", f.Declined))
	}
	return errs
}
