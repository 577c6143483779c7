package bench

import (
	"testing"
	"time"
)

func TestCost(t *testing.T) {
	const s = time.Second
	f := Facts{Trial: TrialHeader{Phases: Phases{Baseline: 2 * s, Drain: 10 * s}}}
	for _, at := range []time.Duration{s, 3 * s, 5 * s, 9 * s, 9 * s} { // the first is of the warm-up
		f.Orders = append(f.Orders, Order{Planned: at, Told: ToldAccepted})
	}
	f.Orders = append(f.Orders, Order{Planned: 6 * s, Told: ToldUnsent})
	f.Samples = []Sample{
		{Service: "risk", From: s, To: 2 * s, CPU: 7, Memory: 900}, // warm-up
		{Service: "risk", From: 2 * s, To: 3 * s, CPU: 0.2, Memory: 100},
		{Service: "risk", From: 3 * s, To: 4 * s, CPU: 0.4, Memory: 300},
		{Service: "risk", From: 4 * s, To: 5 * s, Down: true},
		{Service: "order", From: 9 * s, To: 10 * s, CPU: 0.2, Memory: 200},
		{Service: "order", From: 10 * s, To: 11 * s, CPU: 9, Memory: 900}, // drain
	}
	got := cost(f)
	if got.CPU != 200*time.Millisecond || got.ByService["risk"] != 150*time.Millisecond || got.ByService["order"] != 50*time.Millisecond {
		t.Errorf("processor time an order: %v, %v", got.CPU, got.ByService)
	}
	if got.Memory["risk"] != 300 || got.Memory["order"] != 200 {
		t.Errorf("memory %v", got.Memory)
	}
	if none := cost(Facts{Samples: f.Samples}); none.CPU != 0 {
		t.Errorf("of no orders: %v", none.CPU)
	}
}
