package bench_test

import (
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/needs"
)

// A lane is one fault after another; those of several lanes overlap.
const (
	engineTurn = 3500 * time.Millisecond
	engineGap  = 5 * time.Second
)

// killed has two turns: before the kernel kills for want of memory it takes back what it can, for seconds where a disk is slow.
var killed = bench.Fault{Name: "oom", Kind: bench.OutOfMemory, Place: "risk", Limit: 64 << 20, When: bench.When{For: engineGap + engineTurn}}

// engineFaults are the faults by the engine, each on two architectures: lanes of turns, each fault at a place that no other lane
// is at, or needs, meanwhile.
var engineFaults = map[string][][]bench.Fault{
	"sync": {
		{
			{Name: "starve", Kind: bench.Starve, Place: "risk", CPUs: 0.01},
			{Name: "loss", Kind: bench.Loss, Place: "fraud->risk", Share: 0.3},
			{Name: "disconnect", Kind: bench.Disconnect, Place: "payment"},
			{Name: "partition", Kind: bench.Partition, Place: "client,order|payment,fraud,risk"},
		},
		{
			{Name: "stop", Kind: bench.Stop, Place: "shipping", Grace: 200 * time.Millisecond},
			{Name: "kill", Kind: bench.Kill, Place: "inventory"},
			{Name: "restart", Kind: bench.Restart, Place: "fraud", Grace: time.Second}, // nobody calls fraud: payment is off its network
			killed,
		},
		{{Name: "pause", Kind: bench.Hang, Place: "inventory"}},
	},
	"queue": {
		{
			{Name: "starve", Kind: bench.Starve, Place: "risk", CPUs: 0.01},
			{Name: "loss", Kind: bench.Loss, Place: "fraud->risk", Share: 0.3},
			{Name: "disconnect", Kind: bench.Disconnect, Place: "payment"},
			{Name: "restart", Kind: bench.Restart, Place: "fraud", Grace: time.Second},
		},
		{
			{Name: "stop", Kind: bench.Stop, Place: "shipping", Grace: 200 * time.Millisecond},
			{Name: "kill", Kind: bench.Kill, Place: "inventory"},
			{Name: "partition", Kind: bench.Partition, Place: "order|broker"},
			killed,
		},
		{
			{Name: "memory-alarm", Kind: bench.MemoryAlarm, Place: "broker"},
			{Name: "disk-alarm", Kind: bench.DiskAlarm, Place: "broker"},
			{Name: "pause", Kind: bench.Hang, Place: "broker"},
		},
	},
	"hybrid": {
		{
			{Name: "memory-alarm", Kind: bench.MemoryAlarm, Place: "broker"},
			{Name: "disk-alarm", Kind: bench.DiskAlarm, Place: "broker"},
			{Name: "pause", Kind: bench.Hang, Place: "broker"},
		},
	},
}

// TestEngineFaults: every fault by signals and by the container engine is felt at its place, on containers and a real RabbitMQ,
// heals, and loses nothing. Nothing runs beside it: a broker that is short of processors can't be commanded.
func TestEngineFaults(t *testing.T) {
	needTime(t)
	needs.Docker(t)
	for name, lanes := range engineFaults {
		if name != "queue" && *rounds <= 2 {
			continue // queue has every kind; make soak has the time for all
		}
		t.Run(name, func(t *testing.T) { // one after the other: an engine that starts many containers at a time is late with faults
			plan := defaultPlan(t, name)
			plan.Runtime, plan.Broker = "docker", "rabbitmq"
			plan.Load.Rate = 30
			plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: 2 * time.Second, Recovery: 3 * time.Second, Drain: 30 * time.Second}
			fault := bench.Fault{Name: "a-bad-day", Kind: bench.Several}
			for _, lane := range lanes {
				for turn, f := range lane {
					f.At, f.For = time.Duration(turn)*engineGap, max(f.For, engineTurn)
					plan.Windows.Fault = max(plan.Windows.Fault, f.At+f.For+engineGap-engineTurn)
					fault.Steps = append(fault.Steps, f)
				}
			}
			plan.Faults = []bench.Fault{fault}
			checkEngineFaults(t, runPlan(t, plan).Trials[0])
		})
	}
}

func checkEngineFaults(t *testing.T, s bench.Summary) {
	t.Helper()
	for _, c := range s.Checks {
		t.Logf("%v: %s: %s", c.Passed, c.Name, c.Saw)
		if strings.HasPrefix(c.Name, "fault was felt") && !c.Passed || strings.HasPrefix(c.Name, "harness") && !c.Passed {
			t.Errorf("%s: %s", c.Name, c.Saw)
		}
	}
	for _, e := range s.Events {
		if e.Kind == bench.EventHeal || e.Kind == bench.EventStruck || e.Kind == bench.EventKilled || e.Kind == bench.EventInject {
			t.Logf("%.2f s %s %s %s: %s (%.2f of %.2f)", e.T.Seconds(), e.Kind, e.Place, e.Fault, e.Detail, e.Value, e.Of)
		}
	}
	t.Logf("audit: %v", s.Audit.Classes)
	if n := s.Audit.Broken(); n > 0 {
		t.Errorf("%d broken promises: %v", n, s.Audit.Classes)
	}
}
