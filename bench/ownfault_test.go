package bench

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestFaultsOfThePlan(t *testing.T) {
	p, err := parse(t, `faults:
  - slow-risk
  - name: late
    kind: latency
    place: fraud->risk
    delay: 300ms
    jitter: 50ms
    distribution: pareto
    at: 1s
  - name: both
    about: first the one, then the other
    kind: several
    steps:
      - {name: a, kind: slow, place: risk, delay: 100ms, for: 1s}
      - {name: b, kind: reset, place: fraud->risk, at: 2s}
`)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Resolve(someCatalogue())
	if err != nil || len(plan.Faults) != 4 { // the control besides
		t.Fatalf("%+v, %v", plan.Faults, err)
	}
	late, both := plan.Faults[2], plan.Faults[3]
	if late.Delay != 300*time.Millisecond || late.Jitter != 50*time.Millisecond || late.Distribution != Pareto || late.At != time.Second ||
		late.About != "latency at fraud->risk, as the plan says" {
		t.Errorf("%+v", late)
	}
	if len(both.Steps) != 2 || both.Steps[0].For != time.Second || both.Steps[1].Kind != Reset || both.About != "first the one, then the other" {
		t.Errorf("%+v", both)
	}
}

// TestFaultsOfThePlanThatCannotBe: each problem is told with its line and its field.
func TestFaultsOfThePlanThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		lines string
		want  []string
	}{
		{"faults:\n  - control\n  - {name: own, kind: flood}\n", []string{"plan.yaml:3: faults[1].kind:", `"flood" is not known`, "latency"}},
		{"faults:\n  - {kind: reset, place: fraud->risk}\n", []string{"plan.yaml:2:", "it needs name"}},
		{"faults:\n  - name: own\n    kind: slow\n    dela: 1s\n", []string{"plan.yaml:4:", `did you mean "delay"?`}},
		{"faults:\n  - name: own\n    kind: respond\n    status: 200\n", []string{"plan.yaml:4:", "200 must be from 400 to 599"}},
		{"faults:\n  - name: own\n    kind: slow\n    delay: soon\n", []string{"plan.yaml:4:", `"soon" is no duration`}},
		{"faults:\n  - name: slow-risk\n    kind: slow\n", []string{"plan.yaml:2:", "in the catalogue already"}},
		{"faults:\n  - control\n  - {name: own, kind: kill}\n  - {name: own, kind: hang}\n", []string{"plan.yaml:4:", "fault own is there twice"}},
		{"faults:\n  - control\n  - slow-risk\n  - name: own\n    kind: kill\n    at: 9s\n", []string{"plan.yaml:4:", "outside of the fault window"}},
		{"faults:\n  - control\n  - name: own\n    kind: kill\n    place: nowhere\n", []string{"plan.yaml:3:", "does not fit"}},
		{"faults:\n  - name: own\n    kind: several\n    steps:\n      - {name: a, kind: kil}\n", []string{"plan.yaml:5: faults[0].steps[0].kind:", `did you mean "kill"?`}},
	} {
		catalogue := someCatalogue()
		catalogue.Fits = func(f Fault, _ Architecture) error {
			if f.Place == "nowhere" {
				return errors.New("does not fit")
			}
			return nil
		}
		_, err := ParsePlan("plan.yaml", []byte(c.lines), catalogue)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s\n%v, want %q", c.lines, err, want)
			}
		}
	}
}
