package bench

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Measure is a figure of a trial that an objective can be about.
type Measure struct {
	Name, About string
	Unit        Unit
	// Of is the figure: seconds, a share from 0, a rate per second or a count; +Inf for what never came, NaN where the
	// trial can't tell.
	Of func(Summary) float64
}

// A Unit is how the limit of a measure is written.
type Unit string

// The units of measures.
const (
	Seconds   Unit = "duration" // 500ms
	Share     Unit = "share"    // 1%
	PerSecond Unit = "rate"     // 90/s
	Count     Unit = "count"    // 0
)

// Measures is everything that an objective can be about (docs/measures.md): the edge over the orders planned in the fault's
// window, what came after it, and the audit of the whole trial.
func Measures() []Measure {
	window := func(of func(Window) float64) func(Summary) float64 {
		return func(s Summary) float64 {
			if s.Windows.Fault.Offered == 0 {
				return math.NaN()
			}
			return of(s.Windows.Fault)
		}
	}
	list := slices.Concat(
		quantileMeasures("ack", "time to the answer, failures with their full wait", func(w Window) Quantiles { return w.Ack }),
		quantileMeasures("done", "time until the order is done; failed or never done is infinite", func(w Window) Quantiles { return w.Done }),
		[]Measure{
			{"errors", "share of answers that failed or never came", Share, window(func(w Window) float64 { return w.Errors })},
			{"late answers", "share of answers that failed or came after slo.ack", Share, window(func(w Window) float64 { return w.LateAcks })},
			{"late done", "share of orders never done, or after slo.done", Share, window(func(w Window) float64 { return w.LateDone })},
			{"throughput", "orders done", PerSecond, window(func(w Window) float64 { return w.Throughput })},
			{"goodput", "orders done within slo.done", PerSecond, window(func(w Window) float64 { return w.Goodput })},
			{"recovery", "from the cure until answers and completions stay in the control band", Seconds, cured(recoverySeconds)},
			{"drain", "from the cure until the backlog is what it was", Seconds,
				cured(func(s Summary) float64 { return secondsOr(s.Drain.Measured, InfiniteBin) })},
			{"blast radius", "orders affected beyond the control's, over those offered in the window", Share, blastShare},
		})
	for _, c := range Classes {
		list = append(list, Measure{string(c), "orders of this class in the audit", Count, func(s Summary) float64 { return counted(s.Audit, c) }})
	}
	return list
}

func quantileMeasures(name, about string, of func(Window) Quantiles) (list []Measure) {
	for _, q := range []struct {
		name string
		at   func(Quantiles) time.Duration
	}{
		{"p50", func(q Quantiles) time.Duration { return q.P50 }},
		{"p90", func(q Quantiles) time.Duration { return q.P90 }},
		{"p99", func(q Quantiles) time.Duration { return q.P99 }},
	} {
		list = append(list, Measure{name + " " + q.name, about, Seconds, func(s Summary) float64 {
			all := of(s.Windows.Fault)
			if all.N == 0 {
				return math.NaN()
			}
			return beyond(secondsOr(q.at(all), InfiniteBin))
		}})
	}
	return list
}

// cured is a figure of what came after the cure; a control has none.
func cured(of func(Summary) float64) func(Summary) float64 {
	return func(s Summary) float64 {
		if s.Recovery.Verdict == "" {
			return math.NaN()
		}
		return beyond(of(s))
	}
}

func blastShare(s Summary) float64 {
	if s.Blast == nil {
		return math.NaN() // without a control nobody knows
	}
	return s.Blast.Radius
}

// counted is how many orders have a class; NaN if the books could not be read.
func counted(a Audit, c Class) float64 {
	if c != Unknown && a.Classes[Unknown] > 0 {
		return math.NaN()
	}
	return float64(a.Classes[c])
}

// An Objective is a service-level objective: what a measure must be, such as "ack p99 < 500ms" or
// "ack p99 of sync under slow-risk < 3.5s".
type Objective struct {
	Measure Measure
	// Of and Under limit it to an architecture and a fault; "" is any.
	Of, Under string
	Op        string // <, <=, =, >= or >
	// Limit is in the measure's unit: seconds, a share, per second, a count.
	Limit float64
}

var (
	objectiveForm = regexp.MustCompile(`^\s*([^<>=]+?)\s*(<=|>=|<|>|=)\s*([^<>=]+?)\s*$`)
	subjectForm   = regexp.MustCompile(`^(.+?)(?:\s+of\s+(\S+))?(?:\s+under\s+(\S+))?$`)
)

// ParseObjective reads an objective: MEASURE [of ARCHITECTURE] [under FAULT] < LIMIT. Its error says what is allowed.
func ParseObjective(text string) (Objective, error) {
	parts := objectiveForm.FindStringSubmatch(text)
	if parts == nil {
		return Objective{}, fmt.Errorf("%q is no objective: write a measure, one of < <= = >= > and a limit, such as 'ack p99 < 500ms' or 'lost = 0'", text)
	}
	o := Objective{Op: parts[2]}
	err := o.subject(text, parts[1])
	if err == nil {
		if o.Limit, err = o.Measure.Unit.Read(parts[3]); err != nil {
			err = fmt.Errorf("%q: %w", text, err)
		}
	}
	return o, err
}

// subject reads what comes before the operator: MEASURE [of ARCHITECTURE] [under FAULT].
func (o *Objective) subject(text, words string) error {
	subject := subjectForm.FindStringSubmatch(strings.Join(strings.Fields(words), " "))
	if subject == nil {
		return fmt.Errorf("%q: it names no measure", text)
	}
	o.Of, o.Under = subject[2], subject[3]
	all := Measures()
	i := slices.IndexFunc(all, func(m Measure) bool { return m.Name == subject[1] })
	if i < 0 {
		return oneOf(fmt.Sprintf("%q: measure", text), subject[1], Names(all, func(m Measure) string { return m.Name }))
	}
	o.Measure = all[i]
	return nil
}

// ParseObjectives reads several, and tells every one that can't be read.
func ParseObjectives(texts []string) (list []Objective, err error) {
	for _, text := range texts {
		o, wrong := ParseObjective(text)
		err = errors.Join(err, wrong)
		list = append(list, o)
	}
	return list, err
}

// Read reads a limit as it is written in this unit.
func (u Unit) Read(text string) (float64, error) {
	compact := strings.ReplaceAll(text, " ", "")
	number, scale := compact, 1.0
	switch u {
	case Seconds:
		d, err := time.ParseDuration(compact)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("limit %q: write a duration with its unit, such as 500ms or 2s", text)
		}
		return d.Seconds(), nil
	case Share:
		if !strings.HasSuffix(compact, "%") {
			return 0, fmt.Errorf("limit %q: write a share in per cent, such as 1%%", text)
		}
		number, scale = strings.TrimSuffix(compact, "%"), 0.01
	case PerSecond:
		if !strings.HasSuffix(compact, "/s") {
			return 0, fmt.Errorf("limit %q: write a rate, such as 90/s", text)
		}
		number = strings.TrimSuffix(compact, "/s")
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 || u == Count && v != math.Trunc(v) {
		return 0, fmt.Errorf("limit %q: write a %s from 0 up", text, u)
	}
	return v * scale, nil
}

// Write writes a value of this unit as a limit is written; what never came is "never".
func (u Unit) Write(v float64) string {
	switch {
	case math.IsNaN(v):
		return "unknown"
	case math.IsInf(v, 1):
		return "never"
	}
	switch u {
	case Seconds:
		return time.Duration(math.Round(v*1e6) * 1e3).String()
	case Share:
		return strconv.FormatFloat(100*v, 'g', 4, 64) + "%"
	case PerSecond:
		return strconv.FormatFloat(v, 'g', 4, 64) + "/s"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// String writes the objective so that ParseObjective reads it.
func (o Objective) String() string {
	return o.about() + " " + o.Op + " " + o.Measure.Unit.Write(o.Limit)
}

// about writes what the objective is about.
func (o Objective) about() string {
	subject := o.Measure.Name
	if o.Of != "" {
		subject += " of " + o.Of
	}
	if o.Under != "" {
		subject += " under " + o.Under
	}
	return subject
}

// Holds reports whether a value keeps the objective. A value that nobody knows (NaN) never does: ask for that first.
func (o Objective) Holds(value float64) bool {
	switch o.Op {
	case "<":
		return value < o.Limit
	case "<=":
		return value <= o.Limit
	case "=":
		return value == o.Limit
	case ">=":
		return value >= o.Limit
	}
	return value > o.Limit
}
