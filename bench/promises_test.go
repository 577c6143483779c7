package bench_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/chaos"
)

// crashPoints are the moments at which a promise of queue could break: between every two durable steps of the
// services that have one to keep.
var crashPoints = map[string][]string{
	"order":     {"order:after-commit", "order:after-ask-before-answer", "order:after-reply", "order:after-publish-before-ack"},
	"payment":   {"payment:before-work", "payment:after-charge", "payment:after-publish-before-ack"},
	"inventory": {"inventory:before-work", "inventory:after-reservation", "inventory:after-publish-before-ack"},
}

// TestPromisesAtCrashPoints kills the service, or the broker, at every named point under load: queue breaks no promise.
func TestPromisesAtCrashPoints(t *testing.T) {
	for _, broker := range []string{"nats", "rabbitmq"} {
		for place, points := range crashPoints {
			for _, point := range points {
				for _, victim := range []string{place, chaos.Broker} {
					kills := killsAt(broker, place, point, victim)
					if kills == 0 {
						continue
					}
					t.Run(fmt.Sprintf("%s/%s/kills-%s", broker, point, victim), func(t *testing.T) {
						if broker == "rabbitmq" {
							needRabbitMQ(t)
						}
						t.Parallel()
						keepsPromises(t, broker, chaos.CrashAt(place, point, victim, kills))
					})
				}
			}
		}
	}
}

// killsAt is how often a victim is killed at a point. A RabbitMQ node takes 10 s to come back: where few rounds are
// asked for it is killed once, and not everywhere. -short keeps to one service over one broker.
func killsAt(broker, place, point, victim string) int {
	switch {
	case testing.Short() && (broker != "nats" || place != "payment"):
		return 0
	case broker == "nats" || victim != chaos.Broker || *rounds > 2:
		return *rounds
	case strings.HasSuffix(point, "before-ack"):
		return 1
	}
	return 0
}

// TestPromisesUnderRandomKills kills one process at random moments under load.
func TestPromisesUnderRandomKills(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	for _, architecture := range []string{"sync", "queue"} {
		for _, place := range []string{"order", "payment", "inventory", chaos.Broker} {
			if architecture == "sync" && place == chaos.Broker {
				continue
			}
			t.Run(architecture+"/"+place, func(t *testing.T) {
				t.Parallel()
				plan := crashPlan(t, "nats", chaos.RandomKills(place, *rounds))
				plan.Architectures = defaultPlan(t, architecture).Architectures
				judge(t, runPlan(t, plan), *rounds)
			})
		}
	}
}

func keepsPromises(t *testing.T, broker string, fault bench.Fault) {
	t.Helper()
	judge(t, runPlan(t, crashPlan(t, broker, fault)), fault.Times)
}

// crashPlan gives every kill the time it takes to come back. Its load is light: what is tested is not speed.
func crashPlan(t *testing.T, broker string, fault bench.Fault) bench.Plan {
	plan := defaultPlan(t, "queue")
	plan.Broker = broker
	plan.Faults = []bench.Fault{fault}
	plan.Load.Rate = 25
	aKill := 2500 * time.Millisecond
	if broker == "rabbitmq" && fault.Victim == chaos.Broker {
		aKill = 25 * time.Second // a node takes its time to start, more so beside others
	}
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: time.Second + time.Duration(fault.Times)*aKill,
		Recovery: time.Second, Drain: 60 * time.Second}
	return plan
}

// judge fails the test for a broken promise, an order unaccounted for, work left behind, or kills that did not happen.
func judge(t *testing.T, r bench.Results, kills int) {
	t.Helper()
	for _, s := range r.Trials {
		sum, killed := 0, 0
		for class, n := range s.Audit.Classes {
			if class != bench.Phantom {
				sum += n
			}
		}
		for _, e := range s.Events {
			switch e.Kind {
			case bench.EventKilled:
				killed++
			case bench.EventFailed:
				t.Errorf("the harness failed: %s", e.Detail)
			}
		}
		if s.Audit.Broken() > 0 {
			t.Errorf("broken promises: %v; witnesses: %+v", s.Audit.Classes, s.Audit.Witnesses)
		}
		if sum != s.Audit.Offered {
			t.Errorf("classes add up to %d of %d offered: %v", sum, s.Audit.Offered, s.Audit.Classes)
		}
		if left := s.Audit.Classes[bench.Parked] + s.Audit.Classes[bench.Unfinished]; left > 0 {
			t.Errorf("%d orders are parked or unfinished after the drain: %v", left, s.Audit.Classes)
		}
		if least := max(1, kills*3/4); killed < least { // a point may come round less often than asked on a busy machine
			t.Errorf("killed %d times, want %d, at least %d", killed, kills, least)
		}
		t.Logf("killed %d times; %v", killed, s.Audit.Classes)
	}
}
