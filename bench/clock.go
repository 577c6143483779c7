package bench

import (
	"context"
	"time"
)

// A Clock counts from the start of a trial. It is monotonic: the wall clock may step.
type Clock struct{ Base time.Time }

// Now is the time since the trial began.
func (c Clock) Now() time.Duration { return time.Since(c.Base) }

// Sleep waits until a moment of the trial, or until ctx is done.
func (c Clock) Sleep(ctx context.Context, until time.Duration) error {
	timer := time.NewTimer(until - c.Now())
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Stepped is by how much the wall clock was set since the trial began: its change less the monotonic one.
func (c Clock) Stepped() time.Duration {
	now := time.Now()
	return now.Round(0).Sub(c.Base.Round(0)) - now.Sub(c.Base)
}
