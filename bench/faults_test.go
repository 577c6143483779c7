package bench_test

import (
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/needs"
)

// TestFaultsOnServices: each kind of fault on a service is felt at its own place, measured there, and no order is lost by it.
func TestFaultsOnServices(t *testing.T) {
	t.Parallel()
	needTime(t)
	plan := severalPlan(t, "sync", "nats",
		bench.Fault{Name: "erratic", Kind: bench.Slow, Place: "payment", Delay: 40 * time.Millisecond, Spread: 0.5},
		bench.Fault{Name: "errors", Kind: bench.Errors, Place: "fraud", Share: 0.2},
		bench.Fault{Name: "few", Kind: bench.FewSlots, Place: "risk", Slots: 2, When: bench.When{For: 2 * time.Second}},
		bench.Fault{Name: "cold", Kind: bench.ColdStart, Place: "risk", Factor: 5, Fading: 3 * time.Second, When: bench.When{At: 2500 * time.Millisecond}},
		bench.Fault{Name: "leak", Kind: bench.Leak, Place: "inventory", Rate: 16 << 20, Limit: 48 << 20},
		bench.Fault{Name: "loop", Kind: bench.CrashLoop, Place: "shipping", Delay: 300 * time.Millisecond},
	)
	s := runPlan(t, plan).Trials[0]
	allFelt(t, s, 6)
	if n := s.Audit.Broken(); n > 0 {
		t.Errorf("%d broken promises: %v; witnesses: %+v", n, s.Audit.Classes, s.Audit.Witnesses)
	}
}

// TestFaultsOnBrokers: each kind of fault on a broker is felt at its own place, over either broker; where an event can't be
// routed its publisher is told, and tries again until it is: nothing is lost, and nothing is done twice.
func TestFaultsOnBrokers(t *testing.T) {
	for _, broker := range []string{"nats", "rabbitmq"} {
		t.Run(broker, func(t *testing.T) {
			if broker == "rabbitmq" {
				needs.RabbitMQ(t)
			}
			t.Parallel()
			needTime(t)
			plan := severalPlan(t, "hybrid", broker,
				bench.Fault{Name: "again", Kind: bench.Redeliver, Place: "broker", Times: 3, Delay: 600 * time.Millisecond, When: bench.When{For: 2 * time.Second}},
				bench.Fault{Name: "slow", Kind: bench.SlowConsumer, Place: "shipping", Delay: 60 * time.Millisecond, Slots: 8},
				bench.Fault{Name: "unbound", Kind: bench.LoseBinding, Place: "broker->inventory", When: bench.When{At: 2200 * time.Millisecond, For: 1500 * time.Millisecond}},
				bench.Fault{Name: "full", Kind: bench.RefusePublishers, Place: "broker", When: bench.When{At: 4 * time.Second, For: 2 * time.Second}},
				bench.Fault{Name: "drops", Kind: bench.DropConsumer, Place: "broker->payment", Times: 2, Delay: 500 * time.Millisecond, When: bench.When{At: 4 * time.Second}},
			)
			s := runPlan(t, plan).Trials[0]
			allFelt(t, s, 5)
			if n := s.Audit.Broken(); n > 0 || s.Audit.Classes[bench.OK]+s.Audit.Classes[bench.Declined] != s.Audit.Offered {
				t.Errorf("%d broken promises, not all is well: %v; witnesses: %+v", n, s.Audit.Classes, s.Audit.Witnesses)
			}
		})
	}
}

// TestLostBindingOfOneOfTwo: where a second queue is bound to the event its publisher is told that all is well, and who lost its
// binding never hears of the order. Nobody in the system notices; the audit does.
func TestLostBindingOfOneOfTwo(t *testing.T) {
	t.Parallel()
	needTime(t)
	plan := severalPlan(t, "pubsub", "nats",
		bench.Fault{Name: "unbound", Kind: bench.LoseBinding, Place: "broker->inventory", When: bench.When{For: time.Second}})
	plan.Windows.Fault, plan.Windows.Recovery, plan.Windows.Drain = 1500*time.Millisecond, time.Second, 5*time.Second
	s := runPlan(t, plan).Trials[0]
	allFelt(t, s, 1)
	if n := s.Audit.Classes[bench.HalfDone]; n == 0 || n != s.Audit.Broken() {
		t.Errorf("%d orders are charged and not reserved, want some, and no other violation: %v", n, s.Audit.Classes)
	}
}

// severalPlan is a trial of one architecture under several faults at once, with a light load.
func severalPlan(t *testing.T, architecture, broker string, faults ...bench.Fault) bench.Plan {
	plan := defaultPlan(t, architecture)
	plan.Broker, plan.Load.Rate = broker, 40
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: 2 * time.Second, Fault: 6 * time.Second, Recovery: 4 * time.Second, Drain: 60 * time.Second}
	plan.Faults = []bench.Fault{{Name: "all", Kind: bench.Several, Steps: faults}}
	return plan
}

// allFelt checks that so many faults were felt at their places and cured, and logs what was seen there.
func allFelt(t *testing.T, s bench.Summary, want int) {
	t.Helper()
	felt := 0
	for _, c := range s.Checks {
		if strings.HasPrefix(c.Name, "fault was felt") {
			felt++
			t.Logf("%s: %s", c.Name, c.Saw)
			if !c.Passed {
				t.Errorf("%s: %s", c.Name, c.Saw)
			}
		}
	}
	healed := 0
	for _, e := range s.Events {
		switch e.Kind {
		case bench.EventHeal:
			healed++
		case bench.EventFailed, bench.EventWarning:
			t.Errorf("%s: %s", e.Kind, e.Detail)
		}
	}
	if felt != want || healed != want {
		t.Errorf("%d faults are judged and %d healed, want %d", felt, healed, want)
	}
}
