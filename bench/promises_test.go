package bench_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"faultline/bench"
	"faultline/chaos"
	"faultline/internal/needs"
)

// consumer are the points of a service that works on messages: between every two durable steps.
func consumer(service, effect string) []string {
	return []string{service + ":before-work", service + ":after-" + effect, service + ":after-publish-before-ack"}
}

// listener adds the point of a service that begins when it hears how another's part ended.
func listener(service, effect string) []string {
	return append(consumer(service, effect), service+":after-reply")
}

// crashPoints are the moments at which a promise of an architecture could break, by the service.
var crashPoints = map[string]map[string][]string{
	"queue": {
		"order":     {"order:after-commit", "order:after-ask-before-answer", "order:after-reply", "order:after-publish-before-ack"},
		"payment":   consumer("payment", "charge"),
		"inventory": consumer("inventory", "reservation"),
	},
	"pubsub": {
		"order":     {"order:after-commit", "order:after-ask", "order:after-ask-before-answer", "order:after-reply", "order:after-publish-before-ack"},
		"payment":   listener("payment", "charge"),
		"fraud":     listener("fraud", "check"),
		"inventory": consumer("inventory", "reservation"),
	},
	"webhook": {
		"order":   {"order:after-commit", "order:after-ask", "order:after-reply"},
		"payment": {"payment:after-accept", "payment:before-work", "payment:after-charge", "payment:before-callback", "payment:after-callback-before-done"},
	},
	"hybrid": { // payment works from a queue here, as in queue
		"order":     {"order:after-commit", "order:after-ask", "order:after-reply", "order:after-publish-before-ack"},
		"inventory": consumer("inventory", "reservation"),
	},
}

// TestPromisesAtCrashPoints kills the service, or the broker, at every named point under load: no promise breaks.
func TestPromisesAtCrashPoints(t *testing.T) {
	for _, broker := range []string{"nats", "rabbitmq"} {
		for architecture, places := range crashPoints {
			for place, points := range places {
				for _, point := range points {
					for _, victim := range []string{place, chaos.Broker} {
						kills := killsAt(architecture, broker, place, point, victim)
						if kills == 0 {
							continue
						}
						t.Run(fmt.Sprintf("%s/%s/%s/kills-%s", broker, architecture, point, victim), func(t *testing.T) {
							if broker == "rabbitmq" {
								needs.RabbitMQ(t)
							}
							t.Parallel()
							plan := crashPlan(t, broker, chaos.CrashAt(place, point, victim, kills))
							plan.Architectures = defaultPlan(t, architecture).Architectures
							judge(t, runPlan(t, plan), kills)
						})
					}
				}
			}
		}
	}
}

// killsAt is how often a victim is killed at a point. Where few rounds are asked for there is one kill at every point of
// queue and webhook, and a few elsewhere: of the broker, where an event or the outbox differ from a queue, and over RabbitMQ,
// whose node takes 10 s to start.
// -short keeps to one service at one point over one broker.
func killsAt(architecture, broker, place, point, victim string) int {
	last := strings.HasSuffix(point, "before-ack")
	switch {
	case architecture == "webhook" && (broker != "nats" || victim == chaos.Broker): // it has none
		return 0
	case testing.Short() && (architecture != "queue" || broker != "nats" || point != "payment:after-charge" || victim != place):
		return 0
	case *rounds > 2:
		return *rounds
	case (victim == chaos.Broker || broker == "rabbitmq") && (!last || architecture != "queue"):
		return 0
	case victim == chaos.Broker && broker == "rabbitmq" && place != "payment":
		return 0
	case architecture == "pubsub" && !last && point != "order:after-ask", architecture == "hybrid" && point != "order:after-commit":
		return 0
	}
	return 1
}

// TestPromisesUnderRandomKills kills one process at random moments under load.
func TestPromisesUnderRandomKills(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	for _, architecture := range []string{"sync", "webhook", "queue", "pubsub", "hybrid"} {
		for _, place := range []string{"order", "payment", "inventory", chaos.Broker} {
			if *rounds <= 2 && architecture != "sync" && architecture != "queue" {
				continue // TestSoak kills there
			}
			if (architecture == "sync" || architecture == "webhook") && place == chaos.Broker {
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

// crashPlan gives every kill the time it takes to come back. Its load is light: what is tested is not speed.
func crashPlan(t *testing.T, broker string, fault bench.Fault) bench.Plan {
	plan := defaultPlan(t, "queue")
	plan.Broker = broker
	plan.Faults = []bench.Fault{fault}
	plan.Load.Rate = 25
	kills := time.Duration(fault.Times) * 2500 * time.Millisecond
	if broker == "rabbitmq" && fault.Victim == chaos.Broker { // a node takes 4 to 11 s to start, and beside another 20
		kills = max(30*time.Second, time.Duration(fault.Times)*22*time.Second)
	}
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: time.Second + kills,
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
