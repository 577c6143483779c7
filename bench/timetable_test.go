package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const second = time.Second

func TestTimetable(t *testing.T) {
	p := Phases{Fault: 10 * second, Recovery: 16 * second}
	slow := Fault{Name: "slow", Kind: Slow, Place: "risk"}
	during := func(f Fault, w When) Fault { f.When = w; return f }
	for _, c := range []struct {
		name  string
		fault Fault
		want  string // name from-to, in seconds
	}{
		{"the control breaks nothing", Fault{}, ""},
		{"the whole window", slow, "slow 10-16"},
		{"later", during(slow, When{At: second}), "slow 11-16"},
		{"for a while", during(slow, When{At: second, For: 2 * second}), "slow 11-13"},
		{"again and again, the last turn cut off", during(slow, When{For: 2 * second, Every: 5 * second}), "slow 10-12, slow 15-16"},
		{"several, in the order of time", Fault{Kind: Several, Steps: []Fault{
			during(slow, When{At: 3 * second}), {Name: "down", Kind: Kill, Place: "payment", When: When{At: second, For: second, Every: 3 * second}},
		}}, "down 11-12, slow 13-16, down 14-15"},
	} {
		var got []string
		for _, turn := range c.fault.timetable(p) {
			got = append(got, fmt.Sprintf("%s %g-%g", turn.fault.Name, turn.from.Seconds(), turn.to.Seconds()))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

func TestLevels(t *testing.T) {
	if got := (When{}).levels(); !slices.Equal(got, []float64{1}) {
		t.Errorf("no ramp: %v", got)
	}
	if got := (When{Ramp: 400 * time.Millisecond}).levels(); !slices.Equal(got, []float64{0.25, 0.5, 0.75, 1}) {
		t.Errorf("400 ms: %v", got)
	}
	if got := (Fault{Delay: 200 * time.Millisecond}).at(0.5).Delay; got != 100*time.Millisecond {
		t.Errorf("half of 200 ms is %v", got)
	}
}

func TestCheckWhen(t *testing.T) {
	const window = 4 * second
	single := func(kind FaultKind, w When) Fault { return Fault{Name: "x", Kind: kind, Place: "risk", When: w} }
	named := func(name string, kind FaultKind, place string, w When) Fault {
		return Fault{Name: name, Kind: kind, Place: place, When: w}
	}
	several := func(steps ...Fault) Fault { return Fault{Name: "x", Kind: Several, Steps: steps} }
	for _, c := range []struct {
		fault Fault
		want  string // part of the only problem, "" if there is none
	}{
		{single(Slow, When{}), ""},
		{single(Slow, When{At: second, For: 3 * second, Ramp: second}), ""},
		{single(Kill, When{For: second, Every: 2 * second}), ""},
		{Fault{Name: "x", Kind: Latency, Delay: 800 * time.Millisecond, When: When{For: 2100 * time.Millisecond}}, ""},
		{Fault{Name: "x", Kind: Latency, Delay: 800 * time.Millisecond, When: When{For: 2 * second}}, "for, or windows.fault, at least 2.1s"},
		{single(Slow, When{At: 4 * second}), "outside of the fault window"},
		{single(Slow, When{At: -second}), "outside of the fault window"},
		{single(Slow, When{For: 100 * time.Millisecond}), "too short"},
		{single(Slow, When{At: 2 * second, For: 3 * second}), "it would end 5s after"},
		{single(Slow, When{Every: second}), "give for"},
		{single(Slow, When{For: second, Every: second}), "every 1s leaves less"},
		{single(Slow, When{For: second, Ramp: second}), "ramp 1s"},
		{single(Kill, When{Ramp: second}), "no strength"},
		{Fault{Name: "x", Kind: Slow, Steps: []Fault{{}}}, "only kind several has steps"},
		{several(), "no steps"},
		{Fault{Name: "x", Kind: Several, When: When{At: second}, Steps: []Fault{named("a", Slow, "risk", When{})}}, "no times of their own"},
		{several(named("a", Several, "", When{})), "a step is a single fault"},
		{several(named("a", Slow, "risk", When{At: 9 * second})), "outside of the fault window"},
		{several(named("a", Slow, "risk", When{}), named("a", Kill, "payment", When{})), "two steps are named a"},
		{several(named("a", Slow, "risk", When{}), named("b", Slow, "risk", When{At: second})), "a and b overlap at risk, from 1s"},
		{several(named("a", Slow, "risk", When{}), named("b", Kill, "risk", When{At: second})), "overlap at risk"},
		{several(named("a", Slow, "risk", When{For: second}), named("b", Kill, "risk", When{At: second})), ""},
		{several(named("a", Slow, "risk", When{}), named("b", Latency, "fraud->risk", When{})), ""},
	} {
		problems := c.fault.checkWhen(window)
		err := errors.Join(problems...)
		if (err == nil) != (c.want == "") || len(problems) > 1 || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.fault, err, c.want)
		}
	}
}
