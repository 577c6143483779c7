package bench

import (
	"context"
	"time"
)

// Progress is how far a trial is: what is shown while it runs.
type Progress struct {
	Trial    TrialHeader
	Index    int // of the trial, from 1
	Trials   int
	Phase    string // start, warm-up, baseline, fault, recovery, drain
	Now      time.Duration
	Sent     int
	Answered int
	Failed   int // answers that were failures, or none
	Done     int // orders known to be done
	Open     int // accepted and not settled
	// Ack and Done latencies of the last second: the largest.
	AckMax, DoneMax time.Duration
	// Rounds is there, and nothing else, after a round of a plan with an Until, with what is known then.
	Rounds *Rounds
	Widths []Width
}

// seen counts an order for the display.
func (t *trial) seen(o Order, answer bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if answer {
		t.progress.Answered++
		t.progress.AckMax = max(t.progress.AckMax, o.Acked-o.Planned)
		if o.Told == ToldFailed || o.Told == ToldNothing {
			t.progress.Failed++
		}
	}
	if o.Done != Never {
		t.progress.Done++
		t.progress.DoneMax = max(t.progress.DoneMax, o.Done-o.Planned)
	}
}

// tell reports the progress each second.
func (t *trial) tell(ctx context.Context) {
	every(ctx, t.clock, func() {
		t.mu.Lock()
		p := t.progress
		t.progress.AckMax, t.progress.DoneMax = 0, 0
		t.mu.Unlock()
		p.Now, p.Sent, p.Open = t.clock.Now(), int(t.driver.sent.Load()), t.observer.Open()
		t.report(p)
	})
}
