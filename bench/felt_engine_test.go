package bench

import (
	"strings"
	"testing"
	"time"
)

// TestEngineFaultsAreFelt: each kind passes by what it would leave in the facts, and by nothing less.
func TestEngineFaultsAreFelt(t *testing.T) {
	probe := func(e Event) []Event { e.Kind = EventProbe; return []Event{e, e, e} }
	told := func(struck, of float64) Event { return Event{Kind: EventStruck, Value: struck, Of: of} }
	died, back := Event{Kind: EventKilled, Place: "risk"}, Event{Kind: EventStarted, Place: "risk"}
	down, up, silent := probe(Event{Refused: true}), probe(Event{Value: 0.001}), probe(Event{Value: 0.3})
	for _, c := range []struct {
		kind   FaultKind
		events []Event
		felt   bool
		saw    string
	}{
		{Stop, append([]Event{died}, down...), true, "3 of 3 probes were refused"},
		{Stop, append([]Event{died}, up...), false, "0 of 3"},
		{Stop, down, false, "did not end"},
		{Restart, []Event{died, back}, true, "started again 1 times"},
		{Restart, []Event{died}, false, "started again 0 times"},
		{Disconnect, silent, true, "none answered"},
		{Disconnect, up, false, ""},
		{Partition, append([]Event{told(9, 9)}, silent...), true, ""},
		{Partition, append([]Event{told(0, 9)}, silent...), false, "no packet of 9"},
		{Partition, append([]Event{told(9, 9)}, up...), false, ""},
		{Loss, []Event{told(95, 1000)}, true, "95 of 1000 packets"},
		{Loss, []Event{told(20, 1000)}, false, ""},
		{Loss, []Event{told(0, 0)}, false, ""},
		{PacketDelay, probe(Event{Value: 0.201}), true, ""},
		{PacketDelay, up, false, ""},
		{Reorder, []Event{told(40, 40)}, true, ""},
		{Reorder, []Event{told(0, 0)}, false, ""},
		{Starve, []Event{told(2.5, 3)}, true, "for 2.50 s of 3.00 s"},
		{Starve, []Event{told(0.1, 3)}, false, ""},
		{Starve, nil, false, ""},
		{MemoryAlarm, down, true, "at 3 of 3 looks, and at 0 of 1 before"},
		{MemoryAlarm, append(down[:2:2], up...), false, ""},
		{DiskAlarm, nil, false, "0 of 0 looks"},
	} {
		f := validFacts(c.kind)
		without(&f, EventProbe)
		f.Trial.Fault = Fault{Name: "x", Kind: c.kind, Place: "risk", Delay: 200 * time.Millisecond, Share: 0.1}
		f.Events = append(f.Events, Event{T: 2 * time.Second, Kind: EventProbe, Value: 0.001})
		for _, e := range c.events {
			e.T, e.Fault = f.Trial.Phases.Fault+time.Second, "x"
			f.Events = append(f.Events, e)
		}
		if got := felt(f)[0]; got.Passed != c.felt || !strings.Contains(got.Saw, c.saw) {
			t.Errorf("%s with %+v: %+v, want %v, %q", c.kind, c.events, got, c.felt, c.saw)
		}
	}
}
