package guard

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"faultline/bench"
	"faultline/internal/poll"
	"faultline/targets/flow"
)

var (
	done      = flow.Answer{Reply: flow.Reply{Outcome: flow.Done}}
	failed502 = &flow.Failure{Service: "risk", Code: http.StatusBadGateway, Detail: "connection refused"}
)

// A callee fails its first calls and then answers.
type callee struct {
	fails int64
	with  error
	calls atomic.Int64
}

func (c *callee) call(context.Context) (flow.Answer, error) {
	if c.calls.Add(1) <= c.fails {
		return flow.Answer{}, c.with
	}
	return done, nil
}

func TestRetry(t *testing.T) {
	retry := func(n int) bench.Resilience {
		return bench.Resilience{Retry: &bench.Retry{Attempts: n, Backoff: time.Millisecond, Jitter: 0.5}}
	}
	for _, c := range []struct {
		name  string
		r     bench.Resilience
		fails int64
		with  error
		calls int64
		code  int  // of the failure; 0: none
		not   bool // it was not sent
	}{
		{"nothing", bench.Resilience{}, 1, failed502, 1, 502, false},
		{"not needed", retry(3), 0, nil, 1, 0, false},
		{"in time", retry(3), 3, failed502, 4, 0, false},
		{"too few", retry(3), 99, failed502, 4, 502, false},
		{"never sent", retry(2), 99, errors.Join(flow.ErrNotSent, failed502), 3, 502, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			to := &callee{fails: c.fails, with: c.with}
			answer, err := New("risk", c.r, time.Second).Do(t.Context(), to.call)
			var f *flow.Failure
			if to.calls.Load() != c.calls || errors.As(err, &f) != (c.code > 0) || f != nil && f.Code != c.code {
				t.Errorf("%d calls, %+v, %v", to.calls.Load(), answer, err)
			}
			if errors.Is(err, flow.ErrNotSent) != c.not {
				t.Errorf("not sent: %v", err)
			}
		})
	}
}

// TestMaybeSent: once an attempt may have arrived, no later one makes the call unsent.
func TestMaybeSent(t *testing.T) {
	n := 0
	_, err := New("risk", bench.Resilience{Retry: &bench.Retry{Attempts: 1}}, time.Second).Do(t.Context(),
		func(context.Context) (flow.Answer, error) {
			if n++; n == 1 {
				return flow.Answer{}, failed502
			}
			return flow.Answer{}, flow.ErrNotSent
		})
	var f *flow.Failure
	if errors.Is(err, flow.ErrNotSent) || !errors.As(err, &f) {
		t.Errorf("after one that may have arrived: %v", err)
	}
}

func TestADeclineIsAnAnswer(t *testing.T) {
	calls := 0
	answer, err := New("fraud", bench.Resilience{Retry: &bench.Retry{Attempts: 3}}, time.Second).Do(t.Context(),
		func(context.Context) (flow.Answer, error) {
			calls++
			return flow.Answer{Reply: flow.Reply{Outcome: flow.Declined}}, nil
		})
	if calls != 1 || err != nil || answer.Reply.Outcome != flow.Declined {
		t.Errorf("%d calls, %+v, %v", calls, answer, err)
	}
}

// TestBudget: with everything failing, a budget of a tenth makes 1.1 attempts a call.
func TestBudget(t *testing.T) {
	to := &callee{fails: 1 << 60, with: failed502}
	g := New("risk", bench.Resilience{Retry: &bench.Retry{Attempts: 3, Budget: 0.1}}, time.Second)
	for range 1000 {
		_, _ = g.Do(t.Context(), to.call)
	}
	if n := to.calls.Load(); n != 1100 {
		t.Errorf("1000 calls made %d attempts, want 1100", n)
	}
}

func TestTimeout(t *testing.T) {
	slow := func(ctx context.Context) (flow.Answer, error) {
		<-ctx.Done()
		return flow.Answer{}, ctx.Err()
	}
	short, none := 20*time.Millisecond, time.Duration(0)
	for _, c := range []struct {
		name string
		r    bench.Resilience
		want time.Duration
	}{
		{"the flow's", bench.Resilience{}, 100 * time.Millisecond},
		{"its own", bench.Resilience{Timeout: &short}, short},
		{"none but the caller's", bench.Resilience{Timeout: &none}, 300 * time.Millisecond},
		{"each attempt's", bench.Resilience{Timeout: &short, Retry: &bench.Retry{Attempts: 2}}, 3 * short},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			begin := time.Now()
			if _, err := New("risk", c.r, 100*time.Millisecond).Do(ctx, slow); err == nil {
				t.Error("it was answered")
			}
			if took := time.Since(begin); took < c.want-time.Millisecond || took > c.want+150*time.Millisecond {
				t.Errorf("gave up after %v, want %v", took, c.want)
			}
		})
	}
}

// TestOutOfTime: a caller whose own time is over learns which callee did not answer.
func TestOutOfTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	to := &callee{fails: 1 << 60, with: failed502}
	_, err := New("risk", bench.Resilience{Retry: &bench.Retry{Attempts: 10, Backoff: 500 * time.Millisecond}}, time.Second).Do(ctx, to.call)
	var f *flow.Failure
	if !errors.As(err, &f) || f.Service != "risk" {
		t.Errorf("out of time: %v", err)
	}
}

func TestBreaker(t *testing.T) {
	to := &callee{fails: 3, with: failed502}
	g := New("risk", bench.Resilience{Breaker: &bench.Breaker{Failures: 3, Open: 100 * time.Millisecond}}, time.Second)
	for range 10 {
		_, _ = g.Do(t.Context(), to.call)
	}
	_, err := g.Do(t.Context(), to.call)
	var f *flow.Failure
	if to.calls.Load() != 3 || !errors.As(err, &f) || f.Code != http.StatusServiceUnavailable || !errors.Is(err, flow.ErrNotSent) {
		t.Errorf("%d calls got through the breaker, the last: %v", to.calls.Load(), err)
	}
	poll.Until(t, time.Second, "the breaker is half open", func() bool { _, err := g.Do(t.Context(), to.call); return err == nil })
	if to.calls.Load() != 4 {
		t.Errorf("half open: %d calls", to.calls.Load())
	}
}

func TestBulkhead(t *testing.T) {
	g := New("risk", bench.Resilience{Bulkhead: &bench.Bulkhead{Calls: 2}}, time.Second)
	hold, held := make(chan struct{}), make(chan struct{}, 2)
	for range 2 {
		go func() {
			_, _ = g.Do(t.Context(), func(context.Context) (flow.Answer, error) { held <- struct{}{}; <-hold; return done, nil })
		}()
	}
	<-held
	<-held
	to := &callee{}
	if _, err := g.Do(t.Context(), to.call); err == nil || to.calls.Load() != 0 {
		t.Errorf("a third call got in: %v", err)
	}
	close(hold)
	poll.Until(t, 5*time.Second, "the bulkhead has room", func() bool { _, err := g.Do(t.Context(), to.call); return err == nil })
}

func TestHedge(t *testing.T) {
	var calls atomic.Int64
	g := New("risk", bench.Resilience{Hedge: &bench.Hedge{After: 20 * time.Millisecond}}, time.Second)
	begin := time.Now()
	answer, err := g.Do(t.Context(), func(ctx context.Context) (flow.Answer, error) {
		if calls.Add(1) == 1 {
			<-ctx.Done() // the first hangs
			return flow.Answer{}, ctx.Err()
		}
		return done, nil
	})
	if err != nil || answer.Reply.Outcome != flow.Done || calls.Load() != 2 || time.Since(begin) > 500*time.Millisecond {
		t.Errorf("%d calls in %v: %+v, %v", calls.Load(), time.Since(begin), answer, err)
	}
}
