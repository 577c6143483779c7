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
	// Broker is the broker of a plan that names none, by runtime; of runtimes that are not here it is the first.
	Broker   map[string]string
	Policies []Policy // what callers do about failure, for experiments that vary it
	// Fits says why a fault can't be injected into an architecture, nil if it can.
	Fits func(Fault, Architecture) error
	// Stands says why a fault can't be had with a plan's runtime and broker, nil if it can.
	Stands func(Fault, Plan) error
}

func (c Catalogue) defaultBroker(runtime string) string {
	if name, ok := c.Broker[runtime]; ok || len(c.Brokers) == 0 {
		return name
	}
	return c.Brokers[0]
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
	if p.Broker == "" {
		p.Broker = c.defaultBroker(p.Runtime)
	}
	plan := Plan{Load: p.Load, Windows: p.Windows, SLO: p.SLO, Flow: p.Flow, Trials: p.Trials, Until: p.Until, Seed: p.Seed, Runtime: p.Runtime, Broker: p.Broker, RabbitMQ: p.RabbitMQ, Share: p.Share, Gates: p.Gates}
	architectures, unsound := p.architectures(c)
	faults, unknown := p.faults(c)
	plan.Architectures, plan.Faults = architectures, p.controlled(faults, c)
	errs := slices.Concat(unsound, unknown, plan.check(c))
	if len(unsound) > 0 {
		plan.Architectures = nil
	}
	for _, f := range plan.Faults {
		errs = append(errs, at(p.placeOf(f), plan.checkFault(f, c)...)...)
	}
	plan.Architectures = architectures
	if len(unsound)+len(unknown) == 0 {
		errs = append(errs, plan.checkGates()...)
		errs = append(errs, plan.checkUntil(c)...)
	}
	return plan, errs
}

// architectures looks up what is named, in the catalogue and among the user's own, and checks how it is wired.
func (p PlanFile) architectures(c Catalogue) (list []Architecture, errs []error) {
	known, errs := p.known(c)
	list, wrong := named("architecture", p.Architectures, known, ArchitectureName, func(a Architecture) []error { return a.Check(c.Flow, c.Transports) })
	for i, a := range list {
		list[i] = a.inOrder(c.Flow)
	}
	return list, append(errs, wrong...)
}

// faults looks up what is named, in the catalogue and among the user's own.
func (p PlanFile) faults(c Catalogue) (list []Fault, errs []error) {
	known, errs := p.knownFaults(c)
	list, wrong := named("fault", p.Faults, known, FaultName, func(Fault) []error { return nil })
	return list, append(errs, wrong...)
}

// named looks up what a list of the file names, each once and in its order, and checks it. what is one of them; the list's field is
// its plural.
func named[T any](what string, names []string, known []T, name func(T) string, check func(T) []error) (list []T, errs []error) {
	field, all := what+"s", Names(known, name)
	if len(names) == 0 {
		errs = append(errs, problem(field, "name at least one of %s", strings.Join(all, ", ")))
	}
	for n, wanted := range names {
		place := fmt.Sprintf("%s[%d]", field, n)
		if slices.Contains(names[:n], wanted) {
			errs = append(errs, at(place, fmt.Errorf("%s %s is there twice: remove one, or give it another name", what, wanted))...)
			continue
		}
		if err := oneOf(what, wanted, all); err != nil {
			errs = append(errs, Problem{place, err})
			continue
		}
		found := known[slices.Index(all, wanted)]
		errs = append(errs, at(place, check(found)...)...)
		list = append(list, found)
	}
	return list, errs
}

// controlled puts the control before faults that have none: what they are measured against.
func (p PlanFile) controlled(faults []Fault, c Catalogue) []Fault {
	nothing := func(f Fault) bool { return f.Kind == NoFault }
	i := slices.IndexFunc(c.Faults, nothing)
	if !p.Control || i < 0 || len(faults) == 0 || slices.ContainsFunc(faults, nothing) {
		return faults
	}
	return append([]Fault{c.Faults[i]}, faults...)
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
	bad(p.Runtime == "process" && len(p.Flow.Limits) > 0, "flow.limits", "the process runtime limits nothing: use --runtime docker, or leave it out")
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
	bad(p.Runtime != "process" && strings.Contains(p.Broker, "://"), "broker", "one that runs elsewhere can't be reached from containers, whose network has no way out: use rabbitmq or nats")
	bad(p.Runtime == "process" && p.RabbitMQ.Image != "", "rabbitmq.image", "the process runtime has no images: use --runtime docker, or leave it out")
	for _, a := range p.Architectures {
		bad(p.Flow.KeepLate && a.clientLink().Deadline, "flow.keep_late", "services would go on with what the deadline of %s's clients rules out: leave out one of the two", a.Name)
	}
	return append(errs, p.checkQueues()...)
}

// checkQueues returns what is wrong with the type of RabbitMQ's queues.
func (p Plan) checkQueues() (errs []error) {
	if p.RabbitMQ.Queues == "" {
		return nil
	}
	if err := oneOf("rabbitmq.queues", p.RabbitMQ.Queues, []string{ClassicQueues, QuorumQueues}); err != nil {
		errs = append(errs, err)
	}
	if p.Broker == "nats" {
		errs = append(errs, problem("rabbitmq.queues", "the broker is nats: use --broker rabbitmq, or leave it out"))
	}
	for _, a := range p.Architectures {
		if p.RabbitMQ.Queues == QuorumQueues && slices.ContainsFunc(a.Links, func(l Link) bool { return l.Breaks(Transient) }) {
			errs = append(errs, problem("rabbitmq.queues", "quorum queues keep every message on disk, also those that %s breaks as %s: use classic", a.Name, Transient))
		}
	}
	return errs
}

// checkFault returns what is wrong with a fault in this plan, and why no architecture of it has its place.
func (p Plan) checkFault(f Fault, c Catalogue) []error {
	errs := f.checkWhen(p.Windows.Fault)
	if err := c.Stands(f, p); err != nil {
		errs = append(errs, err)
	}
	if strings.Contains(p.Broker, "://") && f.commandsBroker() {
		errs = append(errs, fmt.Errorf("fault %s: the broker at %s was not started by this program, which can't kill or command it: use --broker nats or rabbitmq", f.Name, p.Broker))
	}
	if f.commandsBroker() && !f.kills(BrokerName) && p.Broker == "rabbitmq" && p.Runtime != "process" {
		errs = append(errs, fmt.Errorf("fault %s: RabbitMQ in a container takes no commands of this program: use --runtime process, or --broker nats", f.Name))
	}
	for _, a := range p.Architectures {
		if err := c.Fits(f, a); err != nil && !p.skips(f, c) {
			errs = append(errs, err)
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
	minCPUs  = 0.01
	maxCPUs  = 256
	minBytes = 16 << 20 // less than a service needs to start
	maxRate  = 10000    // orders per second: beyond it one machine measures itself
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
	if within := func(d time.Duration) bool { return d >= minSpan && d <= maxSpan }; w.Cut+w.Restored != 0 && !(within(w.Cut) && within(w.Restored)) {
		errs = append(errs, problem("windows.cut", "%v with windows.restored %v: both must be from %v to %v, or neither be there", w.Cut, w.Restored, minSpan, maxSpan))
	}
	return errs
}

// check lets 0 pass: no limit.
func (l Limits) check(field string) (errs []error) {
	if l.CPUs != 0 && !(l.CPUs >= minCPUs && l.CPUs <= maxCPUs) {
		errs = append(errs, problem(field+".cpus", "%g must be from %g to %d processors, or 0 for no limit", l.CPUs, minCPUs, maxCPUs))
	}
	if l.Memory != 0 && l.Memory < minBytes {
		errs = append(errs, problem(field+".memory", "%d bytes must be at least 16 MiB (16777216), or 0 for no limit", l.Memory))
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
	for _, name := range slices.Sorted(maps.Keys(f.Limits)) {
		if err := oneOf("flow.limits", name, services); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, f.Limits[name].check("flow.limits."+name)...)
	}
	for _, name := range f.CPU {
		if err := oneOf("flow.cpu", name, services); err != nil {
			errs = append(errs, err)
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
