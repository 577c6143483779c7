package bench_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/lab"
	"faultline/internal/needs"
)

// TestDrivenOnTheEnginesMachine: where containers can't be reached from here, a container beside them drives the load; its facts
// are those of a run driven here, and the clock there, which is ours, is told as far off as could be measured.
func TestDrivenOnTheEnginesMachine(t *testing.T) {
	needTime(t)
	needs.Docker(t)
	t.Setenv("FAULTLINE_DRIVE", "there")
	plan := defaultPlan(t, "sync")
	plan.Runtime, plan.Broker, plan.Load.Rate = lab.Docker, "nats", 40
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 3 * time.Second, Recovery: time.Second, Drain: 20 * time.Second}
	r := runPlan(t, plan)
	d := r.Run.Driver
	if d == nil || d.Within <= 0 || d.Within > time.Second || d.Ahead.Abs() > d.Within {
		t.Errorf("driven %+v", d)
	}
	for _, s := range r.Trials {
		if s.Audit.Offered < 150 || s.Audit.Classes[bench.OK]+s.Audit.Classes[bench.Declined] != s.Audit.Offered || s.Trial.Engine == "" {
			t.Errorf("%s: of %d orders offered %v, on %q", s.Trial.Fault.Name, s.Audit.Offered, s.Audit.Classes, s.Trial.Engine)
		}
	}
}

// TestBrokerDownInContainers kills RabbitMQ's container under load: no order is lost, every container has left its log, and a service
// with little of a processor still does its part.
func TestBrokerDownInContainers(t *testing.T) {
	needTime(t)
	needs.Docker(t)
	t.Parallel()
	file := bench.Defaults()
	file.Architectures, file.Faults, file.Control = []string{"queue"}, []string{"broker-down"}, false
	file.Runtime = lab.Docker
	file.Load.Rate, file.Load.Arrivals = 20, bench.Constant
	file.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 2 * time.Second, Recovery: 2 * time.Second, Drain: time.Minute}
	file.Flow.Limits = map[string]bench.Limits{"risk": {CPUs: 0.5, Memory: 64 << 20}}
	l := lab.New()
	plan, err := file.Resolve(l.Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Check(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	header := bench.RunHeader{Schema: bench.SchemaVersion, Plan: plan, Transports: l.Transports}
	if err := bench.Run(t.Context(), l, header, dir, func(bench.Progress) {}); err != nil {
		t.Fatal(err)
	}
	header, facts, err := bench.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	trial := bench.Analyse(header, facts).Trials[0]
	for _, class := range append([]bench.Class{bench.Unfinished, bench.Parked}, bench.Violations...) {
		if n := trial.Audit.Classes[class]; n > 0 {
			t.Errorf("%d orders are %s", n, class)
		}
	}
	if done := trial.Audit.Classes[bench.OK] + trial.Audit.Classes[bench.Recovered]; done < 30 { // of 40 before the fault; while the broker is away order refuses
		t.Errorf("%d orders were done: %v", done, trial.Audit.Classes)
	}
	if !strings.HasPrefix(facts[0].Trial.Broker, "RabbitMQ") {
		t.Errorf("the broker was %q", facts[0].Trial.Broker)
	}
	told := map[bench.EventKind]int{}
	for _, e := range facts[0].Events {
		told[e.Kind]++
	}
	if told[bench.EventKilled] != 1 || told[bench.EventStarted] != 1 || told[bench.EventFailed] > 0 {
		t.Errorf("events: %v", told)
	}
	for _, name := range []string{"order", "payment", "fraud", "risk", "inventory", "shipping", "links", "broker"} {
		logs, _ := filepath.Glob(filepath.Join(dir, "trials", "*", "logs", name+".log"))
		if len(logs) != 1 {
			t.Fatalf("no log of %s", name)
		}
		if text, _ := os.ReadFile(logs[0]); len(text) == 0 {
			t.Errorf("the log of %s is empty", name)
		}
	}
}
