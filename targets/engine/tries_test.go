package engine

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/targets/flow"
	"faultline/targets/guard"
	"faultline/targets/order"
	"faultline/targets/store"
)

// of makes requests about one order.
type of string

func (r of) try(n int) flow.Request { return flow.Request{Order: order.Order{ID: string(r)}, Try: n} }
func (r of) undo(n int) flow.Request {
	return flow.Request{Order: order.Order{ID: string(r)}, Try: n, Undo: true}
}

// TestTries: requests and undos of several tries, in whatever order they come: the effect is the last try's.
func TestTries(t *testing.T) {
	a := of("a")
	for _, c := range []struct {
		name     string
		requests []flow.Request
		outcome  flow.Outcome // of the last
		journal  []int
	}{
		{"a second try of what stands is one effect", []flow.Request{a.try(0), a.try(1)}, flow.Done, []int{1}},
		{"undone, and done again", []flow.Request{a.try(0), a.undo(0), a.try(1)}, flow.Done, []int{1, -1, 1}},
		{"the undo comes after the next try", []flow.Request{a.try(0), a.try(1), a.undo(0)}, flow.Undone, []int{1}},
		{"the undo comes twice, around the next try", []flow.Request{a.try(0), a.undo(0), a.try(1), a.undo(0)}, flow.Undone, []int{1, -1, 1}},
		{"both fail", []flow.Request{a.try(0), a.undo(0), a.try(1), a.undo(1)}, flow.Undone, []int{1, -1, 1, -1}},
		{"the undos change places", []flow.Request{a.try(0), a.try(1), a.undo(1), a.undo(0)}, flow.Undone, []int{1, -1}},
		{"the undo overtakes its try", []flow.Request{a.try(0), a.undo(1), a.try(1)}, flow.Undone, []int{1, -1}},
		{"and the try after it is not held up", []flow.Request{a.undo(1), a.try(1), a.try(2)}, flow.Done, []int{1}},
		{"a late request of the first try, after the second's", []flow.Request{a.try(1), a.try(0)}, flow.Done, []int{1}},
		{"and after its undo", []flow.Request{a.try(1), a.undo(1), a.try(0)}, flow.Undone, []int{1, -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngine(t, payment)
			e.Asks["fraud"] = answers("fraud", flow.Done)
			var last flow.Answer
			for _, r := range c.requests {
				var err error
				last, err = e.Handle(t.Context(), r)
				must(t, err)
				if last.Reply.Try != r.Try {
					t.Errorf("the reply to try %d is of %d", r.Try, last.Reply.Try)
				}
			}
			if got := effects(t, e); last.Reply.Outcome != c.outcome || !slices.Equal(got, c.journal) {
				t.Errorf("the last is %s, journal %v; want %s, %v", last.Reply.Outcome, got, c.outcome, c.journal)
			}
		})
	}
}

// newSaga is the order service for clients that wait.
func newSaga(t *testing.T) *Saga {
	e := newEngine(t, Step{Service: "order", Front: true, Effect: "done", Asks: []string{"payment", "inventory"}, After: []string{"shipping"}})
	e.Settings.Patience = 5 * time.Second
	for _, callee := range []string{"payment", "inventory", "shipping"} {
		e.Asks[callee] = answers(callee, flow.Done)
	}
	return NewSaga(e, true, map[string]bool{"payment": true, "inventory": true}, 4)
}

var draft = order.Draft{User: "usr_1", Items: []order.Line{{SKU: "WIDGET-42", Quantity: 1}}, Payment: "pm_visa_4242"}

// undos are the jobs that take something back, by try.
func undos(t *testing.T, s *Saga) (tries []int) {
	t.Helper()
	must(t, s.Store.View(func(tx *store.Tx) error {
		for _, j := range storedJobs(tx) {
			if j.Kind == jobUndo {
				tries = append(tries, j.Try)
			}
		}
		return nil
	}))
	slices.Sort(tries)
	return tries
}

// TestPlaceAgain: a failed order that is placed again under its key is tried anew, under its id; each try's effects are
// taken back by a job of their own, and a decline stays one.
func TestPlaceAgain(t *testing.T) {
	s := newSaga(t)
	down := func(context.Context, flow.Request) (flow.Answer, error) {
		return flow.Answer{}, &flow.Failure{Service: "inventory", Code: 502, Detail: "connection refused"}
	}
	works := s.Asks["inventory"]
	s.Asks["inventory"] = down
	first, err := s.Place(t.Context(), draft, "key")
	var f *flow.Failure
	if !errors.As(err, &f) || first.Status != order.Cancelled {
		t.Fatalf("with inventory down: %+v, %v", first, err)
	}
	if _, err = s.Place(t.Context(), draft, "key"); !errors.As(err, &f) {
		t.Fatalf("with inventory still down: %v", err)
	}
	if got := undos(t, s); !slices.Equal(got, []int{0, 0, 1, 1}) {
		t.Errorf("undos of tries %v, want payment's and inventory's of both", got)
	}
	s.Asks["inventory"] = works
	var tries []int
	s.Asks["payment"] = func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		tries = append(tries, r.Try)
		return answers("payment", flow.Done)(ctx, r)
	}
	must(t, s.Receive(t.Context(), flow.Reply{Service: "payment", Order: first.ID, Outcome: flow.Done, Try: 1})) // too late
	again, err := s.Place(t.Context(), draft, "key")
	must(t, err)
	if again.ID != first.ID || again.Status != order.Confirmed || !slices.Equal(tries, []int{2}) {
		t.Errorf("placed again: %+v, payment was asked for tries %v", again, tries)
	}
	if once, err := s.Place(t.Context(), draft, "key"); err != nil || once.Status != order.Confirmed || !slices.Equal(tries, []int{2}) {
		t.Errorf("once more: %+v, %v, tries %v", once, err, tries)
	}
	if got := effects(t, s.Engine); !slices.Equal(got, []int{1}) {
		t.Errorf("done %v", got)
	}

	s.Asks["payment"] = answers("payment", flow.Declined)
	for range 2 {
		if o, err := s.Place(t.Context(), draft, "declined"); err != nil || o.Status != order.PaymentFailed {
			t.Errorf("declined: %+v, %v", o, err)
		}
	}
}

// TestAnEarlierLifesJob ends the try that nobody waits for any more, and not the one that its client placed since.
func TestAnEarlierLifesJob(t *testing.T) {
	s := newSaga(t)
	o, _, err := s.commit(draft, "key") // and the process dies
	must(t, err)
	must(t, s.Load())
	left, _ := s.jobs.pop()
	if left.Order != o.ID || !s.runJob(t.Context(), left) {
		t.Fatalf("job %+v is not over", left)
	}
	if again, err := s.Place(t.Context(), draft, "key"); err != nil || again.Status != order.Confirmed {
		t.Errorf("placed again after the crash: %+v, %v", again, err)
	}
	if !s.runJob(t.Context(), left) {
		t.Error("the old job goes on")
	}
	if now, err := s.Order(o.ID); err != nil || now.Status != order.Confirmed {
		t.Errorf("after the old job: %+v, %v", now, err)
	}
}

// TestForgets: without compensation nothing is taken back.
func TestForgets(t *testing.T) {
	s := newSaga(t)
	s.Forgets = true
	s.Asks["inventory"] = func(context.Context, flow.Request) (flow.Answer, error) {
		return flow.Answer{}, &flow.Failure{Service: "inventory", Code: 502}
	}
	if _, err := s.Place(t.Context(), draft, "key"); err == nil {
		t.Error("it is done")
	}
	if got := undos(t, s); got != nil {
		t.Errorf("undos of tries %v", got)
	}
}

// TestAttemptsAreCounted: each attempt is a call of its own in the metrics.
func TestAttemptsAreCounted(t *testing.T) {
	e := newEngine(t, payment)
	e.Guards["fraud"] = guard.New("fraud", bench.Resilience{Retry: &bench.Retry{Attempts: 3}}, time.Second)
	asked := 0
	e.Asks["fraud"] = func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		if asked++; asked < 3 {
			return flow.Answer{}, &flow.Failure{Service: "fraud", Code: 502}
		}
		return answers("fraud", flow.Done)(ctx, r)
	}
	_, err := e.Handle(t.Context(), request("a"))
	must(t, err)
	if failed, ok := called(t, e, "fraud", bench.OutcomeFailed), called(t, e, "fraud", bench.OutcomeOK); failed != 2 || ok != 1 {
		t.Errorf("%d calls failed and %d went well", failed, ok)
	}
}

// called is how often a callee was called with an outcome.
func called(t *testing.T, e *Engine, callee, outcome string) (n uint64) {
	t.Helper()
	families, err := e.Metrics.Registry.Gather()
	must(t, err)
	for _, f := range families {
		for _, m := range f.Metric {
			labels := map[string]string{}
			for _, l := range m.Label {
				labels[l.GetName()] = l.GetValue()
			}
			if f.GetName() == bench.MetricCalls && labels["callee"] == callee && labels["outcome"] == outcome {
				n += m.GetHistogram().GetSampleCount()
			}
		}
	}
	return n
}
