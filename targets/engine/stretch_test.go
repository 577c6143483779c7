package engine

import (
	"context"
	"math"
	"testing"
	"time"

	"faultline/bench"
	"faultline/targets/flow"
)

// told are the sums that a service's metrics tell: of whole stretches by metric, and of their parts by what they went on.
func told(t *testing.T, e *Engine) (whole, parts map[string]float64) {
	t.Helper()
	families, err := e.Metrics.Registry.Gather()
	must(t, err)
	whole, parts = map[string]float64{}, map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			switch f.GetName() {
			case bench.MetricLatency:
				whole["request"] += m.GetHistogram().GetSampleSum()
			case bench.MetricContinued:
				whole["continuation"] += m.GetSummary().GetSampleSum()
			case bench.MetricSpent:
				name := ""
				for _, l := range m.Label {
					if l.GetName() != "service" && l.GetValue() != "" {
						name = l.GetValue() + " " + name
					}
				}
				parts[name] += m.GetCounter().GetValue()
			}
		}
	}
	return whole, parts
}

// TestStretch: the parts of a request, each measured by itself, are its time.
func TestStretch(t *testing.T) {
	const work, wait, call = 20 * time.Millisecond, 30 * time.Millisecond, 40 * time.Millisecond
	e := newEngine(t, payment)
	e.Slots = NewSlots(1, 4)
	e.Settings.Work = work
	e.Asks["fraud"] = func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		time.Sleep(call)
		return answers("fraud", flow.Done)(ctx, r)
	}
	held := take(t, e.Slots)
	time.AfterFunc(wait, held.Release)
	_, err := e.Handle(t.Context(), request("a"))
	must(t, err)
	whole, parts := told(t, e)
	sum := 0.0
	for _, seconds := range parts {
		sum += seconds
	}
	if off := math.Abs(whole["request"]-sum) / whole["request"]; off > 0.02 {
		t.Errorf("a request of %.4f s is told as %.4f s: %v", whole["request"], sum, parts)
	}
	for name, want := range map[string]time.Duration{"slot ": wait, "work ": work, "others fraud ": call} {
		if got := parts[name]; got < want.Seconds()*0.9 {
			t.Errorf("%s: %.4f s, want %v and more", name, got, want)
		}
	}
	if parts["store "] == 0 || whole["continuation"] != 0 {
		t.Errorf("%v, %v: it was committed, and is no continuation", parts, whole)
	}
}

// TestContinuationIsAStretch: the reply that comes later begins one of its own.
func TestContinuationIsAStretch(t *testing.T) {
	e := newEngine(t, payment)
	e.Settings.Work = 20 * time.Millisecond
	e.Asks["fraud"], e.Async["fraud"] = later, true
	e.Reply = func(context.Context, string, flow.Request, flow.Reply) error { return nil }
	r := request("a")
	r.ReplyTo = "order"
	_, err := e.Handle(t.Context(), r)
	must(t, err)
	must(t, e.Receive(t.Context(), flow.Reply{Service: "fraud", Order: "a", Outcome: flow.Done}))
	whole, parts := told(t, e)
	if whole["continuation"] < 0.02 || parts["work "] < 0.02 || whole["request"] > whole["continuation"] {
		t.Errorf("the work is done when the reply is there: %v, %v", whole, parts)
	}
}
