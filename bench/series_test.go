package bench

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

func someSeries() Series {
	f := Facts{Trial: TrialHeader{Phases: Phases{Drain: 4 * time.Second}}}
	f.Orders = append(f.Orders, quick.times(100, 0, time.Second)...) // then a second without orders
	f.Orders = append(f.Orders, stuck.times(50, 2*time.Second, 3*time.Second)...)
	f.Orders = append(f.Orders, broken.times(50, 3*time.Second, 3600*time.Millisecond)...)
	f.Orders = append(f.Orders, unsent.at(3700*time.Millisecond))
	f.Samples = []Sample{
		{From: 0, To: time.Second, Service: "risk", Requests: map[string]int64{OutcomeOK: 3, OutcomeShed: 1}},
		{From: 2 * time.Second, To: 3 * time.Second, Service: "risk", Requests: map[string]int64{OutcomeFailed: 2}},
		{From: time.Hour, To: time.Hour, Service: "risk", Requests: map[string]int64{OutcomeFailed: 2}},
	}
	return series(f, time.Second, map[string]time.Duration{"risk": time.Second})
}

func TestSeries(t *testing.T) {
	s := someSeries()
	bin := func(at time.Duration) int { return int(at / s.Bin) }
	for _, c := range []struct {
		name string
		got  float64
		want float64
	}{
		{"answers", s.AckP99[0], 0.01}, {"completions", s.DoneP99[0], 0.02}, {"offered", s.Offered[0], 100}, {"completed", s.Completed[1], 100},
		{"a bin without orders, answers", s.AckP99[bin(1400*time.Millisecond)], EmptyBin},
		{"a bin without orders, completions", s.DoneP99[bin(1400*time.Millisecond)], EmptyBin},
		{"a bin without orders, errors", s.Errors[bin(1400*time.Millisecond)], EmptyBin},
		{"a bin without orders, offered", s.Offered[bin(1400*time.Millisecond)], 0},
		{"never done", s.DoneP99[bin(2*time.Second)], InfiniteBin}, {"never done, answers", s.AckP99[bin(2*time.Second)], 0.01},
		{"never done, errors", s.Errors[bin(2*time.Second)], 0},
		{"never done stays open", s.Backlog[len(s.Backlog)-1], 50},
		{"all are answered", s.InFlight[len(s.InFlight)-1], 0},
		{"failed", s.Errors[bin(3*time.Second)], 1},
		{"unsent is offered and not judged", s.Errors[bin(3700*time.Millisecond)], EmptyBin},
		{"risk", s.Bad["risk"][0], 0.25}, {"risk unasked", s.Bad["risk"][1], EmptyBin}, {"risk down", s.Bad["risk"][2], 1},
		{"the edge", s.Bad[Client][0], 0}, {"the edge unasked", s.Bad[Client][1], EmptyBin}, {"the edge failing", s.Bad[Client][3], 1},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s: %g, want %g", c.name, c.got, c.want)
		}
	}
}

// lines are all lines of a plot, by name.
func (s Series) lines() map[string][]float64 {
	return map[string][]float64{"answers": s.AckP99, "done": s.DoneP99, "offered": s.Offered, "completed": s.Completed,
		"errors": s.Errors, "backlog": s.Backlog, "in flight": s.InFlight}
}

func TestSeriesCanBePlotted(t *testing.T) {
	hour := Facts{Trial: TrialHeader{Phases: Phases{Drain: time.Hour}}, Orders: timedOut.times(1000, 0, time.Hour)}
	for name, s := range map[string]Series{"some": someSeries(), "nothing": series(Facts{}, 0, nil), "an hour": series(hour, time.Second, nil)} {
		if _, err := json.Marshal(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for line, values := range s.lines() {
			if len(values) == 0 || len(values) > maxBins || len(values) != len(s.AckP99) {
				t.Errorf("%s, %s: %d bins", name, line, len(values))
			}
			for i, v := range values {
				if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 && v != EmptyBin && v != InfiniteBin {
					t.Errorf("%s, %s, bin %d: %g", name, line, i, v)
				}
			}
		}
	}
}

// TestSeriesAddUp checks that no order falls between two bins.
func TestSeriesAddUp(t *testing.T) {
	for _, span := range []time.Duration{time.Second, 119 * time.Second, 120 * time.Second, 121 * time.Second, time.Hour} {
		s := series(Facts{Trial: TrialHeader{Phases: Phases{Drain: span}}, Orders: quick.times(997, 0, span)}, time.Second, nil)
		offered, completed := 0.0, 0.0
		for i := range s.Offered {
			offered, completed = offered+s.Offered[i]*s.Bin.Seconds(), completed+s.Completed[i]*s.Bin.Seconds()
		}
		if math.Abs(offered-997) > 1e-6 || math.Abs(completed-997) > 1e-6 {
			t.Errorf("%v: %g offered, %g completed of 997", span, offered, completed)
		}
	}
}
