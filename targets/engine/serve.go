package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"faultline/targets/flow"
	"faultline/targets/store"
)

// Employ gives the service workers for its jobs: the requests of callers that are called back.
func (e *Engine) Employ(workers int) { e.jobs = newRunner(workers, e.runServe) }

// serveJob is the job that does the service's part for an order and calls the caller back.
func serveJob(id string) job {
	now := time.Now()
	return job{Kind: jobServe, Order: id, Since: now, due: now}
}

// Accept takes a request whose caller is called back: when it returns, the request and its job are durable.
// The same request again changes nothing while the job is there; afterwards it is called back once more.
func (e *Engine) Accept(r flow.Request) error {
	j := serveJob(r.Order.ID)
	held := false
	err := e.Store.Update(func(tx *store.Tx) error {
		st, _ := loadState(tx, r.Order.ID)
		if held = hasJob(tx, j); held && r.Try <= st.Request.Try {
			return nil
		}
		if r.Try >= st.Request.Try {
			st.Request = r
		}
		tx.Put(bucketState, r.Order.ID, st)
		putJob(tx, j)
		return nil
	})
	if err != nil {
		return fmt.Errorf("accepting %s: %w", r.Order.ID, err)
	}
	e.Crash.Pass(e.Step.Service + ":" + afterAccept)
	if !held {
		e.jobs.add(j)
	}
	return nil
}

// runServe makes one attempt at a part and its callback and reports whether it is over, or waits for a reply.
func (e *Engine) runServe(ctx context.Context, j job) bool {
	var st state
	held := false
	err := e.Store.View(func(tx *store.Tx) error {
		st, _ = loadState(tx, j.Order)
		held = hasJob(tx, j)
		return nil
	})
	if err != nil || !held || st.replied(j.awaits) {
		return err == nil
	}
	if st.Request.Try > st.Try || !e.over(st) {
		answer, err := e.Handle(ctx, st.Request)
		if err != nil || answer.Later {
			return err == nil
		}
		st.Own = &answer.Reply
	}
	return e.callBack(ctx, j, st) == nil
}

// errNewer says that the caller has asked for a newer try, which its callback is not about.
var errNewer = errors.New("asked for a newer try meanwhile")

// callBack replies to the caller; once that has confirmed, the job is done.
func (e *Engine) callBack(ctx context.Context, j job, st state) error {
	e.Crash.Pass(e.Step.Service + ":" + beforeCall)
	if err := e.Reply(ctx, st.Request.ReplyTo, st.Request, *st.Own); err != nil {
		return err
	}
	e.Crash.Pass(e.Step.Service + ":" + afterCall)
	return e.Store.Update(func(tx *store.Tx) error {
		if now, _ := loadState(tx, j.Order); now.Request.Try > st.Request.Try {
			return errNewer
		}
		dropJob(tx, j)
		return nil
	})
}

// awaitLater keeps a job for a step whose callee owes it a reply, and asks that callee again after a while.
func (e *Engine) awaitLater(id, callee string) error {
	j := serveJob(id).later(callee)
	replied := false
	err := e.Store.Update(func(tx *store.Tx) error {
		st, _ := loadState(tx, id)
		if replied = st.Own != nil || st.replied(callee); !replied {
			putJob(tx, j)
		}
		return nil
	})
	if err == nil && !replied {
		e.jobs.add(j)
	}
	return err
}
