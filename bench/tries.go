package bench

import (
	"math/rand/v2"
	"time"
)

// maxClientBackoff is the longest wait between two attempts of a client.
const maxClientBackoff = time.Second

// A patience is what a client does about an order that fails: how long it waits for an answer, and how often it
// places the order again, under the same key.
type patience struct {
	timeout time.Duration
	tells   bool // its time-out, with the order
	retry   Retry
	budget  *Budget
	// resend is how long a client waits for an answer before it sends the order once more beside; 0: it does not. It does
	// so at most more times.
	resend time.Duration
	more   int
}

// newPatience is that of the client's link; where it says nothing, the load's time-out and one attempt.
func newPatience(l Load, link Link) patience {
	p := patience{timeout: l.Timeout, tells: link.Deadline}
	if t := link.Timeout; t != nil && *t > 0 {
		p.timeout = *t
	}
	if link.Retry != nil {
		p.retry, p.budget = *link.Retry, NewBudget(link.Retry.Budget)
	}
	return p
}

// place sends an order, by as many attempts as the client's patience has, and notes what the last one told.
func (s sender) place(o *Order) {
	p := s.patienceAt(o.Planned)
	if p.resend > 0 {
		s.hurry(o, p)
		return
	}
	p.budget.Earn()
	unheard := false
	for {
		code, body, err := s.post(o.Seq, int(o.Attempts), p)
		o.Attempts++
		o.Acked = s.clock.Now()
		o.learn(code, body, err)
		if o.Told == ToldFailed && unheard && code == 0 {
			o.Told, o.Settled = ToldNothing, Never // an earlier attempt may have got through
		}
		unheard = unheard || o.Told == ToldNothing
		if !s.again(*o, p) || s.clock.Sleep(s.ctx, s.clock.Now()+p.wait(s.header.Seed, *o)) != nil {
			return
		}
	}
}

// again reports whether an order is placed again: a decline is an answer, and so is a request that can't be understood.
func (s sender) again(o Order, p patience) bool {
	failed := o.Told == ToldNothing || o.Told == ToldFailed && (o.Code == 0 || o.Code >= 500)
	return failed && int(o.Attempts) <= p.retry.Attempts && s.ctx.Err() == nil && p.budget.Spend()
}

// wait is the time before an order's next attempt: doubled from one to the next, with jitter.
func (p patience) wait(seed uint64, o Order) time.Duration {
	d := min(maxClientBackoff, p.retry.Backoff<<min(o.Attempts-1, 10))
	if p.retry.Backoff >= maxClientBackoff {
		d = p.retry.Backoff
	}
	jitter := rand.New(rand.NewPCG(seed, uint64(o.Seq)<<8+uint64(o.Attempts))).Float64()
	return time.Duration(float64(d) * (1 + p.retry.Jitter*(2*jitter-1)))
}
