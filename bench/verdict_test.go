package bench

import (
	"strings"
	"testing"
	"time"
)

// trialOf is a valid trial whose answers and completions have one p99 each.
func trialOf(architecture, fault string, ack, done time.Duration) Summary {
	return Summary{
		Trial:   TrialHeader{Architecture: Architecture{Name: architecture}, Fault: Fault{Name: fault}},
		Windows: Windows{Fault: Window{Ack: Quantiles{P99: ack}, Done: Quantiles{P99: done}, Goodput: 100}},
		Audit:   Audit{Classes: map[Class]int{}},
	}
}

// failing makes a share of a trial's answers failures.
func failing(share float64, s Summary) Summary {
	s.Windows.Fault.Errors = share
	return s
}

// runOf is a run of sync and queue under a control and a slow risk.
func runOf(trials ...Summary) Results {
	return Results{Trials: trials, Run: RunHeader{Plan: Plan{
		Architectures: []Architecture{{Name: "sync", Links: []Link{{From: Client, To: "order", Transport: Wait}}},
			{Name: "queue", Links: []Link{{From: Client, To: "order", Transport: Poll}}}},
		Faults:  []Fault{{Name: Control}, {Name: "slow-risk", Kind: Slow, About: "risk takes 200 ms longer"}},
		Windows: PlanWindows{Fault: 4400 * time.Millisecond},
	}}}
}

func TestVerdict(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	headline := func() []Summary {
		return []Summary{trialOf("sync", Control, 60*ms, 60*ms), trialOf("queue", Control, 20*ms, 90*ms),
			trialOf("sync", "slow-risk", 3*s, 3*s), trialOf("queue", "slow-risk", 20*ms, 3100*ms)}
	}
	with := func(i int, change func(*Summary)) []Summary {
		list := headline()
		change(&list[i])
		return list
	}
	const sentence = "When for 4.40 s risk takes 200 ms longer, sync answers in 3.00 s at p99, queue in 20.0 ms; queue's orders are done by 3.10 s (sync: 3.00 s)."
	for _, c := range []struct {
		name, winner string
		trials       []Summary
		sentence     string // how it begins
	}{
		{"clearly apart", "queue", headline(), sentence},
		{"2.9 times apart is no difference", "", []Summary{trialOf("sync", "slow-risk", 290*ms, s), trialOf("queue", "slow-risk", 100*ms, s)}, "No difference: "},
		{"3.1 times apart is one", "queue", []Summary{trialOf("sync", "slow-risk", 310*ms, s), trialOf("queue", "slow-risk", 100*ms, s)}, "When for 4.40 s"},
		{"completions alone make no winner", "", []Summary{trialOf("sync", "slow-risk", s, s), trialOf("queue", "slow-risk", s, 100*s)}, "No difference: "},
		{"never is infinitely apart", "queue", []Summary{trialOf("sync", "slow-risk", Never, Never), trialOf("queue", "slow-risk", 20*ms, Never)},
			"When for 4.40 s risk takes 200 ms longer, more than 1 % of the answers of sync never come, queue answers in 20.0 ms at p99; more than 1 % of queue's orders are never done (sync: never)."},
		{"quick failures are no better than slow answers", "queue", []Summary{failing(0.5, trialOf("sync", "slow-risk", ms, s)), trialOf("queue", "slow-risk", s, s)},
			"When for 4.40 s risk takes 200 ms longer, 50.0 % of the answers of sync fail, none of queue, which answers in 1.00 s at p99; queue's orders are done by 1.00 s (sync: 1.00 s)."},
		{"a few failures decide nothing", "sync", []Summary{failing(0.04, trialOf("sync", "slow-risk", ms, s)), trialOf("queue", "slow-risk", s, s)}, "When "},
		{"several trials tell their range", "queue", []Summary{trialOf("sync", "slow-risk", 4*s, s), trialOf("queue", "slow-risk", s, s), trialOf("sync", "slow-risk", 6*s, s)},
			"When for 4.40 s risk takes 200 ms longer, sync answers in 5.00 s (4.00 s to 6.00 s in 2 trials) at p99, queue in 1.00 s;"},
		{"ranges that overlap are no difference", "", []Summary{trialOf("sync", "slow-risk", 4*s, s), trialOf("queue", "slow-risk", s, s),
			trialOf("sync", "slow-risk", 20*s, s), trialOf("queue", "slow-risk", 5*s, s)}, "No difference: "},
		{"both never is no difference", "", []Summary{trialOf("sync", "slow-risk", Never, Never), trialOf("queue", "slow-risk", Never, Never)}, "No difference: "},
		{"a fault says more than the control", "queue", []Summary{trialOf("sync", Control, 100*s, s), trialOf("queue", Control, ms, s),
			trialOf("sync", "slow-risk", 4*s, s), trialOf("queue", "slow-risk", s, s)}, "When for 4.40 s"},
		{"the control alone", "queue", []Summary{trialOf("sync", Control, 4*s, s), trialOf("queue", Control, s, s)}, "When nothing is broken, sync answers in 4.00 s"},
		{"one architecture", "", []Summary{trialOf("sync", "slow-risk", s, s)}, "No difference: "},
		{"invalid has no winner", "", with(1, func(s *Summary) { s.Invalid = []string{"load was enough: 3 orders"} }),
			"INVALID: 1 of 4 trials tested nothing. The first, queue under control: load was enough: 3 orders."},
		{"invalid comes before violations", "", with(1, func(s *Summary) { s.Invalid, s.Audit.Classes = []string{"x"}, map[Class]int{Lost: 9} }), "INVALID: "},
		{"interrupted concludes nothing", "", with(3, func(s *Summary) { s.Interrupted, s.Invalid = true, []string{"cut off"} }), "Interrupted: "},
		{"violations come first", "", with(2, func(s *Summary) { s.Audit.Classes[Zombie], s.Audit.Classes[Lost] = 2, 7 }),
			"Promises were broken: 2 zombie in sync under slow-risk, 7 lost in sync under slow-risk."},
		{"parked and unfinished break nothing", "queue", with(2, func(s *Summary) { s.Audit.Classes[Parked], s.Audit.Classes[Unfinished] = 2, 7 }), sentence},
		{"no trial", "", nil, "No trial was run."},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := verdict(runOf(c.trials...))
			if v.Winner != c.winner || !strings.HasPrefix(v.Sentence, c.sentence) {
				t.Errorf("winner %q: %s", v.Winner, v.Sentence)
			}
			if v.Winner == "" && v.Price != "" {
				t.Errorf("without a winner there is no price: %s", v.Price)
			}
		})
	}
}

func TestVerdictIsTheSameEveryTime(t *testing.T) {
	r := runOf(trialOf("sync", "slow-risk", Never, Never), trialOf("queue", "slow-risk", time.Millisecond, time.Second),
		trialOf("saga", "slow-risk", Never, time.Second), trialOf("stream", "slow-risk", time.Millisecond, time.Second))
	r.Run.Plan.Architectures = append(r.Run.Plan.Architectures, Architecture{Name: "saga"}, Architecture{Name: "stream"})
	first := verdict(r)
	for range 50 {
		if v := verdict(r); v.Sentence != first.Sentence || v.Winner != first.Winner || v.Price != first.Price {
			t.Fatalf("the same facts say\n%s\n%s", first.Sentence, v.Sentence)
		}
	}
	if first.Winner != "queue" || !strings.Contains(first.Sentence, "answers of saga never come, queue answers in 1.00 ms at p99, stream answers in 1.00 ms at p99;") {
		t.Error(first.Sentence)
	}
}

// TestVerdictNamesAllThatAreNearTheBest: which of them is a little quicker is chance, so the first of the plan is the winner,
// unless another is far quicker.
func TestVerdictNamesAllThatAreNearTheBest(t *testing.T) {
	const ms = time.Millisecond
	for hybrid, want := range map[time.Duration]string{
		15 * ms:   "sync answers in 3.00 s at p99, queue in 40.0 ms, hybrid in 15.0 ms; queue's orders",
		110 * ms:  "sync answers in 3.00 s at p99, queue in 40.0 ms, hybrid in 110 ms; queue's orders",
		300 * ms:  "sync answers in 3.00 s at p99, queue in 40.0 ms, hybrid in 300 ms; queue's orders",
		350 * ms:  "sync answers in 3.00 s at p99, queue in 40.0 ms; queue's orders", // nearer to sync: 8.6 times, not 8.8 times as long
		12 * ms:   "sync answers in 3.00 s at p99, queue in 40.0 ms, hybrid in 12.0 ms; hybrid's orders",
		2900 * ms: "sync answers in 3.00 s at p99, queue in 40.0 ms; queue's orders",
	} {
		r := runOf(trialOf("sync", "slow-risk", 3*time.Second, time.Second), trialOf("queue", "slow-risk", 40*ms, time.Second),
			trialOf("hybrid", "slow-risk", hybrid, time.Second))
		r.Run.Plan.Architectures = append(r.Run.Plan.Architectures, Architecture{Name: "hybrid"})
		if v := verdict(r); !strings.Contains(v.Sentence, want) {
			t.Errorf("hybrid in %v: %s", hybrid, v.Sentence)
		}
	}
}

func TestPrice(t *testing.T) {
	r := runOf(trialOf("sync", Control, 60*time.Millisecond, 60*time.Millisecond), trialOf("queue", Control, 20*time.Millisecond, 90*time.Millisecond),
		trialOf("sync", "slow-risk", 3*time.Second, 3*time.Second), trialOf("queue", "slow-risk", 20*time.Millisecond, 3120*time.Millisecond))
	r.Trials[3].Trial.Broker = "nats 2.15"
	want := "The price: in queue an answer is a promise, not an outcome: the order is done 3.10 s later at p99 under this fault; " +
		"without a fault it is done by 90.0 ms at p99 (sync: 60.0 ms); and a broker must run (nats 2.15)."
	if got := verdict(r).Price; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	r.Trials[2].Windows.Fault.Ack.P99 = time.Millisecond // now sync is better: its answer is the outcome
	if v := verdict(r); v.Winner != "sync" || v.Price != "" {
		t.Errorf("%q: %s", v.Winner, v.Price)
	}
}

func TestMiddle(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		want   Compare
	}{
		{"none", nil, Compare{Invalid: 2}},
		{"one", []float64{3}, Compare{Value: 3, Low: 3, High: 3, N: 1, Invalid: 2}},
		{"odd", []float64{9, 1, 3}, Compare{Value: 3, Low: 1, High: 9, N: 3, Invalid: 2}},
		{"even", []float64{4, 1, 3, 2}, Compare{Value: 2.5, Low: 1, High: 4, N: 4, Invalid: 2}},
		{"one of three is infinite", []float64{InfiniteBin, 1, 3}, Compare{Value: 3, Low: 1, High: InfiniteBin, N: 3, Invalid: 2}},
		{"two of three", []float64{InfiniteBin, 1, InfiniteBin}, Compare{Value: InfiniteBin, Low: 1, High: InfiniteBin, N: 3, Invalid: 2, Infinite: true}},
		{"half is infinite", []float64{InfiniteBin, 1}, Compare{Value: InfiniteBin, Low: 1, High: InfiniteBin, N: 2, Invalid: 2, Infinite: true}},
		{"equal", []float64{2, 2, 2, 2}, Compare{Value: 2, Low: 2, High: 2, N: 4, Invalid: 2}},
	} {
		if got := middle(c.values, 2); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestRank(t *testing.T) {
	value := func(v float64) Compare { return middle([]float64{v}, 0) }
	for _, c := range []struct {
		name  string
		c     Comparison
		ratio float64
		best  string
	}{
		{"lower is better", Comparison{Lower: true, Unit: "s", Values: map[string]Compare{"a": value(1), "b": value(4)}}, 4, "a"},
		{"higher is better", Comparison{Unit: "/s", Values: map[string]Compare{"a": value(1), "b": value(4)}}, 4, "b"},
		{"exactly three times", Comparison{Lower: true, Unit: "s", Values: map[string]Compare{"a": value(1), "b": value(3)}}, 3, ""},
		{"infinite", Comparison{Lower: true, Unit: "s", Values: map[string]Compare{"a": value(InfiniteBin), "b": value(4)}}, 0, "b"},
		{"both infinite", Comparison{Lower: true, Unit: "s", Values: map[string]Compare{"a": value(InfiniteBin), "b": value(InfiniteBin)}}, 0, ""},
		{"equal", Comparison{Lower: true, Unit: "s", Values: map[string]Compare{"a": value(2), "b": value(2)}}, 0, ""},
		{"against zero", Comparison{Lower: true, Unit: "share", Values: map[string]Compare{"a": value(0), "b": value(1)}}, 0, "a"},
		{"shares too close", Comparison{Lower: true, Unit: "share", Values: map[string]Compare{"a": value(0.01), "b": value(0.05)}}, 5, ""},
		{"four trials each, apart", Comparison{Lower: true, Unit: "s", Values: map[string]Compare{"a": middle([]float64{1, 1, 1, 1}, 0), "b": middle([]float64{2, 2, 2, 2}, 0)}}, 2, "a"},
		{"orders have no ratio", Comparison{Lower: true, Unit: "orders", Values: map[string]Compare{"a": value(1), "b": value(100)}}, 0, ""},
		{"beside an invalid one", Comparison{Lower: true, Unit: "s", Values: map[string]Compare{"a": value(1), "b": middle(nil, 1)}}, 0, ""},
		{"alone", Comparison{Lower: true, Unit: "s", Values: map[string]Compare{"a": value(1)}}, 0, ""},
		{"nobody", Comparison{Lower: true, Unit: "s"}, 0, ""},
	} {
		if c.c.rank(); c.c.Ratio != c.ratio || c.c.Best != c.best {
			t.Errorf("%s: %q at a ratio of %g, want %q at %g", c.name, c.c.Best, c.c.Ratio, c.best, c.ratio)
		}
	}
}

func TestRecoverySeconds(t *testing.T) {
	for _, c := range []struct {
		ack, done time.Duration
		want      float64
	}{{time.Second, 2 * time.Second, 2}, {3 * time.Second, 0, 3}, {Never, time.Second, InfiniteBin}, {0, Never, InfiniteBin}, {Never, Never, InfiniteBin}} {
		if got := recoverySeconds(Summary{Recovery: Recovery{Ack: c.ack, Done: c.done}}); got != c.want {
			t.Errorf("answers %v, completions %v: %g s", c.ack, c.done, got)
		}
	}
}

func TestComparisonsLeaveInvalidTrialsOut(t *testing.T) {
	r := runOf(trialOf("sync", "slow-risk", time.Second, time.Second), trialOf("sync", "slow-risk", time.Hour, time.Hour), trialOf("queue", "slow-risk", time.Second, time.Second))
	r.Trials[1].Invalid = []string{"x"}
	for _, c := range comparisons(r) {
		if v := c.Values["sync"]; v.N != 1 || v.Invalid != 1 || c.Measure == "p99 answer" && v.Value != 1 {
			t.Errorf("%s: %+v", c.Measure, v)
		}
		if c.Fault == Control {
			t.Errorf("%s under a control that was not run", c.Measure)
		}
	}
}
