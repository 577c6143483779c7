package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"faultline/bench"
	"faultline/targets/flow"
	"faultline/targets/guard"
	"faultline/targets/order"
	"faultline/targets/store"
)

var payment = Step{Service: "payment", Asks: []string{"fraud"}, Effect: "charge", Undoable: true}

// newEngine makes an engine that asks nobody unless its asks are set.
func newEngine(t *testing.T, step Step) *Engine {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "it.db"), Buckets...)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	slots := NewSlots(4, 4)
	e := &Engine{Step: step, Settings: Settings{Slots: 4, Queue: 4, Work: time.Microsecond, Timeout: 5 * time.Second, Reach: time.Minute},
		Store: db, Slots: slots, Crash: &Crash{}, Metrics: NewMetrics(step.Service, slots), Asks: map[string]flow.Ask{}, Async: map[string]bool{},
		Again: map[string]bool{}, Guards: map[string]*guard.Guard{}}
	for _, callee := range append(step.Asks, step.After...) {
		e.Guards[callee] = guard.New(callee, bench.Resilience{}, e.Settings.Timeout)
	}
	e.Employ(4)
	return e
}

func request(id string) flow.Request { return flow.Request{Order: order.Order{ID: id}} }

func undo(id string) flow.Request { return flow.Request{Order: order.Order{ID: id}, Undo: true} }

// answers makes an ask that always has the same outcome.
func answers(service string, o flow.Outcome) flow.Ask {
	return func(_ context.Context, r flow.Request) (flow.Answer, error) {
		return flow.Answer{Reply: flow.Reply{Service: service, Order: r.Order.ID, Outcome: o}}, nil
	}
}

// later makes an ask whose reply comes later, if ever.
func later(context.Context, flow.Request) (flow.Answer, error) { return flow.Answer{Later: true}, nil }

func effects(t *testing.T, e *Engine) (n []int) {
	t.Helper()
	must(t, e.Journal(func(l bench.Entry) { n = append(n, l.N) }))
	return n
}

// TestEffects: whatever comes in whatever order, one effect stands, or none.
func TestEffects(t *testing.T) {
	for _, c := range []struct {
		name     string
		fraud    flow.Outcome
		requests []flow.Request
		outcome  flow.Outcome // of the last
		journal  []int
	}{
		{"once", flow.Done, []flow.Request{request("a")}, flow.Done, []int{1}},
		{"twice is once", flow.Done, []flow.Request{request("a"), request("a"), request("a")}, flow.Done, []int{1}},
		{"two orders", flow.Done, []flow.Request{request("a"), request("b")}, flow.Done, []int{1, 1}},
		{"declined", flow.Declined, []flow.Request{request("a"), request("a")}, flow.Declined, nil},
		{"undone", flow.Done, []flow.Request{request("a"), undo("a")}, flow.Undone, []int{1, -1}},
		{"undone twice is once", flow.Done, []flow.Request{request("a"), undo("a"), undo("a")}, flow.Undone, []int{1, -1}},
		{"undone before: a late charge has no effect", flow.Done, []flow.Request{undo("a"), request("a")}, flow.Undone, nil},
		{"done again after undone", flow.Done, []flow.Request{request("a"), undo("a"), request("a")}, flow.Undone, []int{1, -1}},
		{"declined, then undone", flow.Declined, []flow.Request{request("a"), undo("a")}, flow.Undone, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngine(t, payment)
			e.Asks["fraud"] = answers("fraud", c.fraud)
			var last flow.Answer
			for _, r := range c.requests {
				var err error
				last, err = e.Handle(t.Context(), r)
				must(t, err)
			}
			if last.Reply.Outcome != c.outcome || last.Reply.Service != "payment" || last.Reply.Order != c.requests[0].Order.ID && len(c.requests) == 1 {
				t.Errorf("the last reply is %+v, want %s", last.Reply, c.outcome)
			}
			if got := effects(t, e); !slices.Equal(got, c.journal) {
				t.Errorf("journal %v, want %v", got, c.journal)
			}
		})
	}
}

// TestUndoMeanwhile: an undo that comes while the charge waits for fraud wins.
func TestUndoMeanwhile(t *testing.T) {
	e := newEngine(t, payment)
	e.Asks["fraud"] = func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		if _, err := e.Handle(ctx, undo(r.Order.ID)); err != nil {
			return flow.Answer{}, err
		}
		return answers("fraud", flow.Done)(ctx, r)
	}
	a, err := e.Handle(t.Context(), request("a"))
	must(t, err)
	if a.Reply.Outcome != flow.Undone || effects(t, e) != nil {
		t.Errorf("%+v with journal %v", a.Reply, effects(t, e))
	}
}

// TestContinuation: with an asynchronous callee the step goes on when the reply comes, in whatever life.
func TestContinuation(t *testing.T) {
	e := newEngine(t, payment)
	e.Asks["fraud"], e.Async["fraud"] = later, true
	var replies []flow.Reply
	e.Reply = func(_ context.Context, to string, _ flow.Request, r flow.Reply) error {
		if to != "order.replies" {
			return fmt.Errorf("reply to %q", to)
		}
		replies = append(replies, r)
		return nil
	}
	r := request("a")
	r.ReplyTo = "order.replies"
	a, err := e.Handle(t.Context(), r)
	must(t, err)
	if !a.Later || effects(t, e) != nil {
		t.Fatalf("%+v with journal %v", a, effects(t, e))
	}
	reply := flow.Reply{Service: "fraud", Order: "a", Outcome: flow.Done}
	must(t, e.Receive(t.Context(), reply))
	must(t, e.Receive(t.Context(), reply)) // redelivered
	must(t, e.Receive(t.Context(), flow.Reply{Service: "fraud", Order: "nobody", Outcome: flow.Done}))
	if got := effects(t, e); !slices.Equal(got, []int{1}) {
		t.Errorf("journal %v", got)
	}
	if len(replies) != 2 || replies[0] != replies[1] || replies[0].Outcome != flow.Done {
		t.Errorf("replies %v", replies) // twice: the first may have been lost
	}
}

// TestWaitForLater: a caller that waits gets the reply that came by message.
func TestWaitForLater(t *testing.T) {
	e := newEngine(t, payment)
	e.Async["fraud"] = true
	e.Asks["fraud"] = func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		go func() {
			_ = e.Receive(context.WithoutCancel(ctx), flow.Reply{Service: "fraud", Order: r.Order.ID, Outcome: flow.Done})
		}()
		return flow.Answer{Later: true}, nil
	}
	a, err := e.Handle(t.Context(), request("a"))
	must(t, err)
	if a.Reply.Outcome != flow.Done {
		t.Errorf("got %+v", a.Reply)
	}
}

// TestFailures: every failure says whose it is and what a caller should make of it.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name    string
		setUp   func(*Engine)
		service string
		code    int
	}{
		{"callee", func(e *Engine) {
			e.Asks["fraud"] = func(context.Context, flow.Request) (flow.Answer, error) {
				return flow.Answer{}, &flow.Failure{Service: "risk", Code: 502, Detail: "connection refused"}
			}
		}, "risk", 502},
		{"shed", func(e *Engine) { e.Slots = NewSlots(0, 0) }, "payment", 503},
		{"late", func(e *Engine) { e.Slots = NewSlots(0, 1) }, "payment", 504},
		{"no reply", func(e *Engine) { e.Asks["fraud"], e.Async["fraud"] = later, true }, "payment", 504},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngine(t, payment)
			c.setUp(e)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			_, err := e.Handle(ctx, request("a"))
			var f *flow.Failure
			if !errors.As(err, &f) || f.Service != c.service || f.Code != c.code {
				t.Errorf("got %v, want %s %d %s", err, c.service, c.code, http.StatusText(c.code))
			}
			if effects(t, e) != nil {
				t.Errorf("journal %v", effects(t, e))
			}
		})
	}
}

// TestWhatCantBeDoneInTime: a request leaves the queue while there is still as much time as its answer needs, and a callee is told
// of a deadline that leaves its caller what it takes afterwards.
func TestWhatCantBeDoneInTime(t *testing.T) {
	const needs, left = 300 * time.Millisecond, 400 * time.Millisecond
	deadline := time.Now().Add(left)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()

	e := newEngine(t, payment)
	e.Settings.Needs, e.Slots = needs, NewSlots(0, 1)
	_, err := e.Handle(ctx, request("a"))
	var f *flow.Failure
	if waited := left - time.Until(deadline); !errors.As(err, &f) || f.Code != 504 || waited < left-needs || waited > left-needs/2 {
		t.Errorf("%v after %v; want 504 after %v, when the answer can't be there in time", err, waited, left-needs)
	}

	e = newEngine(t, payment)
	e.Settings.Rest = map[string]time.Duration{"fraud": 100 * time.Millisecond}
	var told time.Time
	e.Asks["fraud"] = func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		told, _ = ctx.Deadline()
		return answers("fraud", flow.Done)(ctx, r)
	}
	if _, err := e.Handle(ctx, request("a")); err != nil || !told.Equal(deadline.Add(-100*time.Millisecond)) {
		t.Errorf("%v: the callee's deadline is %v before its caller's, want 100ms", err, deadline.Sub(told))
	}
	if _, err := e.Handle(t.Context(), request("b")); err != nil || time.Until(told) < e.Settings.Timeout/2 {
		t.Errorf("%v: without a deadline a call has its own time-out, not %v", err, time.Until(told))
	}
}

func TestWaiters(t *testing.T) {
	var w waiters
	if w.wake("a") {
		t.Error("nobody waits, and was woken")
	}
	first, leaveFirst := w.join("a")
	second, leaveSecond := w.join("a")
	other, leaveOther := w.join("b")
	for range 2 { // the second must not block
		if !w.wake("a") {
			t.Error("nobody was woken")
		}
	}
	<-first
	<-second
	select {
	case <-other:
		t.Error("one who waits for another order was woken")
	default:
	}
	leaveFirst()
	if !w.wake("a") {
		t.Error("the second has left with the first")
	}
	leaveSecond()
	leaveOther()
	if w.wake("a") || len(w.by) != 0 {
		t.Errorf("left: %v", w.by)
	}
}

// TestServiceTime: the mean is Work, whatever the spread, and the same seed draws the same.
func TestServiceTime(t *testing.T) {
	for _, spread := range []float64{0, 0.1, 1} {
		a, b := newEngine(t, payment), newEngine(t, payment)
		a.Settings.Work, a.Settings.Spread = 20*time.Millisecond, spread
		b.Settings = a.Settings
		var sum time.Duration
		const n = 20000
		for i := range uint64(n) {
			d, more := a.serviceTimes(i, time.Now())
			if again, _ := b.serviceTimes(i, time.Now()); d != again || more != 0 {
				t.Fatal("the same seed draws something else")
			}
			sum += d
		}
		if ratio := float64(sum) / float64(n*a.Settings.Work); ratio < 0.97 || ratio > 1.03 {
			t.Errorf("spread %g: mean is %.3f of Work", spread, ratio)
		}
	}
}

func TestArm(t *testing.T) {
	e := newEngine(t, payment)
	must(t, e.Arm(CrashPoint{Point: "payment:after-charge"}))
	must(t, e.Arm(CrashPoint{})) // disarmed: this test goes on
	e.Crash.Pass("payment:after-charge")
	if err := e.Arm(CrashPoint{Point: "payment:after-reservation"}); err == nil {
		t.Error("armed a point that is not payment's")
	}
}
