package chaos

import (
	"context"
	"fmt"
	"time"

	"faultline/bench"
)

// strikeEvery is the time from one strike to the next where the fault says nothing.
const strikeEvery = 500 * time.Millisecond

// strikes is a fault that happens at moments: at once, and again after each pause, as often as the fault says. What one
// strike did, a number, is told. heal comes after the last.
func strikes(f bench.Fault, note func(bench.Event), what string, strike func(context.Context) (int, error), heal bench.Heal) breakage {
	every := f.Delay
	if every == 0 {
		every = strikeEvery
	}
	struck := 0
	one := func(ctx context.Context) error {
		n, err := strike(ctx)
		if err == nil {
			struck++
			note(bench.Event{Kind: bench.EventHit, Place: f.Place, Fault: f.Name, Value: float64(n), Detail: fmt.Sprintf("%d %s", n, what)})
		}
		return err
	}
	stop, ended, began := make(chan struct{}), make(chan struct{}), false
	inject := func(ctx context.Context) error {
		if err := one(ctx); err != nil {
			return err
		}
		began = true
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		go func() {
			defer close(ended)
			defer cancel()
			for n := 1; n < f.Times; n++ {
				select {
				case <-stop:
					return
				case <-time.After(every):
				}
				if err := one(ctx); err != nil {
					note(bench.Event{Kind: bench.EventWarning, Place: f.Place, Fault: f.Name, Detail: err.Error()})
				}
			}
		}()
		return nil
	}
	halted := false
	return breakage{inject: inject, heal: func(ctx context.Context) error {
		if began && !halted {
			close(stop)
			<-ended
			halted = true
			if struck < f.Times {
				note(bench.Event{Kind: bench.EventWarning, Place: f.Place, Fault: f.Name, Value: float64(struck),
					Detail: fmt.Sprintf("%s struck %d of %d times: make the fault window longer, or its delay shorter", f.Name, struck, f.Times)})
			}
		}
		return heal(ctx)
	}}
}
