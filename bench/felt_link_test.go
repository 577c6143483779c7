package bench

import (
	"strings"
	"testing"
	"time"
)

// TestLinkFaultsAreFelt: each kind passes by what it would leave in the facts, and by nothing less.
func TestLinkFaultsAreFelt(t *testing.T) {
	probe := func(e Event) []Event { e.Kind = EventProbe; return []Event{e, e, e} }
	told := func(struck, of float64) []Event { return []Event{{Kind: EventStruck, Value: struck, Of: of}} }
	quick, slow, never := Event{Value: 0.001}, Event{Value: 0.201}, Event{Value: 0.3}
	for _, c := range []struct {
		fault  Fault
		events []Event
		felt   bool
		saw    string
	}{
		{Fault{Kind: Latency}, probe(slow), true, "rose by 200.0 ms"},
		{Fault{Kind: Latency}, probe(quick), false, ""},
		{Fault{Kind: Latency}, nil, false, "0 probes"},
		{Fault{Kind: Latency, Jitter: 100 * time.Millisecond}, probe(Event{Value: 0.1}), true, ""},
		{Fault{Kind: Latency, Jitter: 100 * time.Millisecond}, probe(Event{Value: 0.05}), false, ""},
		{Fault{Kind: Latency, Jitter: 200 * time.Millisecond}, probe(quick), false, ""},
		{Fault{Kind: Reset}, probe(Event{Reset: true}), true, "3 of 3 probes were reset"},
		{Fault{Kind: Reset}, append(probe(quick), probe(Event{Reset: true})...), false, "3 of 6"},
		{Fault{Kind: Reset}, nil, false, ""},
		{Fault{Kind: Refuse}, probe(Event{Refused: true}), true, "3 of 3 probes were refused"},
		{Fault{Kind: Refuse}, probe(Event{Reset: true}), false, ""},
		{Fault{Kind: Refuse}, nil, false, ""},
		{Fault{Kind: Blackhole}, probe(never), true, "none answered"},
		{Fault{Kind: Blackhole}, probe(Event{Value: 0.3, Reset: true}), false, ""},
		{Fault{Kind: HalfOpen}, append(probe(never), quick), true, ""}, // the last is no probe
		{Fault{Kind: HalfOpen}, append(probe(never), probe(quick)...), false, "some were answered"},
		{Fault{Kind: Bandwidth, Rate: 1000}, told(3, 400), true, "3 of 400 reads"},
		{Fault{Kind: Bandwidth, Rate: 1000}, told(0, 400), false, "give a lower rate"},
		{Fault{Kind: SlowStart}, told(5, 5), true, ""},
		{Fault{Kind: SlowStart}, told(0, 0), false, "where connections are kept"},
		{Fault{Kind: Respond, Share: 0.1}, told(52, 500), true, "50 ± 27 were asked for"},
		{Fault{Kind: Respond, Share: 0.1}, told(90, 500), false, ""},
		{Fault{Kind: Respond, Share: 0.1}, told(0, 500), false, ""},
		{Fault{Kind: Hold, Share: 1}, told(500, 500), true, ""},
		{Fault{Kind: Hold, Share: 1}, told(480, 500), false, ""},
		{Fault{Kind: Truncate, Share: 0.1}, told(0, 0), false, ""},
		{Fault{Kind: Truncate, Share: 0.1}, nil, false, "0 of 0 requests"},
		{Fault{Kind: FailFirst}, told(500, 500), true, "500 of 500 requests were struck"},
		{Fault{Kind: FailFirst}, told(0, 500), false, ""},
	} {
		f := validFacts(c.fault.Kind)
		without(&f, EventProbe)
		c.fault.Name, c.fault.Place, c.fault.Delay = "x", "fraud->risk", 200*time.Millisecond
		f.Trial.Fault = c.fault
		f.Events = append(f.Events, Event{T: 2 * time.Second, Kind: EventProbe, Value: 0.001})
		for _, e := range c.events {
			e.T, e.Fault = f.Trial.Phases.Fault+time.Second, "x"
			f.Events = append(f.Events, e)
		}
		if got := felt(f)[0]; got.Passed != c.felt || !strings.Contains(got.Saw, c.saw) {
			t.Errorf("%+v with %+v: %+v, want %v, %q", c.fault, c.events, got, c.felt, c.saw)
		}
	}
}
