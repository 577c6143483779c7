package chaos

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"faultline/bench"
)

// A campaign kills its victim again and again, and starts it again after a short pause each time: as often as its fault says,
// or until it is halted where that says nothing.
type campaign struct {
	fault  bench.Fault
	victim *service
	note   func(bench.Event)
	random *rand.Rand
	// arm readies the next strike; await returns nil once the victim is dead, or an error if ctx is done first.
	arm, await func(ctx context.Context) error

	cancel context.CancelFunc
	ended  chan struct{}
	struck int   // read after ended
	err    error // what ended it early; read after ended
}

func (n *Network) newCampaign(f bench.Fault, victim *service, note func(bench.Event)) *campaign {
	name := fnv.New64a()
	name.Write([]byte(f.Name))
	return &campaign{fault: f, victim: victim, note: note, random: rand.New(rand.NewPCG(n.seed, name.Sum64()))}
}

// start arms the first strike and leaves the rest to a goroutine, which halt awaits.
func (c *campaign) start(ctx context.Context) error {
	if err := c.arm(ctx); err != nil {
		return err
	}
	ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	c.ended = make(chan struct{})
	go func() {
		defer close(c.ended)
		c.err = c.run(ctx)
	}()
	return nil
}

func (c *campaign) run(ctx context.Context) error {
	for {
		if err := c.await(ctx); err != nil {
			return err
		}
		c.struck++
		pause(ctx, c.between(100*time.Millisecond, 300*time.Millisecond))
		if err := c.victim.revive(context.WithoutCancel(ctx), c.note); err != nil {
			return err
		}
		if c.struck == c.fault.Times {
			return nil
		}
		if err := c.arm(ctx); err != nil {
			return err
		}
	}
}

// halt ends the campaign and waits for what it is doing; it may be repeated, and needs no start.
func (c *campaign) halt(ctx context.Context) error {
	if c.ended == nil {
		return nil
	}
	c.cancel()
	select {
	case <-c.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the last restart of %s: %w", c.victim.name, ctx.Err())
	}
}

// finish halts the campaign and leaves its victim up and ready.
func (c *campaign) finish(ctx context.Context) error {
	if err := c.halt(ctx); err != nil {
		return err
	}
	if err := c.victim.revive(ctx, c.note); err != nil {
		return err
	}
	c.report()
	return nil
}

// report warns of a campaign that struck less often than it was asked to; call it once, after halt.
func (c *campaign) report() {
	if c.ended == nil || c.struck >= c.fault.Times {
		return
	}
	detail := fmt.Sprintf("%s struck %d of %d times: make the fault window longer, or the load stronger", c.fault.Name, c.struck, c.fault.Times)
	if c.err != nil && !errors.Is(c.err, context.Canceled) {
		detail = fmt.Sprintf("%s struck %d of %d times: %v", c.fault.Name, c.struck, c.fault.Times, c.err)
	}
	c.note(bench.Event{Kind: bench.EventWarning, Place: c.fault.Place, Detail: detail, Value: float64(c.struck)})
}

func (c *campaign) between(least, most time.Duration) time.Duration {
	return least + time.Duration(c.random.Int64N(int64(most-least)))
}
