package bench

import (
	"testing"
	"time"
)

// meanwhileOf is a spell of a fault at risk, with one sample of the calm before it and one each of its first two seconds.
func meanwhileOf(f Fault, calm, first, second Sample, events ...Event) spell {
	p := validPhases
	f.Name, f.Place = "x", "risk"
	calm.From, calm.To = p.Baseline, p.Fault
	first.From, first.To = p.Fault+10*time.Millisecond, p.Fault+time.Second
	second.From, second.To = first.To, p.Fault+2*time.Second
	facts := Facts{Trial: TrialHeader{Phases: p, Fault: f}, Samples: []Sample{calm, first, second}, Events: events}
	for i := range facts.Samples {
		facts.Samples[i].Service = "risk"
	}
	return spell{facts: facts, fault: f, from: p.Fault, to: p.Recovery}
}

// works are so many service times of one length.
func works(n int64, each time.Duration) Histogram { return Histogram{bucketOf(each): n} }

// after is an event so long after the fault began.
func after(d time.Duration, kind EventKind, value float64) Event {
	return Event{T: validPhases.Fault + d, Kind: kind, Place: "risk", Value: value}
}

func TestFeltAtItsPlace(t *testing.T) {
	const mb = 1 << 20
	errs := Fault{Kind: Errors, Share: 0.2}
	few := Fault{Kind: FewSlots, Slots: 2}
	leak := Fault{Kind: Leak, Rate: 50 * mb, Limit: 80 * mb}
	cold := Fault{Kind: ColdStart, Factor: 6, Fading: 4 * time.Second}
	slowly := Fault{Kind: SlowConsumer, Delay: 100 * time.Millisecond}
	killed, started := after(0, EventKilled, 0), after(200*time.Millisecond, EventStarted, 0)
	ms20 := Sample{Work: works(50, 20*time.Millisecond)}
	given := func(ok, refused int64) Sample {
		return Sample{Published: map[string]int64{OutcomeOK: ok, OutcomeRefused: refused}}
	}
	taken := func(each time.Duration) Sample { return Sample{Delivery: works(20, each)} }
	probe := func(unbound bool) Event {
		e := after(time.Second, EventProbe, 0)
		e.Refused = unbound
		return e
	}
	for _, c := range []struct {
		name string
		s    spell
		felt bool
	}{
		{"a fifth fails", meanwhileOf(errs, ms20, Sample{Work: works(100, 1), Broken: 18}, Sample{Work: works(100, 1), Broken: 21}), true},
		{"nothing fails", meanwhileOf(errs, ms20, Sample{Work: works(100, 1)}, Sample{Work: works(100, 1)}), false},
		{"a twentieth fails", meanwhileOf(errs, ms20, Sample{Work: works(100, 1), Broken: 5}, Sample{Work: works(100, 1), Broken: 5}), false},
		{"no work, nothing fails", meanwhileOf(errs, ms20, Sample{}, Sample{}), false},

		{"two slots", meanwhileOf(few, Sample{Slots: 8}, Sample{Slots: 2, InFlight: 2}, Sample{Slots: 2}), true},
		{"two slots, then eight", meanwhileOf(few, Sample{Slots: 8}, Sample{Slots: 2}, Sample{Slots: 8}), false},
		{"never seen", meanwhileOf(few, Sample{Slots: 8}, Sample{Down: true}, Sample{Down: true}), false},

		{"grows", meanwhileOf(leak, Sample{Memory: 20 * mb}, Sample{Memory: 68 * mb}, Sample{Memory: 100 * mb}), true},
		{"grows by half", meanwhileOf(leak, Sample{Memory: 20 * mb}, Sample{Memory: 40 * mb}, Sample{Memory: 60 * mb}), false},
		{"was as large before", meanwhileOf(leak, Sample{Memory: 100 * mb}, Sample{Memory: 100 * mb}, Sample{Memory: 100 * mb}), false},

		{"cold", meanwhileOf(cold, ms20, Sample{Work: works(30, 110*time.Millisecond)}, Sample{}, killed, started), true},
		{"warm", meanwhileOf(cold, ms20, ms20, Sample{}, killed, started), false},
		{"never died", meanwhileOf(cold, ms20, Sample{Work: works(30, 110*time.Millisecond)}, Sample{}, started), false},
		{"never came back", meanwhileOf(cold, ms20, Sample{Down: true}, Sample{Down: true}, killed), false},

		{"a loop", meanwhileOf(Fault{Kind: CrashLoop}, ms20, ms20, ms20, killed, after(time.Second, EventKilled, 0)), true},
		{"once is no loop", meanwhileOf(Fault{Kind: CrashLoop}, ms20, ms20, ms20, killed), false},

		{"taken slowly", meanwhileOf(slowly, taken(20*time.Millisecond), taken(125*time.Millisecond), taken(125*time.Millisecond)), true},
		{"taken as ever", meanwhileOf(slowly, taken(20*time.Millisecond), taken(20*time.Millisecond), taken(25*time.Millisecond)), false},
		{"took nothing", meanwhileOf(slowly, taken(20*time.Millisecond), Sample{}, Sample{}), false},

		{"dropped", meanwhileOf(Fault{Kind: DropConsumer}, Sample{}, Sample{}, Sample{}, after(0, EventHit, 1)), true},
		{"nobody was there", meanwhileOf(Fault{Kind: DropConsumer}, Sample{}, Sample{}, Sample{}, after(0, EventHit, 0)), false},

		{"refused", meanwhileOf(Fault{Kind: RefusePublishers}, given(50, 0), given(0, 30), given(0, 20)), true},
		{"a tenth got through", meanwhileOf(Fault{Kind: RefusePublishers}, given(50, 0), given(0, 30), given(5, 20)), false},
		{"nobody published", meanwhileOf(Fault{Kind: RefusePublishers}, given(50, 0), given(0, 0), given(0, 0)), false},

		{"again", meanwhileOf(Fault{Kind: Redeliver}, Sample{}, Sample{Redelivered: 2}, Sample{}, after(0, EventHit, 2)), true},
		{"taken back, and never came", meanwhileOf(Fault{Kind: Redeliver}, Sample{Redelivered: 2}, Sample{}, Sample{}, after(0, EventHit, 2)), false},

		{"unbound", meanwhileOf(Fault{Kind: LoseBinding}, Sample{}, Sample{}, Sample{}, probe(true), probe(true)), true},
		{"bound again", meanwhileOf(Fault{Kind: LoseBinding}, Sample{}, Sample{}, Sample{}, probe(true), probe(false)), false},
		{"not looked at", meanwhileOf(Fault{Kind: LoseBinding}, Sample{}, Sample{}, Sample{}), false},
	} {
		if got := c.s.felt(); got.Passed != c.felt || got.Saw == "" {
			t.Errorf("%s, %s: %+v", c.s.fault.Kind, c.name, got)
		}
	}
}
