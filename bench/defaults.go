package bench

import "time"

// Defaults are the plan of MEASURES: the headline case, in which 200 ms at risk become a checkout of three seconds.
func Defaults() PlanFile {
	return PlanFile{
		Architectures: []string{"sync", "queue", "hybrid"},
		Faults:        []string{Control, "slow-risk"},
		Load:          Load{Rate: 100, Arrivals: Poisson, Timeout: 10 * time.Second, Memory: 1 << 30},
		Windows: PlanWindows{WarmUp: 2 * time.Second, Baseline: 4 * time.Second, Fault: 4400 * time.Millisecond,
			Recovery: 7 * time.Second, Drain: 30 * time.Second},
		SLO: SLO{Ack: 500 * time.Millisecond, Done: 2 * time.Second, Recovered: 3 * time.Second},
		Flow: Flow{
			Slots: map[string]int{"order": 512, "payment": 512, "fraud": 512, "risk": 8, "inventory": 16, "shipping": 16},
			Work: map[string]time.Duration{"order": 5 * time.Millisecond, "payment": 5 * time.Millisecond, "fraud": 5 * time.Millisecond,
				"risk": 20 * time.Millisecond, "inventory": 5 * time.Millisecond, "shipping": 5 * time.Millisecond},
			Spread: 0.1,
			Timeouts: map[string]time.Duration{"order": 9 * time.Second, "payment": 8 * time.Second, "fraud": 7 * time.Second,
				"risk": 6 * time.Second, "inventory": 6 * time.Second, "shipping": 6 * time.Second},
			Queue:    512,
			Declined: 0.01,
		},
		Control: true,
		Trials:  1,
		Seed:    1,
		Runtime: "process",
		Gates:   []string{},
	}
}
