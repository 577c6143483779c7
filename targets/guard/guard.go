// Package guard carries out what a link says of its caller's resilience. From the outside in: retry (with its budget),
// breaker, bulkhead, hedge, and the time-out of each attempt. So a retry asks the breaker anew, and what a breaker or
// a bulkhead turns away was never sent.
package guard

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/hedgepolicy"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"faultline/bench"
	"faultline/targets/flow"
)

// maxBackoff is the longest wait between two attempts, jitter aside.
const maxBackoff = time.Second

// A Guard stands before the calls of one link. It may be used by several goroutines.
type Guard struct {
	callee   string
	timeout  time.Duration // of an attempt; 0: none
	budget   *bench.Budget
	executor failsafe.Executor[flow.Answer] // nil: nothing but the time-out
}

// New makes the guard of a link to a callee. The given time-out is that of links that name none.
func New(callee string, r bench.Resilience, timeout time.Duration) *Guard {
	g := &Guard{callee: callee, timeout: timeout}
	if r.Timeout != nil {
		g.timeout = *r.Timeout
	}
	var policies []failsafe.Policy[flow.Answer]
	if r.Retry != nil {
		g.budget = bench.NewBudget(r.Retry.Budget)
		policies = append(policies, g.retry(*r.Retry))
	}
	if b := r.Breaker; b != nil {
		policies = append(policies, circuitbreaker.NewBuilder[flow.Answer]().
			WithFailureThreshold(uint(b.Failures)).WithDelay(b.Open).Build())
	}
	if b := r.Bulkhead; b != nil {
		policies = append(policies, bulkhead.NewBuilder[flow.Answer](uint(b.Calls)).WithMaxWaitTime(b.Wait).Build())
	}
	if h := r.Hedge; h != nil {
		policies = append(policies, hedgepolicy.NewBuilderWithDelay[flow.Answer](h.After).Build())
	}
	if len(policies) > 0 {
		g.executor = failsafe.With(policies...)
	}
	return g
}

func (g *Guard) retry(r bench.Retry) failsafe.Policy[flow.Answer] {
	b := retrypolicy.NewBuilder[flow.Answer]().WithMaxRetries(r.Attempts).ReturnLastFailure().
		AbortIf(func(_ flow.Answer, err error) bool {
			var last failed
			return errors.As(err, &last) && last.attempt <= r.Attempts && !g.budget.Spend()
		})
	switch {
	case r.Backoff >= maxBackoff:
		b = b.WithDelay(r.Backoff)
	case r.Backoff > 0:
		b = b.WithBackoff(r.Backoff, maxBackoff)
	}
	if r.Jitter > 0 && r.Backoff > 0 {
		b = b.WithJitterFactor(r.Jitter)
	}
	return b.Build()
}

// failed is the error of an attempt, with its number from 1.
type failed struct {
	error
	attempt int
}

func (f failed) Unwrap() error { return f.error }

// Do makes one call, by as many attempts as the guard lets through. A decline is an answer, and no reason for another.
// Its error is flow.ErrNotSent only if no attempt may have been.
func (g *Guard) Do(ctx context.Context, attempt func(context.Context) (flow.Answer, error)) (flow.Answer, error) {
	g.budget.Earn()
	if g.executor == nil {
		return g.once(ctx, attempt)
	}
	var sent atomic.Bool
	answer, err := g.executor.WithContext(ctx).GetWithExecution(func(e failsafe.Execution[flow.Answer]) (flow.Answer, error) {
		answer, err := g.once(e.Context(), attempt)
		if err == nil {
			return answer, nil
		}
		if !errors.Is(err, flow.ErrNotSent) {
			sent.Store(true)
		}
		return answer, failed{err, e.Attempts()}
	})
	return answer, g.told(err, sent.Load())
}

// once makes one attempt within its time-out, and within what is left of the caller's deadline.
func (g *Guard) once(ctx context.Context, attempt func(context.Context) (flow.Answer, error)) (flow.Answer, error) {
	if g.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, g.timeout)
		defer cancel()
	}
	return attempt(ctx)
}

// told is a call's error as its caller sees it.
func (g *Guard) told(err error, sent bool) error {
	var last failed
	if errors.As(err, &last) {
		err = last.error
	}
	var f *flow.Failure
	switch {
	case err == nil:
		return nil
	case errors.Is(err, circuitbreaker.ErrOpen):
		return g.barred("its breaker is open", sent)
	case errors.Is(err, bulkhead.ErrFull):
		return g.barred("its bulkhead is full", sent)
	case sent && errors.Is(err, flow.ErrNotSent):
		return &flow.Failure{Service: g.callee, Code: http.StatusBadGateway, Detail: err.Error()}
	}
	if !errors.As(err, &f) && over(err) {
		return &flow.Failure{Service: g.callee, Code: http.StatusGatewayTimeout, Detail: "did not answer in time"}
	}
	return err
}

// over reports whether an error says that the caller's own time has run out.
func over(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, failsafe.ErrExecutionCanceled)
}

// barred is a call that the caller did not make.
func (g *Guard) barred(why string, sent bool) error {
	f := &flow.Failure{Service: g.callee, Code: http.StatusServiceUnavailable, Detail: "was not called: " + why}
	if sent {
		return f
	}
	return errors.Join(flow.ErrNotSent, f)
}
