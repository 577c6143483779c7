package bench

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
)

// A PlanFile is a plan as a user writes it: architectures and faults by name, YAML, everything optional.
type PlanFile struct {
	Architectures []string    `yaml:"architectures"`
	Faults        []string    `yaml:"faults"`
	Load          Load        `yaml:"load"`
	Windows       PlanWindows `yaml:"windows"`
	SLO           SLO         `yaml:"slo"`
	Flow          Flow        `yaml:"flow"`
	Trials        int         `yaml:"trials"`
	Seed          uint64      `yaml:"seed"`
	Runtime       string      `yaml:"runtime"`
	Broker        string      `yaml:"broker"`
}

// ReadPlan reads a plan file over the defaults. Its error is one line that names the line, the field and what is known.
func ReadPlan(path string) (PlanFile, error) {
	p := Defaults()
	raw, err := os.ReadFile(path)
	if err != nil {
		return p, fmt.Errorf("reading the plan: %w", err)
	}
	if empty(raw) {
		return p, nil
	}
	slots, work, timeouts := p.Flow.Slots, p.Flow.Work, p.Flow.Timeouts
	p.Flow.Slots, p.Flow.Work, p.Flow.Timeouts = nil, nil, nil
	if err := yaml.UnmarshalWithOptions(raw, &p, yaml.Strict(), yaml.CustomUnmarshaler(readSpan)); err != nil {
		return p, fmt.Errorf("%s:%s", path, oneLine(err, raw))
	}
	p.Flow.Slots = over(slots, p.Flow.Slots)
	p.Flow.Work = over(work, p.Flow.Work)
	p.Flow.Timeouts = over(timeouts, p.Flow.Timeouts)
	return p, nil
}

// empty reports whether a plan says nothing. YAML would set everything to zero.
func empty(raw []byte) bool {
	var fields map[string]any
	return yaml.Unmarshal(raw, &fields) == nil && len(fields) == 0
}

// readSpan reads a duration with its unit.
func readSpan(d *time.Duration, raw []byte) (err error) {
	text := strings.Trim(strings.TrimSpace(string(raw)), `"'`)
	if *d, err = time.ParseDuration(text); err != nil {
		return badSpan(text)
	}
	return nil
}

// A badSpan is a text that is no duration.
type badSpan string

func (b badSpan) Error() string {
	return fmt.Sprintf("%q is no duration: write it with its unit, such as 4400ms or 1m30s", string(b))
}

// line is where it stands first.
func (b badSpan) line(raw []byte) string {
	for _, t := range lexer.Tokenize(string(raw)) {
		if t.Value == string(b) {
			return strconv.Itoa(t.Position.Line)
		}
	}
	return ""
}

func over[V any](defaults, given map[string]V) map[string]V {
	maps.Copy(defaults, given)
	return defaults
}

// fields are the names that may stand in a plan file, at any depth.
var fields = []string{"architectures", "faults", "load", "rate", "arrivals", "timeout", "memory", "windows", "warm_up", "baseline",
	"fault", "recovery", "drain", "slo", "ack", "done", "recovered", "flow", "slots", "work", "spread", "timeouts", "queue",
	"declined", "trials", "seed", "runtime", "broker"}

// oneLine tells a YAML error as "line: what is wrong".
func oneLine(err error, raw []byte) string {
	var span badSpan
	if errors.As(err, &span) {
		return fmt.Sprintf("%s: %v", span.line(raw), span)
	}
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) {
		name := unknown.Token.Value
		return fmt.Sprintf("%d: unknown field %q%s", unknown.Token.Position.Line, name, Nearest(name, fields))
	}
	var known yaml.Error
	if errors.As(err, &known) {
		if t := known.GetToken(); t != nil {
			return fmt.Sprintf("%d: %s", t.Position.Line, known.GetMessage())
		}
		return " " + known.GetMessage()
	}
	return " " + strings.ReplaceAll(err.Error(), "\n", " ")
}

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
	plan := Plan{Load: p.Load, Windows: p.Windows, SLO: p.SLO, Flow: p.Flow, Trials: p.Trials, Seed: p.Seed, Runtime: p.Runtime, Broker: p.Broker}
	var errs []error
	if len(p.Architectures) == 0 {
		errs = append(errs, fmt.Errorf("architectures: name at least one of %s", strings.Join(Names(c.Architectures, ArchitectureName), ", ")))
	}
	if len(p.Faults) == 0 {
		errs = append(errs, fmt.Errorf("faults: name at least one of %s", strings.Join(Names(c.Faults, FaultName), ", ")))
	}
	for _, name := range p.Architectures {
		if err := oneOf("architecture", name, Names(c.Architectures, ArchitectureName)); err != nil {
			errs = append(errs, err)
			continue
		}
		i := slices.IndexFunc(c.Architectures, func(a Architecture) bool { return a.Name == name })
		errs = append(errs, c.Architectures[i].Check(c.Flow, c.Transports)...)
		plan.Architectures = append(plan.Architectures, c.Architectures[i])
	}
	for _, name := range p.Faults {
		if err := oneOf("fault", name, Names(c.Faults, FaultName)); err != nil {
			errs = append(errs, err)
			continue
		}
		i := slices.IndexFunc(c.Faults, func(f Fault) bool { return f.Name == name })
		plan.Faults = append(plan.Faults, c.Faults[i])
	}
	errs = append(errs, plan.check(c)...)
	return plan, errors.Join(errs...)
}

// check returns every problem of a plan's numbers and combinations.
func (p Plan) check(c Catalogue) (errs []error) {
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(!(p.Load.Rate > 0 && p.Load.Rate <= maxRate), "load.rate: %g must be above 0 and at most %d orders a second", p.Load.Rate, maxRate)
	if err := oneOf("load.arrivals", p.Load.Arrivals, []string{Constant, Poisson}); err != nil {
		errs = append(errs, err)
	}
	bad(p.Load.Timeout < 100*time.Millisecond || p.Load.Timeout > time.Minute, "load.timeout: %v must be from 100ms to 1m", p.Load.Timeout)
	bad(p.Load.Memory < 64<<20, "load.memory: %d bytes must be at least 64 MiB (67108864)", p.Load.Memory)
	bad(p.Trials < 1 || p.Trials > 1000, "trials: %d must be from 1 to 1000", p.Trials)
	errs = append(errs, p.Windows.check()...)
	errs = append(errs, p.Flow.check(c)...)
	bad(p.SLO.Ack <= 0, "slo.ack: %v must be above 0", p.SLO.Ack)
	bad(p.SLO.Done <= 0, "slo.done: %v must be above 0", p.SLO.Done)
	bad(p.SLO.Recovered < 500*time.Millisecond, "slo.recovered: %v must be at least 500ms", p.SLO.Recovered)
	if err := oneOf("runtime", p.Runtime, c.Runtimes); err != nil {
		errs = append(errs, err)
	}
	if !strings.HasPrefix(p.Broker, "amqp://") && !strings.HasPrefix(p.Broker, "amqps://") {
		if err := oneOf("broker", p.Broker, append(slices.Clone(c.Brokers), "amqp://user:password@host:port")); err != nil {
			errs = append(errs, err)
		}
	}
	for _, f := range p.Faults {
		bad(strings.Contains(p.Broker, "://") && f.kills(BrokerName), "fault %s: the broker at %s was not started by this program, which can't kill it: use --broker nats or rabbitmq", f.Name, p.Broker)
		for _, a := range p.Architectures {
			if err := c.Fits(f, a); err != nil && !p.skips(f, c) {
				errs = append(errs, err)
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
			errs = append(errs, fmt.Errorf("windows.%s: %v must be from %v to %v", s.name, s.span, minSpan, maxSpan))
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
			errs = append(errs, fmt.Errorf("flow.slots.%s: %d must be from 1 to %d", name, f.Slots[name], maxSlots))
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
				errs = append(errs, fmt.Errorf("%s.%s: %v must be above 0 and at most 1m", m.field, name, m.spans[name]))
			}
		}
	}
	if !(f.Spread >= 0 && f.Spread <= 3) {
		errs = append(errs, fmt.Errorf("flow.spread: %g must be from 0 to 3", f.Spread))
	}
	if f.Queue < 0 || f.Queue > 1000000 {
		errs = append(errs, fmt.Errorf("flow.queue: %d must be from 0 to 1000000", f.Queue))
	}
	if !(f.Declined >= 0 && f.Declined <= 0.5) {
		errs = append(errs, fmt.Errorf("flow.declined: %g must be from 0 to 0.5", f.Declined))
	}
	return errs
}
