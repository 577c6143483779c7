package engine

import (
	"context"
	"time"

	"faultline/bench"
	"faultline/targets/flow"
	"faultline/targets/store"
)

// Receive takes a reply that came later and goes on with the step that waits for it.
func (e *Engine) Receive(ctx context.Context, reply flow.Reply) error {
	spent := e.Metrics.begin()
	defer spent.continued()
	return e.receive(ctx, spent, flow.Request{}, reply)
}

// receive takes a reply. Where the step has not begun, a start with a ReplyTo begins it.
func (e *Engine) receive(ctx context.Context, spent *stretch, start flow.Request, reply flow.Reply) error {
	var st state
	var held, again bool
	began := time.Now()
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
	spent.stored(began)
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
	return e.resume(ctx, spent, st.Request)
}

// resume runs the continuation of a step whose caller does not wait, and replies to it.
func (e *Engine) resume(ctx context.Context, spent *stretch, r flow.Request) error {
	slot, err := e.acquire(ctx, spent, false)
	if err != nil {
		return err
	}
	defer slot.Release()
	answer, err := e.advance(ctx, slot, r)
	if err != nil || answer.Later || r.ReplyTo == "" {
		return err
	}
	answer.Reply.Try = r.Try
	defer spent.waited(bench.SpentReply, time.Now())
	return e.Reply(ctx, r.ReplyTo, r, answer.Reply)
}
