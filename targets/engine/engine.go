package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"hash/fnv"

	"faultline/targets/flow"
	"faultline/targets/guard"
	"faultline/targets/store"
)

// Settings are the numbers of a service.
type Settings struct {
	Slots  int           `json:"slots"`  // worker slots
	Queue  int           `json:"queue"`  // requests that may wait for one
	Work   time.Duration `json:"work"`   // mean service time
	Spread float64       `json:"spread"` // coefficient of variation of service times
	Seed   uint64        `json:"seed"`
	// Timeout is how long a call to another service may take where its link says nothing.
	Timeout time.Duration `json:"timeout"`
	// Patience is how long the order service works for a client that waits; 0: as long as the client does.
	Patience time.Duration `json:"patience"`
	// Reach is how long an order is tried again before it is given up.
	Reach time.Duration `json:"reach"`
}

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
	slow    atomic.Int64  // nanoseconds of extra service time: a fault
	poison  atomic.Uint64 // bits of the share of orders that make the work panic: a fault
}

// Slow makes the service's own work take longer, from now on.
func (e *Engine) Slow(by time.Duration) { e.slow.Store(int64(by)) }

// Handle does the service's part for a request. It answers Later only to callers that do not wait.
func (e *Engine) Handle(ctx context.Context, r flow.Request) (flow.Answer, error) {
	done := e.Metrics.begin()
	slot, err := e.acquire(ctx, r.ReplyTo == "")
	if err != nil {
		done(flow.Answer{}, err)
		return flow.Answer{}, err
	}
	defer slot.Release()
	answer, err := e.handle(ctx, slot, r)
	answer.Reply.Try = r.Try
	done(answer, err)
	return answer, err
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
		select {
		case <-woken:
			slot.Waited()
		case <-ctx.Done():
			return flow.Answer{}, e.failure(ctx.Err())
		}
	}
}

// acquire waits for a slot and says how long that took.
func (e *Engine) acquire(ctx context.Context, shed bool) (*Slot, error) {
	begin := time.Now()
	slot, err := e.Slots.Acquire(ctx, shed)
	e.Metrics.slot.Observe(time.Since(begin).Seconds())
	if err != nil {
		return nil, e.failure(err)
	}
	return slot, nil
}

// advance goes on with a step from where it is: it may be called again at any time, also in another life.
func (e *Engine) advance(ctx context.Context, slot *Slot, r flow.Request) (_ flow.Answer, err error) {
	defer e.recovered(&err)
	st, err := e.begin(r)
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
			return e.finish(r, own, false)
		}
	}
	e.work(slot)
	e.swallow(r.Order.ID)
	own := flow.Reply{Outcome: flow.Done}
	if e.Step.Decide != nil {
		own = e.Step.Decide(r)
	}
	own.Service, own.Order = e.Step.Service, r.Order.ID
	return e.finish(r, own, own.Outcome == flow.Done)
}

// ask asks another service. What an asynchronous reply will need is saved before the request leaves.
func (e *Engine) ask(ctx context.Context, slot *Slot, callee string, r flow.Request) (flow.Answer, error) {
	if e.Async[callee] {
		err := e.Store.Update(func(tx *store.Tx) error {
			st, _ := loadState(tx, r.Order.ID)
			if r.Try >= st.Request.Try {
				st.Request = r
			}
			st.ask(callee)
			tx.Put(bucketState, r.Order.ID, st)
			return nil
		})
		if err != nil {
			return flow.Answer{}, fmt.Errorf("saving the step of %s: %w", r.Order.ID, err)
		}
	}
	answer, err := e.call(ctx, callee, r)
	slot.Waited()
	if err == nil && answer.Later && e.Again[callee] && r.ReplyTo != "" {
		err = e.awaitLater(r.Order.ID, callee)
	}
	return answer, err
}

// call carries one request to another service, by the attempts that its guard lets through, and counts each.
func (e *Engine) call(ctx context.Context, callee string, r flow.Request) (flow.Answer, error) {
	r.ReplyTo = ""
	answer, err := e.Guards[callee].Do(ctx, func(ctx context.Context) (flow.Answer, error) {
		attempt := r
		attempt.Trace = flow.Span(r.Trace)
		done := e.Metrics.call(callee)
		answer, err := e.Asks[callee](ctx, attempt)
		done(answer, err)
		return answer, err
	})
	if err == nil && answer.Later {
		e.Crash.Pass(e.Step.Service + ":" + afterAsk)
	}
	return answer, err
}

// work holds the slot for one service time.
func (e *Engine) work(slot *Slot) {
	begin := time.Now()
	slot.Work(e.serviceTime() + time.Duration(e.slow.Load()))
	e.Metrics.work.Observe(time.Since(begin).Seconds())
}

// serviceTime draws from a log-normal distribution whose mean is Work.
func (e *Engine) serviceTime() time.Duration {
	s := e.Settings
	if s.Spread == 0 {
		return s.Work
	}
	variance := math.Log1p(s.Spread * s.Spread)
	n := e.Metrics.works.Add(1)
	normal := rand.New(rand.NewPCG(s.Seed, nameSeed(e.Step.Service)+n)).NormFloat64()
	return time.Duration(float64(s.Work) * math.Exp(normal*math.Sqrt(variance)-variance/2))
}

func nameSeed(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// finish ends the step: the effect, its journal line and the reply in one transaction. An end that
// came first stands, so the same request twice has one effect.
func (e *Engine) finish(r flow.Request, own flow.Reply, effect bool) (flow.Answer, error) {
	own.Order, own.Ended = r.Order.ID, time.Now().UTC()
	err := e.Store.Update(func(tx *store.Tx) error {
		st, _ := loadState(tx, r.Order.ID)
		if e.over(st) {
			own = *st.Own
			return nil
		}
		if effect {
			enter(tx, e.Step.Service, r.Order.ID, e.Step.Effect, 1)
		}
		st.Request, st.Own = r, &own
		tx.Put(bucketState, r.Order.ID, st)
		return nil
	})
	if err != nil {
		return flow.Answer{}, fmt.Errorf("committing %s of %s: %w", e.Step.Effect, r.Order.ID, err)
	}
	if effect {
		e.Crash.Pass(e.Step.Service + ":" + afterEffect + e.Step.Effect)
	}
	return flow.Answer{Reply: own}, nil
}

// over reports whether a step has ended for good, so that the same request again changes nothing.
func (e *Engine) over(st state) bool {
	return st.Own != nil && !(e.Repeats && st.Own.Outcome == flow.Done)
}

// undo takes the effect back, or keeps it from ever happening if it did not happen yet.
func (e *Engine) undo(slot *Slot, r flow.Request) (flow.Reply, error) {
	e.work(slot)
	reply := flow.Reply{Service: e.Step.Service, Order: r.Order.ID, Outcome: flow.Undone, Ended: time.Now().UTC()}
	err := e.Store.Update(func(tx *store.Tx) error {
		st, _ := loadState(tx, r.Order.ID)
		if st.outlived(r) {
			return nil
		}
		if st.Own != nil && st.Own.Outcome == flow.Done {
			enter(tx, e.Step.Service, r.Order.ID, e.Step.Effect, -1)
		}
		st.Undone, st.Own, st.Try = true, &reply, r.Try
		tx.Put(bucketState, r.Order.ID, st)
		return nil
	})
	if err != nil {
		return reply, fmt.Errorf("undoing %s of %s: %w", e.Step.Effect, r.Order.ID, err)
	}
	return reply, nil
}

// Receive takes a reply that came later and goes on with the step that waits for it.
func (e *Engine) Receive(ctx context.Context, reply flow.Reply) error {
	return e.receive(ctx, flow.Request{}, reply)
}

// receive takes a reply. Where the step has not begun, a start with a ReplyTo begins it.
func (e *Engine) receive(ctx context.Context, start flow.Request, reply flow.Reply) error {
	var st state
	var held, again bool
	err := e.Store.Update(func(tx *store.Tx) error {
		var known bool
		if st, known = loadState(tx, reply.Order); !known && start.ReplyTo == "" {
			return nil
		}
		if start.ReplyTo != "" && (st.Request.Order.ID == "" || start.Try > st.Request.Try) {
			st.Request = start
		}
		held, again = hasJob(tx, serveJob(reply.Order)), st.replied(reply.Service)
		st.Replies[reply.Service] = reply
		tx.Put(bucketState, reply.Order, st)
		return nil
	})
	if err != nil || st.Request.Order.ID == "" {
		return err
	}
	e.Crash.Pass(e.Step.Service + ":" + afterReply)
	if e.waiters.wake(reply.Order) {
		return nil
	}
	if held {
		if !again {
			e.jobs.add(serveJob(reply.Order))
		}
		return nil
	}
	return e.resume(ctx, st.Request)
}

// resume runs the continuation of a step whose caller does not wait, and replies to it.
func (e *Engine) resume(ctx context.Context, r flow.Request) error {
	slot, err := e.acquire(ctx, false)
	if err != nil {
		return err
	}
	defer slot.Release()
	answer, err := e.advance(ctx, slot, r)
	if err != nil || answer.Later || r.ReplyTo == "" {
		return err
	}
	answer.Reply.Try = r.Try
	return e.Reply(ctx, r.ReplyTo, r, answer.Reply)
}

// failure tells an error of this service as its caller sees it; a callee's failure stays the callee's.
func (e *Engine) failure(err error) error {
	var f *flow.Failure
	switch {
	case errors.As(err, &f):
		return err
	case errors.Is(err, errFull):
		return &flow.Failure{Service: e.Step.Service, Code: http.StatusServiceUnavailable, Detail: "all worker slots are busy and the queue is full"}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &flow.Failure{Service: e.Step.Service, Code: http.StatusGatewayTimeout, Detail: "did not answer in time"}
	}
	return &flow.Failure{Service: e.Step.Service, Code: http.StatusInternalServerError, Detail: err.Error()}
}
