package bench

import (
	"fmt"
	"strings"
	"time"
)

// Resilience is what a caller does about a callee that is slow or fails: data on a link. The zero value is the
// flow's time-out (flow.timeouts) and nothing else.
type Resilience struct {
	// Timeout of one attempt at a call; nil is the flow's, 0 is none at all.
	Timeout *time.Duration `json:"timeout,omitempty" yaml:"timeout,omitempty"`
	// Deadline has a client tell its time-out with the order, so that services leave what can't be done by then. What services call
	// each other with is told in any case.
	Deadline bool `json:"deadline,omitempty" yaml:"deadline,omitempty"`
	// Retry, Breaker, Bulkhead and Hedge are left out where nil.
	Retry    *Retry    `json:"retry,omitempty" yaml:"retry,omitempty"`
	Breaker  *Breaker  `json:"breaker,omitempty" yaml:"breaker,omitempty"`
	Bulkhead *Bulkhead `json:"bulkhead,omitempty" yaml:"bulkhead,omitempty"`
	Hedge    *Hedge    `json:"hedge,omitempty" yaml:"hedge,omitempty"`
}

// A Retry calls again after a failure. A decline is an answer and is never retried.
type Retry struct {
	// Attempts after the first: N retries make at most N+1 calls.
	Attempts int `json:"attempts" yaml:"attempts"`
	// Backoff is the wait before the first retry; it doubles from one to the next, up to a second.
	Backoff time.Duration `json:"backoff,omitempty" yaml:"backoff,omitempty"`
	// Jitter is the share of the wait that is drawn at random, 0 to 1.
	Jitter float64 `json:"jitter,omitempty" yaml:"jitter,omitempty"`
	// Budget is how many retries a caller may make for each first attempt, on average, 0 to 1; 0 is no bound
	// (Brooker, 2022: a token bucket filled by first attempts).
	Budget float64 `json:"budget,omitempty" yaml:"budget,omitempty"`
}

// A Breaker stops calling a callee that fails, for a while.
type Breaker struct {
	// Failures is how many failed calls in a row open it.
	Failures int `json:"failures" yaml:"failures"`
	// Open is how long no call is made, until one is tried again.
	Open time.Duration `json:"open" yaml:"open"`
}

// A Bulkhead bounds the calls of a link that are under way at once.
type Bulkhead struct {
	Calls int `json:"calls" yaml:"calls"`
	// Wait is how long a call waits for its turn before it fails.
	Wait time.Duration `json:"wait,omitempty" yaml:"wait,omitempty"`
}

// A Hedge makes a second, equal call when the first takes long, and takes the answer that comes first.
type Hedge struct {
	After time.Duration `json:"after" yaml:"after"`
}

// Words says in a few words what the caller does, "" for nothing but the flow's time-out.
func (r Resilience) Words() string {
	var parts []string
	if t := r.Timeout; t != nil && *t == 0 {
		parts = append(parts, "no time-out")
	} else if t != nil {
		parts = append(parts, fmt.Sprintf("time-out %v", *t))
	}
	if r.Deadline {
		parts = append(parts, "deadline told")
	}
	if t := r.Retry; t != nil {
		parts = append(parts, fmt.Sprintf("%d retries", t.Attempts))
		if t.Budget > 0 {
			parts = append(parts, fmt.Sprintf("budget %g %%", 100*t.Budget))
		}
	}
	if b := r.Breaker; b != nil {
		parts = append(parts, fmt.Sprintf("breaker %d, %v", b.Failures, b.Open))
	}
	if b := r.Bulkhead; b != nil {
		parts = append(parts, fmt.Sprintf("bulkhead %d", b.Calls))
	}
	if h := r.Hedge; h != nil {
		parts = append(parts, fmt.Sprintf("hedge after %v", h.After))
	}
	return strings.Join(parts, ", ")
}

// means returns what makes no sense on a link: a client only waits and tries again, and a hand-over to a broker can't be
// hedged, since each copy would be done.
func (l Link) means(name string) (errs []error) {
	bad := func(wrong bool, field, why string) {
		if wrong {
			errs = append(errs, Problem{field, fmt.Errorf("%s.%s: %s: remove it", name, field, why)})
		}
	}
	client := l.From == Client
	bad(client && l.Breaker != nil, "breaker", "clients have time-outs and retries only")
	bad(client && l.Bulkhead != nil, "bulkhead", "clients have time-outs and retries only")
	bad(client && l.Hedge != nil, "hedge", "clients have time-outs and retries only")
	bad(!client && l.Deadline, "deadline", "services tell theirs in any case")
	bad(!client && l.Transport != "http" && l.Hedge != nil, "hedge", "only calls over http can be hedged")
	return errs
}

// check returns every option out of its range; at names the link.
func (r Resilience) check(at string) (errs []error) {
	bad := func(wrong bool, field, format string, args ...any) {
		if wrong {
			errs = append(errs, Problem{field, fmt.Errorf(at+"."+field+": "+format, args...)})
		}
	}
	span := func(field string, d, least time.Duration) {
		bad(d < least || d > time.Minute, field, "%v must be from %v to 1m", d, least)
	}
	if r.Timeout != nil {
		span("timeout", *r.Timeout, 0)
	}
	if t := r.Retry; t != nil {
		bad(t.Attempts < 1 || t.Attempts > 10, "retry.attempts", "%d must be from 1 to 10", t.Attempts)
		span("retry.backoff", t.Backoff, 0)
		bad(!(t.Jitter >= 0 && t.Jitter <= 1), "retry.jitter", "%g must be from 0 to 1", t.Jitter)
		bad(!(t.Budget >= 0 && t.Budget <= 1), "retry.budget", "%g must be from 0 to 1", t.Budget)
	}
	if b := r.Breaker; b != nil {
		bad(b.Failures < 1 || b.Failures > 1000, "breaker.failures", "%d must be from 1 to 1000", b.Failures)
		span("breaker.open", b.Open, time.Millisecond)
	}
	if b := r.Bulkhead; b != nil {
		bad(b.Calls < 1 || b.Calls > maxSlots, "bulkhead.calls", "%d must be from 1 to %d", b.Calls, maxSlots)
		span("bulkhead.wait", b.Wait, 0)
	}
	if h := r.Hedge; h != nil {
		span("hedge.after", h.After, time.Millisecond)
	}
	return errs
}
