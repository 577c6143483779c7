package bench_test

import (
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/chaos"
)

// TestOutboxAcceptsWithoutABroker: while the broker is dead, hybrid accepts every order as fast as ever, and sees all of
// them through afterwards; queue, which has no outbox, refuses them.
func TestOutboxAcceptsWithoutABroker(t *testing.T) {
	needTime(t)
	t.Parallel()
	plan := defaultPlan(t, "hybrid", "queue")
	plan.Faults = slices.DeleteFunc(slices.Clone(newCatalogue().Faults), func(f bench.Fault) bool { return f.Name != "broker-down" })
	plan.Load.Rate = 30
	plan.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: 2 * time.Second, Fault: 4 * time.Second, Recovery: 2 * time.Second, Drain: 30 * time.Second}
	trials := runEach(t, plan)
	hybrid, queue := trials[0], trials[1]
	classes := hybrid.Audit.Classes
	if n := classes[bench.OK] + classes[bench.Declined]; n != hybrid.Audit.Offered || hybrid.Windows.Fault.Errors > 0 {
		t.Errorf("of %d orders %d are as they should be: %v; errors in the fault window: %g", hybrid.Audit.Offered, n, classes, hybrid.Windows.Fault.Errors)
	}
	if killed := slices.ContainsFunc(hybrid.Events, func(e bench.Event) bool { return e.Kind == bench.EventKilled && e.Place == chaos.Broker }); !killed {
		t.Error("the broker was not killed")
	}
	if hybrid.Windows.Fault.Done.P50 < time.Second {
		t.Errorf("half of the orders were done after %v, with no broker there", hybrid.Windows.Fault.Done.P50)
	}
	if refused := queue.Windows.Fault.Errors; refused < 0.5 {
		t.Errorf("queue refused %.0f %% without a broker, want most", 100*refused)
	}
	t.Logf("hybrid answers in %v at p99 without a broker; %v", hybrid.Windows.Fault.Ack.P99, classes)
}
