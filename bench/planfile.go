package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// A PlanFile is a plan as a user writes it: architectures and faults by name, YAML, everything optional.
type PlanFile struct {
	Architectures []string    `yaml:"architectures"`
	Faults        []string    `yaml:"faults"`
	Load          Load        `yaml:"load"`
	Windows       PlanWindows `yaml:"windows"`
	SLO           SLO         `yaml:"slo"`
	Flow          Flow        `yaml:"flow"`
	// Control is whether a control is run where faults are named and it is not among them.
	Control  bool     `yaml:"control"`
	Trials   int      `yaml:"trials"`
	Until    Until    `yaml:"until"`
	Seed     uint64   `yaml:"seed"`
	Runtime  string   `yaml:"runtime"`
	Broker   string   `yaml:"broker"`
	Share    bool     `yaml:"share"`
	RabbitMQ RabbitMQ `yaml:"rabbitmq"`
	Gates    []string `yaml:"gates"`
	// Mixes are the user's own among the architectures, and Own among the faults.
	Mixes []Mix      `yaml:"-"`
	Own   []OwnFault `yaml:"-"`
}

// ReadPlan reads a plan file over the defaults and checks it whole.
func ReadPlan(path string, c Catalogue) (PlanFile, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Defaults(), fmt.Errorf("reading the plan: %w", err)
	}
	return ParsePlan(path, raw, c)
}

// ParsePlan reads a plan over the defaults and checks it whole: by its schema first, and what that lets pass by what the
// catalogue knows. Its error has a line for each problem: FILE:LINE: the field, what is wrong, what is allowed.
func ParsePlan(file string, raw []byte, c Catalogue) (PlanFile, error) {
	d := readDocument(raw)
	if d.values == nil {
		return Defaults(), d.err(file)
	}
	against, err := conform(d.values)
	if err != nil {
		return Defaults(), err
	}
	told := map[string]bool{}
	for _, c := range against {
		told[c.path()] = true
		d.wrong(d.line(c.path()), "%s", c.text)
		switch {
		case len(c.place) == 0:
			return Defaults(), d.err(file)
		case !c.keep:
			drop(d.values, c.place)
		}
	}
	p, err := decode(d.values)
	if err != nil {
		d.wrong(1, "%v", err)
		return p, d.err(file)
	}
	_, problems := p.resolve(c)
	for _, problem := range problems {
		inTold := func(place string) bool { return told[place] }
		if path := pathOf(problem); !slices.ContainsFunc(slices.Collect(around(path)), inTold) {
			d.wrong(d.line(path), "%v", problem)
		}
	}
	return p, d.err(file)
}

// decode reads what conforms to the schema into a plan.
func decode(values any) (PlanFile, error) {
	p := Defaults()
	fields, _ := values.(map[string]any)
	if len(fields) == 0 {
		return p, nil
	}
	mixes, places := apart(fields, "architectures")
	faults, stood := apart(fields, "faults")
	slots, work, timeouts := p.Flow.Slots, p.Flow.Work, p.Flow.Timeouts
	p.Flow.Slots, p.Flow.Work, p.Flow.Timeouts = nil, nil, nil
	if err := unmarshal(fields, &p); err != nil {
		return p, err
	}
	p.Flow.Slots = over(slots, p.Flow.Slots)
	p.Flow.Work = over(work, p.Flow.Work)
	p.Flow.Timeouts = over(timeouts, p.Flow.Timeouts)
	if err := unmarshal(mixes, &p.Mixes); err != nil {
		return p, err
	}
	for i := range p.Mixes {
		p.Mixes[i].place = places[i]
	}
	if err := unmarshal(faults, &p.Own); err != nil {
		return p, err
	}
	for i := range p.Own {
		p.Own[i].place = stood[i]
	}
	return p, nil
}

// apart takes what is no name out of a list of a plan and leaves its name there; places says where they stood.
func apart(fields map[string]any, list string) (own []any, places []int) {
	names, _ := fields[list].([]any)
	for i, v := range names {
		if one, ok := v.(map[string]any); ok {
			own, places = append(own, one), append(places, i)
			names[i] = one["name"]
		}
	}
	return own, places
}

// unmarshal reads values into a struct by its YAML tags: JSON is YAML.
func unmarshal(values, into any) error {
	var raw bytes.Buffer
	out := json.NewEncoder(&raw)
	out.SetEscapeHTML(false)
	if err := out.Encode(values); err != nil {
		return err
	}
	return yaml.UnmarshalWithOptions(raw.Bytes(), into, yaml.CustomUnmarshaler(readSpan))
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

func over[V any](defaults, given map[string]V) map[string]V {
	maps.Copy(defaults, given)
	return defaults
}
