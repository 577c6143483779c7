package bench_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/chaos"
	"faultline/internal/needs"
)

// A breach is a broken promise with the fault that shows it.
type breach struct {
	promise, link string
	architecture  string // "": queue
	fault         bench.Fault
	// class is what the audit must report, besides what it may report too.
	class bench.Class
	// kept is what it reports where the promise is kept, and no violation.
	kept    bench.Class
	besides []bench.Class
	// change adapts the plan, if need be.
	change func(*bench.Plan)
}

// breaches are all promises, each at the point where its breach shows.
var breaches = []breach{
	// A message that was delivered from the broker's memory and not yet on its disk is charged, and comes no second time.
	{promise: bench.Unconfirmed, link: "order->payment", class: bench.Lost, besides: []bench.Class{bench.HalfDone},
		fault: chaos.StallAt("order", "order:after-commit", chaos.Broker, 300*time.Millisecond, 1)},
	// What had not begun is lost; what was charged and not yet answered is half done, for its message is no more.
	{promise: bench.AutoAck, link: "order->payment", class: bench.Lost, besides: []bench.Class{bench.HalfDone},
		fault: chaos.CrashAt("payment", "payment:before-work", "", 1)},
	// As with auto-ack: what waits is lost, what payment has in its hands is charged.
	{promise: bench.Transient, link: "order->payment", class: bench.Lost, besides: []bench.Class{bench.HalfDone},
		fault: chaos.CrashAt("order", "order:after-ask-before-answer", chaos.Broker, 1), change: backlog},
	{promise: bench.NotIdempotent, link: "order->payment", class: bench.Duplicated,
		fault: chaos.CrashAt("payment", "payment:after-charge", "", 1)},
	// The client is answered first, so the order that was committed and not published is one that it counts on.
	{promise: bench.NoOutbox, link: "order->payment", class: bench.Lost,
		fault: chaos.CrashAt("order", "order:after-commit", "", 1)},
	{promise: bench.NoDeadLetter, link: "order->payment", class: bench.Lost, kept: bench.Parked,
		fault: bench.Fault{Name: "poison", Kind: bench.Poison, Place: "payment", Share: 0.2}},
	// Who would be declined says that he has paid.
	{promise: bench.Unsigned, link: "order->payment", architecture: "webhook", class: bench.HalfDone, kept: bench.Declined,
		fault: bench.Fault{Name: "forge", Kind: bench.Forge, Place: "order"}, change: impostors},
}

// impostors have a third of the orders declined, after a while.
func impostors(p *bench.Plan) {
	p.Flow.Declined = 0.33
	p.Flow.Work["fraud"] = 300 * time.Millisecond
}

// backlog has orders wait in payment's queue: an order takes its one slot for over 30 ms, with fraud and risk, so that at
// most 33 a second are done.
func backlog(p *bench.Plan) {
	p.Architectures[0].Slots = map[string]int{"payment": 1}
	p.Load.Rate = 45
}

// TestBrokenPromises breaks each promise and has the audit catch what follows, in every round; with the promise kept,
// the same fault does no harm. make promises has the time for more than one round, for all that are kept, and for RabbitMQ.
func TestBrokenPromises(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	brokers := []string{"nats"}
	if *rounds > 2 {
		brokers = append(brokers, "rabbitmq")
	}
	for _, broker := range brokers {
		for _, b := range breaches {
			if broker != "nats" && b.architecture != "" {
				continue // it has no broker
			}
			t.Run(fmt.Sprintf("%s/%s/broken", broker, b.promise), func(t *testing.T) {
				for _, s := range b.run(t, broker, b.promise) {
					b.isCaught(t, s)
				}
			})
			if *rounds <= 2 && b.kept == "" {
				continue // TestPromisesAtCrashPoints keeps it
			}
			t.Run(fmt.Sprintf("%s/%s/kept", broker, b.promise), func(t *testing.T) {
				for _, s := range b.run(t, broker) {
					b.isKept(t, s)
				}
			})
		}
	}
}

// run makes one trial a round, with some promises of the link broken.
func (b breach) run(t *testing.T, broker string, broken ...string) []bench.Summary {
	t.Helper()
	if broker == "rabbitmq" {
		needs.RabbitMQ(t)
	}
	t.Parallel()
	plan := crashPlan(t, broker, b.fault)
	if b.architecture != "" {
		plan.Architectures = defaultPlan(t, b.architecture).Architectures
	}
	if plan.Trials = *rounds; *rounds <= 2 {
		plan.Trials = 1
	}
	plan.Load.Rate = 40
	plan.Flow.Declined = 0 // a refund that waits when the drain ends would look like a breach
	if len(broken) > 0 || b.kept != "" {
		plan.Windows.Drain = 4 * time.Second // some orders will never be settled
	}
	plan.Windows.WarmUp, plan.Windows.Baseline, plan.Windows.Recovery = time.Second, 200*time.Millisecond, 300*time.Millisecond
	switch {
	case b.fault.Kind == bench.Poison || b.fault.Kind == bench.Forge: // five attempts take 1.5 s, and on a busy machine more; so does finding whom to impersonate
		plan.Windows.Fault = 6 * time.Second
	case plan.Windows.Fault < 10*time.Second: // no node of RabbitMQ is to come back
		plan.Windows.Fault = 3 * time.Second
	}
	a := &plan.Architectures[0]
	a.Links = slices.Clone(a.Links)
	i := slices.IndexFunc(a.Links, func(l bench.Link) bool { return l.Name() == b.link })
	a.Links[i].Broken = broken
	if b.change != nil {
		b.change(&plan)
	}
	catalogue := newCatalogue()
	for _, err := range a.Check(catalogue.Flow, catalogue.Transports) {
		t.Fatal(err)
	}
	return runPlan(t, plan).Trials
}

// isKept fails the test for any violation, and unless the fault struck.
func (b breach) isKept(t *testing.T, s bench.Summary) {
	t.Helper()
	if b.kept == "" {
		judge(t, bench.Results{Trials: []bench.Summary{s}}, 1)
		return
	}
	t.Logf("round %d: %v", s.Trial.Repeat, s.Audit.Classes)
	if s.Audit.Broken() > 0 || s.Audit.Classes[b.kept] == 0 {
		t.Errorf("round %d: %v, want some %s and no violation", s.Trial.Repeat, s.Audit.Classes, b.kept)
	}
}

// isCaught fails the test unless the audit names the breach's class, with witnesses, and no other violation.
func (b breach) isCaught(t *testing.T, s bench.Summary) {
	t.Helper()
	t.Logf("round %d: %v", s.Trial.Repeat, s.Audit.Classes)
	for _, class := range bench.Violations {
		if n := s.Audit.Classes[class]; n > 0 && class != b.class && !slices.Contains(b.besides, class) {
			t.Errorf("round %d: %d orders are %s, which %s is not to cause", s.Trial.Repeat, n, class, b.promise)
		}
	}
	witnesses := 0
	for _, w := range s.Audit.Witnesses {
		if w.Class == b.class && w.Order != "" {
			witnesses++
		}
	}
	if n := s.Audit.Classes[b.class]; n == 0 || witnesses != min(n, 20) {
		t.Errorf("round %d: %d orders are %s, with %d witnesses: %v", s.Trial.Repeat, n, b.class, witnesses, s.Audit.Classes)
	}
}
