package bench

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// PlanSchema is the JSON Schema (draft 2020-12) of a plan file: what ReadPlan takes and what editors complete.
//
//go:embed plan.schema.json
var PlanSchema []byte

// A schema is the plan's, to check by and to look things up in.
type schema struct {
	compiled *jsonschema.Schema
	source   any
}

var planSchema = sync.OnceValues(func() (s schema, err error) {
	if s.source, err = jsonschema.UnmarshalJSON(bytes.NewReader(PlanSchema)); err != nil {
		return s, err
	}
	c := jsonschema.NewCompiler()
	if err = c.AddResource("plan:schema", s.source); err != nil {
		return s, err
	}
	s.compiled, err = c.Compile("plan:schema")
	return s, err
})

// A complaint is what the schema has against a place of a document.
type complaint struct {
	place []string // the way to it from the root
	text  string
	keep  bool // the value can be read all the same
}

// path is the place as people write it.
func (c complaint) path() (path string) {
	for _, name := range c.place {
		if _, err := strconv.Atoi(name); err == nil {
			name = "[" + name + "]"
		}
		path = join(path, name)
	}
	return path
}

// conform returns what the schema has against a document, one complaint a place.
func conform(values any) ([]complaint, error) {
	s, err := planSchema()
	if err != nil {
		return nil, fmt.Errorf("reading the plan's schema: %w", err)
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(s.compiled.Validate(values), &invalid) {
		return nil, nil
	}
	list := s.complaints(values, invalid)
	slices.SortStableFunc(list, func(a, b complaint) int { return slices.Compare(a.place, b.place) })
	return slices.CompactFunc(list, func(a, b complaint) bool { return slices.Equal(a.place, b.place) }), nil
}

// complaints are the innermost causes of an error about a document.
func (s schema) complaints(values any, e *jsonschema.ValidationError) (list []complaint) {
	for _, cause := range e.Causes {
		list = append(list, s.complaints(values, cause)...)
	}
	if len(e.Causes) > 0 {
		return list
	}
	rule := s.rule(e.SchemaURL)
	if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		return unknown(e.InstanceLocation, k.Properties, rule)
	}
	c := complaint{place: e.InstanceLocation}
	var what string
	what, c.keep = refusal(e, rule, valueAt(values, c.place))
	c.text = orRoot(c.path()) + ": " + what
	return []complaint{c}
}

// refusal says what a rule has against a value, and whether the value can be read all the same.
func refusal(e *jsonschema.ValidationError, rule map[string]any, value any) (what string, keep bool) {
	if strings.HasSuffix(e.SchemaURL, "/$defs/duration") {
		return badSpan(fmt.Sprint(value)).Error(), false
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		return "it needs " + strings.Join(k.Missing, ", "), true
	case *kind.Enum:
		text, isText := value.(string)
		return notOneOf(text, texts(k.Want)), isText
	case *kind.Type:
		return fmt.Sprintf("%s must be %s", short(value), kinds(k.Want)), false
	case *kind.Minimum, *kind.ExclusiveMinimum, *kind.Maximum:
		return fmt.Sprintf("%v must be %s", value, fromTo(rule)), false
	}
	return fmt.Sprintf("%s won't do: %v", short(value), rule["description"]), true
}

// kinds says of which types a value may be, in words.
func kinds(types []string) string {
	words := strings.NewReplacer("string", "a text", "object", "a set of fields", "array", "a list", "integer", "a whole number", "number", "a number")
	return words.Replace(strings.Join(types, " or "))
}

// short is a value in a few words.
func short(value any) string {
	switch v := value.(type) {
	case nil:
		return "nothing"
	case map[string]any:
		return "a set of fields"
	case []any:
		return "a list"
	case string:
		return strconv.Quote(v[:min(len(v), 60)])
	}
	return fmt.Sprint(value)
}

// unknown are fields that a rule does not have.
func unknown(place, names []string, rule map[string]any) (list []complaint) {
	properties, _ := rule["properties"].(map[string]any)
	known := slices.Sorted(maps.Keys(properties))
	for _, name := range names {
		c := complaint{place: append(slices.Clone(place), name)}
		c.text = fmt.Sprintf("unknown field %q%s; allowed: %s", name, Nearest(name, known), strings.Join(known, ", "))
		if len(place) > 0 {
			c.text = complaint{place: place}.path() + ": " + c.text
		}
		list = append(list, c)
	}
	return list
}

// fromTo says from where to where a number may be.
func fromTo(rule map[string]any) string {
	above, open := rule["exclusiveMinimum"].(json.Number)
	if open {
		return fmt.Sprintf("above %s and at most %s", above, rule["maximum"])
	}
	return fmt.Sprintf("from %s to %s", rule["minimum"], rule["maximum"])
}

// rule is the part of the schema at a URL.
func (s schema) rule(url string) map[string]any {
	_, pointer, _ := strings.Cut(url, "#")
	at := s.source
	for name := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		if fields, ok := at.(map[string]any); ok && name != "" {
			at = fields[name]
		}
	}
	rule, _ := at.(map[string]any)
	return rule
}

// valueAt is the value at a place of a document, nil if there is none.
func valueAt(at any, place []string) any {
	for _, name := range place {
		switch v := at.(type) {
		case map[string]any:
			at = v[name]
		case []any:
			i, _ := strconv.Atoi(name) // the validator went the same way
			at = v[i]
		}
	}
	return at
}

// drop takes the value at a place out of a document, which is not the root. In a list it leaves a gap: what follows stays in its place.
func drop(values any, place []string) {
	last := place[len(place)-1]
	switch v := valueAt(values, place[:len(place)-1]).(type) {
	case map[string]any:
		delete(v, last)
	case []any:
		i, _ := strconv.Atoi(last)
		v[i] = nil
	}
}

func texts(values []any) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprint(v)
	}
	return list
}
