package engine

import (
	"context"
	"sync/atomic"
	"time"

	"faultline/targets/flow"
	"faultline/targets/guard"
	"faultline/targets/store"
)

// An Engine runs one service's step.
type Engine struct {
	Step     Step
	Settings Settings
	Store    *store.Store
	Slots    *Slots
	Crash    *Crash
	Metrics  *Metrics
	// Asks carry requests to other services, by their name.
	Asks map[string]flow.Ask
	// Guards stand before the calls, by callee.
	Guards map[string]*guard.Guard
	// Async says whose replies come later.
	Async map[string]bool
	// Again says who is asked again while its reply is outstanding: no broker holds the request.
	Again map[string]bool
	// CallsBack is whether callers of the service are called back when its part is done.
	CallsBack bool
	// Repeats has the effect of a request that comes again happen again: a broken promise.
	Repeats bool
	// Reply sends a reply to a caller that did not wait.
	Reply func(ctx context.Context, to string, r flow.Request, reply flow.Reply) error

	jobs    *runner
	waiters waiters

	// Faults.
	slow    atomic.Pointer[Slowness]
	failing failing
	hoard   hoard
	poison  atomic.Uint64 // bits of the share of orders that make the work panic
}

// Handle does the service's part for a request. It answers Later only to callers that do not wait.
func (e *Engine) Handle(ctx context.Context, r flow.Request) (flow.Answer, error) {
	ctx = e.patient(ctx)
	spent := e.Metrics.begin()
	slot, err := e.acquire(ctx, spent, r.ReplyTo == "")
	if err != nil {
		spent.answered(flow.Answer{}, err)
		return flow.Answer{}, err
	}
	defer slot.Release()
	answer, err := e.handle(ctx, slot, r)
	answer.Reply.Try = r.Try
	spent.answered(answer, err)
	return answer, err
}

// patient is the context of a request: one that never ends, where the service goes on with what nobody waits for.
func (e *Engine) patient(ctx context.Context) context.Context {
	if e.Settings.KeepLate {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (e *Engine) handle(ctx context.Context, slot *Slot, r flow.Request) (flow.Answer, error) {
	e.Crash.Pass(e.Step.Service + ":" + beforeWork)
	if r.Undo {
		reply, err := e.undo(slot, r)
		return flow.Answer{Reply: reply}, err
	}
	if r.ReplyTo != "" {
		return e.advance(ctx, slot, r)
	}
	woken, leave := e.waiters.join(r.Order.ID)
	defer leave()
	for {
		answer, err := e.advance(ctx, slot, r)
		if err != nil || !answer.Later {
			return answer, err
		}
		if !slot.await(ctx, woken) {
			return flow.Answer{}, e.failure(ctx.Err())
		}
	}
}

// earlier is a context that ends so long before its deadline, if it has one.
func earlier(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	if deadline, told := ctx.Deadline(); told && by > 0 {
		return context.WithDeadline(ctx, deadline.Add(-by))
	}
	return ctx, func() {}
}

// acquire waits for a slot and says how long that took.
func (e *Engine) acquire(ctx context.Context, spent *stretch, shed bool) (*Slot, error) {
	begin := time.Now()
	ctx, cancel := earlier(ctx, e.Settings.Needs)
	defer cancel()
	slot, err := e.Slots.Acquire(ctx, shed)
	spent.slot = time.Since(begin)
	e.Metrics.slot.Observe(spent.slot.Seconds())
	if err != nil {
		return nil, e.failure(err)
	}
	slot.spent = spent
	return slot, nil
}

// advance goes on with a step from where it is: it may be called again at any time, also in another life.
func (e *Engine) advance(ctx context.Context, slot *Slot, r flow.Request) (_ flow.Answer, err error) {
	defer e.recovered(&err)
	began := time.Now()
	st, err := e.begin(r)
	slot.spent.stored(began)
	if err != nil {
		return flow.Answer{}, err
	}
	if e.over(st) {
		return flow.Answer{Reply: *st.Own}, nil
	}
	for _, callee := range e.Step.Asks {
		reply, known := st.Replies[callee]
		if !known {
			answer, err := e.ask(ctx, slot, callee, r)
			if err != nil || answer.Later {
				return answer, err
			}
			reply = answer.Reply
		}
		if reply.Outcome != flow.Done {
			own := reply
			own.Service = e.Step.Service
			return e.finish(slot, r, own, false)
		}
	}
	if err := e.work(slot); err != nil {
		return flow.Answer{}, err
	}
	e.swallow(r.Order.ID)
	own := flow.Reply{Outcome: flow.Done}
	if e.Step.Decide != nil {
		own = e.Step.Decide(r)
	}
	own.Service, own.Order = e.Step.Service, r.Order.ID
	return e.finish(slot, r, own, own.Outcome == flow.Done)
}
