package bench

import (
	"math"
	"reflect"
	"testing"
	"time"
)

// bucketOf is the bucket of a wait.
func bucketOf(wait time.Duration) int {
	for i := range fill([]time.Duration{wait}) {
		return i
	}
	return -1
}

func TestPropagated(t *testing.T) {
	for _, c := range []struct{ fault, control, want float64 }{
		{0, 0, 0}, {1, 0, 1}, {0.5, 0, 0.5}, {0.5, 0.5, 0}, {0.75, 0.5, 0.5}, {0.1, 0.3, 0}, {1, 1, 0}, {0.2, 1, 0}, {1, 0.9, 1},
	} {
		if got := propagated(c.fault, c.control); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("bad %g against %g: %g, want %g", c.fault, c.control, got, c.want)
		}
	}
}

func TestBadCalls(t *testing.T) {
	slow, fast := bucketOf(time.Second), bucketOf(time.Millisecond)
	for _, c := range []struct {
		name         string
		sample       Sample
		calls, wrong int64
	}{
		{"none", Sample{}, 0, 0},
		{"fast and well", Sample{Requests: map[string]int64{OutcomeOK: 9}, Latency: Histogram{fast: 9}}, 9, 0},
		{"declined is an answer", Sample{Requests: map[string]int64{OutcomeOK: 5, OutcomeDeclined: 4}, Latency: Histogram{fast: 9}}, 9, 0},
		{"late", Sample{Requests: map[string]int64{OutcomeOK: 9}, Latency: Histogram{fast: 6, slow: 3}}, 9, 3},
		{"failed, shed, timed out", Sample{Requests: map[string]int64{OutcomeOK: 6, OutcomeFailed: 1, OutcomeShed: 1, OutcomeLate: 1}, Latency: Histogram{fast: 9}}, 9, 3},
		{"failed and late is at most all", Sample{Requests: map[string]int64{OutcomeFailed: 3}, Latency: Histogram{slow: 3}}, 3, 3},
	} {
		if calls, wrong := c.sample.bad(50 * time.Millisecond); calls != c.calls || wrong != c.wrong {
			t.Errorf("%s: %d of %d, want %d of %d", c.name, wrong, calls, c.wrong, c.calls)
		}
	}
}

func TestServiceWindowAddsUp(t *testing.T) {
	fast, slow := bucketOf(10*time.Millisecond), bucketOf(time.Second)
	w := serviceWindow([]*Sample{
		{Requests: map[string]int64{OutcomeOK: 60}, Latency: Histogram{fast: 60}, Sum: 6, Spent: Spent{Work: 1.2, Slot: 0.6, Others: map[string]float64{"risk": 4.2}}, Queue: 2, InFlight: 8},
		{Requests: map[string]int64{OutcomeOK: 30, OutcomeFailed: 10}, Latency: Histogram{fast: 30, slow: 10}, Sum: 13, Continued: 1,
			Spent: Spent{Work: 0.8, Slot: 5.3, Store: 0.1, Others: map[string]float64{"risk": 7, SpentReply: 0.8}}, Queue: 40, InFlight: 3},
		{Down: true},
	}, 100*time.Millisecond)
	want := ServiceWindow{Calls: 100, Bad: 0.2, P50: bound(fast), P99: bound(slow), Queue: 40, InFlight: 8, Mean: 0.2, Down: true,
		Spent: Spent{Work: 0.02, Slot: 0.059, Store: 0.001, Others: map[string]float64{"risk": 0.112, SpentReply: 0.008}}}
	if math.Abs(w.Spent.Sum()-w.Mean) > 1e-12 || math.Abs(w.Spent.Slot-want.Spent.Slot) > 1e-12 {
		t.Errorf("%+v is not the %g s of a call", w.Spent, w.Mean)
	}
	w.Spent = want.Spent
	if !reflect.DeepEqual(w, want) {
		t.Errorf("\n got %+v\nwant %+v", w, want)
	}
}

func TestServiceWithoutCallsIsStarved(t *testing.T) {
	for name, samples := range map[string][]*Sample{"not scraped": nil, "idle": {{Queue: 3}}, "down": {{Down: true}}} {
		w := serviceWindow(samples, time.Second)
		if !w.Starved || w.Bad != 0 || w.Down != (name == "down") || math.IsNaN(w.Mean) {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

func TestCallSLOs(t *testing.T) {
	p := Phases{Baseline: time.Second, Fault: 2 * time.Second, Recovery: 3 * time.Second, Drain: 4 * time.Second}
	a := Architecture{Links: []Link{{From: Client, To: "order"}, {From: "order", To: "risk"}}}
	sample := func(service string, at, wait time.Duration) Sample {
		return Sample{From: at, To: at + time.Second, Service: service, Latency: Histogram{bucketOf(wait): 10}}
	}
	f := Facts{Trial: TrialHeader{Phases: p, Architecture: a}, Samples: []Sample{
		sample("order", time.Second, 5*time.Millisecond), sample("risk", time.Second, 100*time.Millisecond),
		sample("risk", 0, time.Minute), sample("risk", 2*time.Second, time.Minute)}}
	control := Facts{Trial: f.Trial, Samples: []Sample{sample("order", time.Second, 20*time.Millisecond), sample("order", 2*time.Second, 20*time.Millisecond)}}
	within := func(what string, got, want time.Duration) {
		t.Helper()
		if got < want || got > want*106/100 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	own := callSLOs(nil, f)
	within("order, never below 50 ms", own["order"], 50*time.Millisecond)
	within("risk, five medians of its baseline alone", own["risk"], 500*time.Millisecond)
	given := callSLOs(&control, f)
	within("order, five medians of the control", given["order"], 100*time.Millisecond)
	within("risk, not called in the control", given["risk"], 50*time.Millisecond)
}

func TestPropagationHasTheEdgeFirst(t *testing.T) {
	p := Phases{Baseline: time.Second, Fault: 2 * time.Second, Recovery: 3 * time.Second, Drain: 4 * time.Second}
	a := Architecture{Links: []Link{{From: Client, To: "order"}, {From: "order", To: "risk"}}}
	f := Facts{Trial: TrialHeader{Phases: p, Architecture: a}, Orders: append(quick.times(100, time.Second, 2*time.Second), broken.times(100, 2*time.Second, 3*time.Second)...),
		Harness: []HarnessSample{{T: 2500 * time.Millisecond, InFlight: 77}},
		Samples: []Sample{{From: 2 * time.Second, To: 3 * time.Second, Service: "order", Requests: map[string]int64{OutcomeOK: 50, OutcomeShed: 50}}}}
	ref := baselineOf(f)
	ref.slos = map[string]time.Duration{"order": time.Second}
	rows := propagation(f, windows(f, Defaults().SLO), ref, Defaults().SLO)
	if len(rows) != 3 || rows[0].Service != Client || rows[1].Service != "order" || rows[2].Service != "risk" {
		t.Fatalf("rows of %+v", rows)
	}
	if r := rows[0]; r.Propagation != 1 || r.Fault.Calls != 100 || r.Fault.InFlight != 77 || r.Baseline.Bad != 0 || !r.Recovery.Starved {
		t.Errorf("the edge: %+v", r)
	}
	if rows[1].Propagation != 0.5 || rows[1].SLO != time.Second || !rows[2].Fault.Starved || rows[2].Propagation != 0 {
		t.Errorf("the services: %+v", rows[1:])
	}
}

func TestBadCountsACallOnce(t *testing.T) {
	for _, c := range []struct {
		name     string
		requests map[string]int64
		slow     int // of the latencies, above the limit
		want     int64
	}{
		{"timed out, and slow by that", map[string]int64{OutcomeOK: 6, OutcomeLate: 4}, 4, 4},
		{"timed out before the limit", map[string]int64{OutcomeOK: 6, OutcomeLate: 4}, 0, 4},
		{"slow answers beside those that timed out", map[string]int64{OutcomeOK: 6, OutcomeLate: 4}, 7, 7},
		{"quick failures", map[string]int64{OutcomeOK: 5, OutcomeFailed: 3, OutcomeShed: 2}, 0, 5},
		{"never more than there were", map[string]int64{OutcomeFailed: 3}, 3, 3},
	} {
		waits := make([]time.Duration, 0, c.slow)
		for range c.slow {
			waits = append(waits, time.Second)
		}
		if _, got := (&Sample{Requests: c.requests, Latency: fill(waits)}).bad(100 * time.Millisecond); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
