package engine

import (
	"context"
	"slices"
	"testing"

	"faultline/targets/flow"
	"faultline/targets/order"
)

// event is a request that an event makes.
func event(id string) flow.Request {
	r := request(id)
	r.ReplyTo = "events"
	return r
}

func outcomeFrom(service, id string, o flow.Outcome) flow.Reply {
	return flow.Reply{Service: service, Order: id, Outcome: o}
}

// TestHear: the outcome of another's part is all that begins a step; heard again, the step is told of again and has no
// second effect.
func TestHear(t *testing.T) {
	for _, c := range []struct {
		name    string
		before  []flow.Request // handled first
		fraud   flow.Outcome
		told    flow.Outcome
		journal []int
	}{
		{"passed", nil, flow.Done, flow.Done, []int{1}},
		{"declined", nil, flow.Declined, flow.Declined, nil},
		{"cancelled before", []flow.Request{undo("a")}, flow.Done, flow.Undone, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngine(t, payment)
			e.Asks["fraud"], e.Async["fraud"] = later, true
			var told []flow.Outcome
			e.Reply = func(_ context.Context, _ string, _ flow.Request, r flow.Reply) error {
				told = append(told, r.Outcome)
				return nil
			}
			for _, r := range c.before {
				_, err := e.Handle(t.Context(), r)
				must(t, err)
			}
			for range 2 {
				must(t, e.Hear(t.Context(), event("a"), outcomeFrom("fraud", "a", c.fraud)))
			}
			if !slices.Equal(told, []flow.Outcome{c.told, c.told}) {
				t.Errorf("told %v, want %s twice", told, c.told)
			}
			if got := effects(t, e); !slices.Equal(got, c.journal) {
				t.Errorf("journal %v, want %v", got, c.journal)
			}
		})
	}
}

// TestHearOfNothing: an outcome begins no step that events do not start.
func TestHearOfNothing(t *testing.T) {
	e := newEngine(t, payment)
	must(t, e.Hear(t.Context(), request("a"), outcomeFrom("fraud", "a", flow.Done)))
	if got := effects(t, e); got != nil {
		t.Errorf("journal %v", got)
	}
}

// newChoreography is an order service whose payment and inventory act on events, the second on the first's. Asked collects
// whom it asks, and whom it asks to undo.
func newChoreography(t *testing.T, asked *[]string) *Saga {
	e := newEngine(t, Step{Service: "order", Front: true, Effect: "done", Asks: []string{"payment", "inventory"}})
	s := NewSaga(e, false, map[string]bool{"payment": true, "inventory": true}, 1)
	s.Leads = map[string]string{"payment": "inventory"}
	for _, callee := range []string{"payment", "inventory"} {
		e.Async[callee] = true
		e.Asks[callee] = func(_ context.Context, r flow.Request) (flow.Answer, error) {
			*asked = append(*asked, callee)
			return flow.Answer{Later: true}, nil
		}
	}
	return s
}

// TestEventsInAnyOrder: the outcomes may come in any order, and more than once.
func TestEventsInAnyOrder(t *testing.T) {
	for _, c := range []struct {
		name   string
		heard  []flow.Reply
		status order.Status
		undone []string // jobs that take back
	}{
		{"in order", []flow.Reply{outcomeFrom("payment", "", flow.Done), outcomeFrom("inventory", "", flow.Done)}, order.Confirmed, nil},
		{"the last first", []flow.Reply{outcomeFrom("inventory", "", flow.Done), outcomeFrom("payment", "", flow.Done)}, order.Confirmed, nil},
		{"twice", []flow.Reply{outcomeFrom("inventory", "", flow.Done), outcomeFrom("inventory", "", flow.Done), outcomeFrom("payment", "", flow.Done),
			outcomeFrom("payment", "", flow.Done)}, order.Confirmed, nil},
		{"declined", []flow.Reply{outcomeFrom("payment", "", flow.Declined)}, order.PaymentFailed, nil},
		// Payment hears of it by itself.
		{"out of stock", []flow.Reply{outcomeFrom("payment", "", flow.Done), outcomeFrom("inventory", "", flow.OutOfStock)}, order.OutOfStock, nil},
		{"out of stock first", []flow.Reply{outcomeFrom("inventory", "", flow.OutOfStock), outcomeFrom("payment", "", flow.Done)}, order.OutOfStock, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked []string
			s := newChoreography(t, &asked)
			o, err := s.Place(t.Context(), order.Draft{}, "a")
			must(t, err)
			for _, r := range c.heard {
				r.Order = o.ID
				must(t, s.Receive(t.Context(), r))
			}
			o, err = s.Order(o.ID)
			must(t, err)
			if o.Status != c.status {
				t.Errorf("the order is %s, want %s", o.Status, c.status)
			}
			if n := len(slices.DeleteFunc(asked, func(a string) bool { return a != "payment" })); n != 1 {
				t.Errorf("payment was asked %d times", n)
			}
			if left := undoJobs(t, s); !slices.Equal(left, c.undone) {
				t.Errorf("jobs that take back: %v, want %v", left, c.undone)
			}
		})
	}
}

// TestCancelledChoreography: who was never asked may have begun all the same, and takes it back too.
func TestCancelledChoreography(t *testing.T) {
	var asked []string
	s := newChoreography(t, &asked)
	o, err := s.Place(t.Context(), order.Draft{}, "a")
	must(t, err)
	must(t, s.cancel(o.ID, &flow.Failure{Service: "order", Code: 503}))
	if left := undoJobs(t, s); !slices.Equal(left, []string{"inventory", "payment"}) {
		t.Errorf("jobs that take back: %v", left)
	}
}

// undoJobs are the services that stored jobs have take their effect back.
func undoJobs(t *testing.T, s *Saga) (of []string) {
	t.Helper()
	must(t, read(s.Store, bucketJobs, func(j job) {
		if j.Kind == jobUndo {
			of = append(of, j.Callee)
		}
	}))
	return of
}

// TestOutbox: an order is accepted while nobody takes it, its row stays until somebody does, and it is never given up.
func TestOutbox(t *testing.T) {
	var asked []string
	s := newChoreography(t, &asked)
	s.Outbox = true
	s.Settings.Reach = 0
	down := s.Asks["payment"]
	s.Asks["payment"] = func(context.Context, flow.Request) (flow.Answer, error) { return flow.Answer{}, flow.ErrNotSent }
	o, err := s.Place(t.Context(), order.Draft{}, "a")
	must(t, err)
	row := advanceJob(o.ID, 0)
	if s.runJob(t.Context(), row) {
		t.Error("the row is gone, and nobody took the order")
	}
	s.Asks["payment"] = down
	if o, err = s.Order(o.ID); err != nil || o.Status != order.Pending {
		t.Errorf("the order is %s: %v", o.Status, err)
	}
	if !s.runJob(t.Context(), row) || !slices.Equal(asked, []string{"payment"}) {
		t.Errorf("asked %v", asked)
	}
	must(t, read(s.Store, bucketJobs, func(j job) { t.Errorf("a row is left: %+v", j) }))
}
