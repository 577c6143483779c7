package main

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"faultline/bench"
	"faultline/internal/lab"
)

// TestFirstPlanIsTheDefaults: what init writes changes nothing, and tells every field.
func TestFirstPlanIsTheDefaults(t *testing.T) {
	c := lab.New().Catalogue
	p, err := bench.ParsePlan("plan.yaml", firstPlan, c)
	must(t, err)
	if want := bench.Defaults(); !reflect.DeepEqual(p, want) {
		t.Errorf("it is\n%+v, the defaults are\n%+v", p, want)
	}
	var schema struct{ Properties map[string]any }
	must(t, json.Unmarshal(bench.PlanSchema, &schema))
	for field := range schema.Properties {
		if plan := string(firstPlan); !strings.Contains(plan, "\n"+field+":") && !strings.Contains(plan, "\n# "+field+":") {
			t.Errorf("nothing about %s", field)
		}
	}
	first, _, _ := strings.Cut(string(firstPlan), "\n")
	if first != "# yaml-language-server: $schema="+schemaName {
		t.Errorf("the first line is %q", first)
	}
}

// TestFirstPlanShowsAMix: without its comment signs the mix is read.
func TestFirstPlanShowsAMix(t *testing.T) {
	lines := strings.Split(string(firstPlan), "\n")
	begin := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "  # - name:") })
	commented := regexp.MustCompile(`^  # (- |  )`)
	for i := begin; commented.MatchString(lines[i]); i++ {
		lines[i] = strings.Replace(lines[i], "# ", "", 1)
	}
	p, err := bench.ParsePlan("plan.yaml", []byte(strings.Join(lines, "\n")), lab.New().Catalogue)
	must(t, err)
	if len(p.Mixes) != 1 || len(p.Architectures) != 4 || len(p.Mixes[0].Links) != 2 {
		t.Errorf("%+v", p.Mixes)
	}
}
