package bench

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// parse reads a plan of some lines.
func parse(t *testing.T, lines string) (PlanFile, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plan.yaml")
	put(t, path, []byte(lines))
	return ReadPlan(path, someCatalogue())
}

// someCatalogue knows what the defaults name.
func someCatalogue() Catalogue {
	flow := []Link{{From: Client, To: "order"}, {From: "order", To: "payment"}, {From: "payment", To: "fraud"}, {From: "fraud", To: "risk"},
		{From: "order", To: "inventory"}, {From: "order", To: "shipping"}}
	wired := func(name, client, transport string) Architecture {
		a := Architecture{Name: name, Links: slices.Clone(flow)}
		for i := range a.Links {
			a.Links[i].Transport = transport
		}
		a.Links[0].Transport = client
		return a
	}
	return Catalogue{Flow: flow, Transports: []Transport{{Name: "http", Blocking: true}, {Name: "queue", Broker: true}},
		Architectures: []Architecture{wired("sync", Wait, "http"), wired("queue", Poll, "queue"), wired("hybrid", SSE, "queue")},
		Faults:        []Fault{{Name: Control}, {Name: "slow-risk", Kind: Slow, Place: "risk"}, {Name: "broker-down", Kind: Kill, Place: "broker"}},
		Runtimes:      []string{"process"}, Brokers: []string{"nats", "rabbitmq"},
		Stands: func(Fault, Plan) error { return nil },
		Fits: func(f Fault, a Architecture) error {
			if f.Place == "broker" && a.Name == "sync" {
				return errors.New("broker-down: sync has no broker")
			}
			return nil
		}}
}

func TestEmptyPlansAreTheDefaults(t *testing.T) {
	for name, lines := range map[string]string{"empty": "", "blank": " \n\n", "comment": "# all as it is\n", "document": "---\n", "map": "{}\n"} {
		p, err := parse(t, lines)
		if err != nil || !reflect.DeepEqual(p, Defaults()) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestDefaultsResolve(t *testing.T) {
	plan, err := Defaults().Resolve(someCatalogue())
	if err != nil || len(plan.Architectures) != 3 || len(plan.Faults) != 2 || plan.Faults[1].Place != "risk" {
		t.Errorf("%+v, %v", plan, err)
	}
	want := Phases{Baseline: 2 * time.Second, Fault: 6 * time.Second, Recovery: 10400 * time.Millisecond, Drain: 17400 * time.Millisecond, End: 47400 * time.Millisecond}
	if got := plan.Windows.Phases(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestReadPlan(t *testing.T) {
	for _, c := range []struct {
		lines string
		check func(PlanFile) bool
	}{
		{"architectures: [queue]", func(p PlanFile) bool { return slices.Equal(p.Architectures, []string{"queue"}) && len(p.Faults) == 2 }},
		{"load:\n  rate: 12.5", func(p PlanFile) bool {
			return p.Load.Rate == 12.5 && p.Load.Arrivals == Poisson && p.Load.Timeout == 10*time.Second
		}},
		{"load:\n  timeout: 0m45s # patient\n  # and more\n", func(p PlanFile) bool { return p.Load.Timeout == 45*time.Second }},
		{"load: {timeout: \"0m45s\"}", func(p PlanFile) bool { return p.Load.Timeout == 45*time.Second }},
		{"load: {timeout: 0m45s}", func(p PlanFile) bool { return p.Load.Timeout == 45*time.Second }},
		{"windows:\n  fault: 4400ms\n  drain: 1h", func(p PlanFile) bool {
			return p.Windows.Fault == 4400*time.Millisecond && p.Windows.Drain == time.Hour && p.Windows.WarmUp == 2*time.Second
		}},
		{"flow:\n  slots: {risk: 3}", func(p PlanFile) bool {
			return p.Flow.Slots["risk"] == 3 && p.Flow.Slots["order"] == 512 && p.Flow.Queue == 512
		}},
		{"flow:\n  work: {risk: 1.5ms}", func(p PlanFile) bool {
			return p.Flow.Work["risk"] == 1500*time.Microsecond && p.Flow.Work["order"] == 5*time.Millisecond
		}},
		{"flow:\n  timeouts: {order: 250ms}", func(p PlanFile) bool {
			return p.Flow.Timeouts["order"] == 250*time.Millisecond && p.Flow.Timeouts["risk"] == 6*time.Second
		}},
		{"flow: {declined: 0, spread: 0}", func(p PlanFile) bool { return p.Flow.Declined == 0 && p.Flow.Spread == 0 && len(p.Flow.Slots) == 6 }},
		{"seed: 18446744073709551615\ntrials: 3", func(p PlanFile) bool { return p.Seed == 1<<64-1 && p.Trials == 3 }},
	} {
		p, err := parse(t, c.lines+"\n")
		if err != nil || !c.check(p) {
			t.Errorf("%s\n%+v, %v", c.lines, p, err)
		}
	}
	if p := Defaults(); p.Flow.Slots["risk"] != 8 {
		t.Error("a plan changed the defaults of the next")
	}
}

func TestPlanThatCannotBeRead(t *testing.T) {
	for _, c := range []struct {
		lines string
		want  []string
	}{
		{"seed: 1\nlode:\n  rate: 1\n", []string{"plan.yaml:2:", `unknown field "lode"`, `did you mean "load"?`}},
		{"load:\n  arrivals: poisson\n  rats: 1\n", []string{"plan.yaml:3:", `unknown field "rats"`, `did you mean "rate"?`}},
		{"flow:\n  slotz: {risk: 1}\n", []string{"plan.yaml:2:", `did you mean "slots"?`}},
		{"xyzzyplugh: 1\n", []string{"plan.yaml:1:", `unknown field "xyzzyplugh"`}},
		{"seed: 1\ntrials: many\n", []string{"plan.yaml:2:"}},
		{"load:\n  rate: 1\n  timeout: soon\n", []string{"plan.yaml:3:", `"soon" is no duration: write it with its unit`}},
		{"windows: {baseline: 1s}\nslo:\n  ack: 500 # ms\n", []string{"plan.yaml:3:", `"500" is no duration`}},
		{"flow:\n  work:\n    risk: 5 ms\n", []string{"plan.yaml:3:", `"5 ms" is no duration`}},
		{"load:\n\trate: 1\n", []string{"plan.yaml:"}},
		{"faults: slow-risk: x\n", []string{"plan.yaml:1:"}},
		{"seed: -1\n", []string{"plan.yaml:1:"}},
	} {
		_, err := parse(t, c.lines)
		if err == nil {
			t.Errorf("%q was taken", c.lines)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %v\nshould say %s", c.lines, err, part)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: more than a line:\n%v", c.lines, err)
		}
	}
	if _, err := ReadPlan(filepath.Join(t.TempDir(), "none.yaml"), someCatalogue()); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("%v", err)
	}
}

func TestEveryProblemInOneError(t *testing.T) {
	_, err := parse(t, `
architectures: [synch]
faults: [slow-rik]
load: {rate: 0, arrivals: poison, timeout: 1ms, memory: 1}
windows: {warm_up: 1ms, baseline: 2h, fault: 0s, recovery: 1ns, drain: 999ms}
slo: {ack: 0s, done: -1s, recovered: 1ms}
flow:
  slots: {risk: 0, rsk: 1}
  work: {risk: 2m, ordr: 1ms}
  timeouts: {order: 0s, paymnt: 1s}
  spread: .nan
  queue: -1
  declined: 0.9
trials: 0
runtime: doker
broker: kafka
`)
	if err == nil {
		t.Fatal("it was taken")
	}
	wants := []string{`2: architectures[0]: "synch" is not known (did you mean "sync"?)`, `3: faults[0]: "slow-rik" is not known (did you mean "slow-risk"?)`,
		"4: load.rate: 0 must be above 0 and at most 10000", "4: load.arrivals:", "4: load.timeout: 1ms must be from 100ms to 1m", "4: load.memory:",
		"5: windows.warm_up:", "5: windows.baseline:", "5: windows.fault:", "5: windows.recovery:", "5: windows.drain:",
		"6: slo.ack:", "6: slo.done:", "6: slo.recovered:", "8: flow.slots.risk:", `8: flow.slots: unknown field "rsk" (did you mean "risk"?)`,
		"9: flow.work.risk:", `9: flow.work: unknown field "ordr"`, "10: flow.timeouts.order:", `10: flow.timeouts: unknown field "paymnt"`,
		"11: flow.spread:", "12: flow.queue:", "13: flow.declined:", "14: trials:", "15: runtime:", "16: broker:"}
	tells(t, err, wants)
}

// tells checks an error about a plan to have a line for each of some problems, and no more.
func tells(t *testing.T, err error, wants []string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(err.Error(), "plan.yaml:"+want) {
			t.Errorf("nothing about %s", want)
		}
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != len(wants) {
		t.Errorf("%d lines for %d problems", len(lines), len(wants))
	}
	if t.Failed() {
		t.Logf("%v", err)
	}
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*PlanFile)
		want   string // in the error; "": none
	}{
		{"the fastest rate", func(p *PlanFile) { p.Load.Rate = maxRate }, ""},
		{"faster", func(p *PlanFile) { p.Load.Rate = maxRate + 1 }, "load.rate"},
		{"a broker elsewhere", func(p *PlanFile) { p.Broker = "amqp://me@there:5672" }, ""},
		{"a secret broker elsewhere", func(p *PlanFile) { p.Broker = "amqps://me@there" }, ""},
		{"no architecture", func(p *PlanFile) { p.Architectures = nil }, "architectures: name at least one"},
		{"one twice", func(p *PlanFile) { p.Architectures = []string{"sync", "sync"} }, "architecture sync is there twice"},
		{"a name", func(p *PlanFile) { p.Architectures = []string{"snyc"} }, `architecture: "snyc" is not known (did you mean "sync"?)`},
		{"a limit", func(p *PlanFile) { p.Flow.Slots["risk"] = 0 }, "flow.slots.risk: 0 must be from 1"},
		{"a service", func(p *PlanFile) { p.Flow.Work["rsk"] = 1 }, `flow.work: "rsk" is not known (did you mean "risk"?)`},
		{"no fault", func(p *PlanFile) { p.Faults = nil }, "faults: name at least one"},
		{"another scheme", func(p *PlanFile) { p.Broker = "http://there" }, "broker"},
		{"a fault that fits one of two", func(p *PlanFile) { p.Faults = []string{"broker-down"} }, ""},
		{"a fault that fits none", func(p *PlanFile) { p.Faults, p.Architectures = []string{"broker-down"}, []string{"sync"} }, "sync has no broker"},
	} {
		p := Defaults()
		c.change(&p)
		_, err := p.Resolve(someCatalogue())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
