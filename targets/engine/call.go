package engine

import (
	"context"
	"fmt"
	"time"

	"faultline/targets/flow"
	"faultline/targets/store"
)

// ask asks another service. What an asynchronous reply will need is saved before the request leaves.
func (e *Engine) ask(ctx context.Context, slot *Slot, callee string, r flow.Request) (flow.Answer, error) {
	if e.Async[callee] {
		began := time.Now()
		err := e.Store.Update(func(tx *store.Tx) error {
			st, _ := loadState(tx, r.Order.ID)
			if r.Try >= st.Request.Try {
				st.Request = r
			}
			st.ask(callee)
			tx.Put(bucketState, r.Order.ID, st)
			return nil
		})
		slot.spent.stored(began)
		if err != nil {
			return flow.Answer{}, fmt.Errorf("saving the step of %s: %w", r.Order.ID, err)
		}
	}
	answer, err := e.call(ctx, slot.spent, callee, r)
	slot.Waited()
	if err == nil && answer.Later && e.Again[callee] && r.ReplyTo != "" {
		began := time.Now()
		err = e.awaitLater(r.Order.ID, callee)
		slot.spent.stored(began)
	}
	return answer, err
}

// call carries one request to another service, by the attempts that its guard lets through, and counts each.
func (e *Engine) call(ctx context.Context, spent *stretch, callee string, r flow.Request) (flow.Answer, error) {
	defer spent.waited(callee, time.Now())
	r.ReplyTo = ""
	ctx, cancel := earlier(ctx, e.Settings.Rest[callee])
	defer cancel()
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
