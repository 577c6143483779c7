package reports

import (
	"fmt"
	"math"
	"time"

	"faultline/bench"
)

func wired(name, client, payment, inventory string) bench.Architecture {
	return bench.Architecture{Name: name, About: "made up for tests", Links: []bench.Link{
		{From: bench.Client, To: "order", Transport: client}, {From: "order", To: "payment", Transport: payment},
		{From: "payment", To: "fraud", Transport: "http"}, {From: "fraud", To: "risk", Transport: "http"},
		{From: "order", To: "inventory", Transport: inventory}, {From: "order", To: "shipping", Transport: inventory}}}
}

func control() bench.Fault {
	return bench.Fault{Name: bench.Control, About: "nothing is broken"}
}

func slowRisk() bench.Fault {
	return bench.Fault{Name: "slow-risk", About: "risk works 200 ms longer", Kind: bench.Slow, Place: "risk", Delay: 200 * time.Millisecond}
}

// made is a run of two architectures, with and without a fault.
func made(trials int) bench.Results {
	archs := []bench.Architecture{wired("sync", "wait", "http", "http"), wired("queue", "poll", "queue", "queue")}
	return madeOf(archs, []bench.Fault{control(), slowRisk()}, trials)
}

func madeOf(archs []bench.Architecture, faults []bench.Fault, trials int) bench.Results {
	r := bench.Results{Dir: "runs/2026-11-23T20-15-00", Took: 4 * 21 * time.Second, Run: bench.RunHeader{
		Schema: 1, Started: time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC), Version: "v0.1.0", Commit: "1a2b3c4",
		Command: fmt.Sprintf("faultline run --arch sync,queue --fault control,slow-risk --trials %d --seed 42", trials),
		Machine: bench.Machine{OS: "linux", Arch: "amd64", CPU: "AMD EPYC 7B13", CPUs: 2, MemoryBytes: 8 << 30, Go: "go1.26.8"},
		Plan: bench.Plan{Architectures: archs, Faults: faults, Trials: trials, Seed: 42, Runtime: "process", Broker: "nats",
			Load: bench.Load{Rate: madeRate, Arrivals: "poisson", Timeout: 10 * time.Second},
			SLO:  bench.SLO{Ack: 500 * time.Millisecond, Done: 2 * time.Second, Recovered: 3 * time.Second}},
	}}
	for repeat := 1; repeat <= trials; repeat++ {
		for _, f := range faults {
			for _, a := range archs {
				r.Trials = append(r.Trials, madeTrial(a, f, len(r.Trials), repeat))
			}
		}
	}
	r.Matrix, r.Verdict = bench.Matrix(r.Trials), madeVerdict(r)
	return r
}

func madeTrial(a bench.Architecture, f bench.Fault, index, repeat int) bench.Summary {
	orders := simulate(a, f, uint64(41+repeat))
	p := madePhases
	in := between(orders, p.Fault.Seconds(), p.Recovery.Seconds())
	s := bench.Summary{
		Schema: 1,
		Trial: bench.TrialHeader{Schema: 1, Index: index, Architecture: a, Fault: f, Repeat: repeat, Seed: uint64(41 + repeat),
			Base: time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC), Phases: p, Runtime: "process", Ready: 310 * time.Millisecond},
		Checks: []bench.Check{
			{Name: "the generator kept its schedule", Passed: true, Saw: "99.98 % of orders were sent within 5 ms"},
			{Name: "the load was strong enough", Passed: true, Saw: fmt.Sprintf("%d orders in the fault window", len(in))},
			{Name: "the clock did not step", Passed: true, Saw: "no step over 1 ms"}},
		Windows: bench.Windows{Baseline: windowOf(orders, p.Baseline, p.Fault), Fault: windowOf(orders, p.Fault, p.Recovery),
			Recovery: windowOf(orders, p.Recovery, p.Drain), All: windowOf(orders, p.Baseline, p.Drain)},
		Audit:    madeAudit(orders, f),
		Series:   seriesOf(orders),
		AckCurve: curveOf(latencies(in, madeOrder.ackLatency)), DoneCurve: curveOf(latencies(in, madeOrder.doneLatency)),
		Events: []bench.Event{{T: 0, Kind: bench.EventPhase, Detail: "warm-up"}, {T: p.Baseline, Kind: bench.EventPhase, Detail: "baseline"},
			{T: p.End, Kind: bench.EventFinish}},
		Harness: bench.HarnessCost{CPU: 0.11, LinksCPU: 0.07, Late: bench.Quantiles{N: len(orders), P50: 61 * time.Microsecond,
			P90: 120 * time.Microsecond, P99: 410 * time.Microsecond, Max: 3200 * time.Microsecond}, LateP999: 1900 * time.Microsecond,
			GCPauseMax: 240 * time.Microsecond, HeapMax: 31 << 20, PollsMax: 9, Resolution: 38 * time.Millisecond},
	}
	if a.ClientLink() == bench.Poll {
		s.Broker = &bench.BrokerUse{Looks: 24, Unacked: 312, Redelivered: 17, Memory: 142 << 20, Alarms: map[string]int{bench.AlarmMemory: 3}}
		s.Trial.Broker = "NATS JetStream 2.15.2, file store, SyncAlways off: survives a killed process, not a power cut"
	}
	madeServices(&s, orders)
	if !isControl(f) {
		madeFault(&s, a)
		madeSpread(&s)
	}
	return s
}

func madeFault(s *bench.Summary, a bench.Architecture) {
	p := madePhases
	s.Checks = append(s.Checks, bench.Check{Name: "the fault was felt at its place", Passed: true, Saw: "risk worked 221 ms, before 20.1 ms"})
	s.Recovery = bench.Recovery{Ack: 1620 * time.Millisecond, Done: 1620 * time.Millisecond, Watched: 7 * time.Second, Verdict: "recovered"}
	if a.ClientLink() == bench.Poll {
		s.Recovery.Ack = 0
	}
	s.Drain = bench.DrainTime{Backlog: 286, Measured: 968 * time.Millisecond, Predicted: 953 * time.Millisecond, Mu: 400, Lambda: 100}
	s.Events = append(s.Events, bench.Event{T: p.Fault + 3*time.Millisecond, Kind: bench.EventInject, Place: "risk", Detail: "200 ms longer"},
		bench.Event{T: p.Fault + 900*time.Millisecond, Kind: bench.EventProbe, Place: "risk", Value: 0.2212},
		bench.Event{T: p.Recovery + 2*time.Millisecond, Kind: bench.EventHeal, Place: "risk"})
}

func madeAudit(orders []madeOrder, f bench.Fault) bench.Audit {
	a := bench.Audit{Offered: len(orders), Classes: map[bench.Class]int{}}
	for i, o := range orders {
		switch {
		case o.failed && i%3 == 0:
			a.Classes[bench.Zombie]++
			if len(a.Witnesses) < 20 {
				a.Witnesses = append(a.Witnesses, madeWitness(i, o))
			}
		case o.failed:
			a.Classes[bench.Refused]++
		case o.declined:
			a.Classes[bench.Declined]++
		default:
			a.Classes[bench.OK]++
			a.Shipped[1]++
		}
	}
	return a
}

func madeWitness(i int, o madeOrder) bench.Witness {
	id := fmt.Sprintf("ord_%04x", i*2654435761%65536)
	return bench.Witness{Class: bench.Zombie, Order: id, Seq: i, Told: bench.ToldFailed, Status: "payment_processing",
		Journal: []bench.Entry{{T: asDuration(o.planned + 2.1), Service: "payment", Order: id, Effect: "charge", N: 1},
			{T: asDuration(o.planned + 2.2), Service: "inventory", Order: id, Effect: "reservation", N: 1}}}
}

// madeServices derives each service's figures from the wait at risk: who calls it waits with it.
func madeServices(s *bench.Summary, orders []madeOrder) {
	blocked := map[string]bool{"payment": true, "fraud": true, "risk": true, "order": s.Trial.Architecture.Link("order", "payment").Transport == "http"}
	p := s.Trial.Phases
	for _, name := range s.Trial.Architecture.Services() {
		row := bench.ServiceWindows{Service: name, SLO: 100 * time.Millisecond}
		row.Baseline = madeService(name, blocked[name], between(orders, p.Baseline.Seconds(), p.Fault.Seconds()))
		row.Fault = madeService(name, blocked[name], between(orders, p.Fault.Seconds(), p.Recovery.Seconds()))
		row.Recovery = madeService(name, blocked[name], between(orders, p.Recovery.Seconds(), p.Drain.Seconds()))
		row.Propagation = max(0, (row.Fault.Bad-row.Baseline.Bad)/(1-row.Baseline.Bad))
		s.Services = append(s.Services, row)
		for from := 0.0; from < 18; from++ {
			w := madeService(name, blocked[name], between(orders, from, from+1))
			if w.Starved {
				w.Bad = bench.EmptyBin
			}
			s.Series.Bad[name] = append(s.Series.Bad[name], w.Bad)
		}
	}
	for from := 0.0; from < 18; from++ {
		bad := bench.EmptyBin
		if w := windowOf(orders, asDuration(from), asDuration(from+1)); w.Offered > 0 {
			bad = w.LateAcks
		}
		s.Series.Bad[bench.Client] = append(s.Series.Bad[bench.Client], bad)
	}
}

func madeService(name string, blocked bool, orders []madeOrder) bench.ServiceWindow {
	w := bench.ServiceWindow{Calls: int64(len(orders)), Starved: len(orders) == 0, Spent: bench.Spent{Work: 0.005}, InFlight: 2}
	var took []float64
	others := 0.0
	for _, o := range orders {
		own := 0.005
		if blocked {
			own += max(o.wait, 0) + o.work
		}
		took = append(took, own)
		if own > 0.1 {
			w.Bad += 1 / float64(len(orders))
		}
		switch n := float64(len(orders)); {
		case name == "risk":
			w.Spent.Slot += max(o.wait, 0) / n
		case blocked:
			others += (max(o.wait, 0) + o.work) / n
		}
	}
	w.P50, w.P99 = asDuration(quantile(took, 0.5)), asDuration(quantile(took, 0.99))
	if name == "risk" {
		w.Spent.Work, w.InFlight = 0.0205, 8
		w.Queue = int(math.Round(w.P99.Seconds() * madeRate))
	}
	if others > 0 {
		w.Spent.Others = map[string]float64{map[string]string{"order": "payment", "payment": "fraud", "fraud": "risk"}[name]: others}
	}
	w.Mean = w.Spent.Sum()
	return w
}

func madeVerdict(r bench.Results) bench.Verdict {
	v := bench.Verdict{Winner: "queue",
		Sentence: "Make payment async: while risk works 200 ms longer, answers stay at 14.1 ms instead of 3.01 s, and no order is lost.",
		Price:    "The price: an order accepted in the fault is done up to 2.9 s later, 200 times after its answer."}
	g := newGrid(r)
	for _, f := range g.faults {
		for _, c := range comparisons(r, g, f) {
			a, b := c.Values["sync"], c.Values["queue"]
			if q := over(b.Value, a.Value, c.Lower); len(g.archs) == 2 && q > 0 && !math.IsInf(q, 0) {
				c.Ratio = max(q, 1/q)
				if c.Ratio > evenRatio {
					c.Best = map[bool]string{true: "queue", false: "sync"}[q < 1]
				}
			}
			v.Comparisons = append(v.Comparisons, c)
		}
	}
	return v
}
