package queue

import (
	"cmp"
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"faultline/targets/engine"
)

// A Pace is how slowly a service takes messages: a fault. The zero one takes them as they come.
type Pace struct {
	// Hands is how many messages it has in work at a time, over all its queues; 0: as many as it is handed. The others that it was
	// handed wait, not acknowledged, as they do in a consumer that is slow.
	Hands int `json:"hands"`
	// Delay is the wait before each.
	Delay time.Duration `json:"delay_ns"`
}

// Slow has the service take messages at a pace from now on. Those that it has in work stay there.
func (p *Peer) Slow(to Pace) error {
	if to.Hands < 0 || to.Delay < 0 {
		return errors.New("hands and delay_ns: must be 0 or more")
	}
	p.pace.set(to)
	return nil
}

// A pace is kept by all consumers of a service.
type pace struct {
	mu    sync.Mutex
	now   Pace
	hands *engine.Slots // nil until they are counted
}

func (p *pace) set(to Pace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = to
	p.counted().Resize(cmp.Or(to.Hands, math.MaxInt32))
}

// counted are the hands; the lock is held.
func (p *pace) counted() *engine.Slots {
	if p.hands == nil {
		p.hands = engine.NewSlots(math.MaxInt32, 0)
	}
	return p.hands
}

// take waits for a hand, and as long as each message waits. put gives the hand back.
func (p *pace) take(ctx context.Context) (put func(), err error) {
	p.mu.Lock()
	hands := p.counted()
	p.mu.Unlock()
	hand, err := hands.Acquire(ctx, false)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	delay := p.now.Delay
	p.mu.Unlock()
	if delay == 0 {
		return hand.Release, nil
	}
	select {
	case <-time.After(delay):
		return hand.Release, nil
	case <-ctx.Done():
		hand.Release()
		return nil, ctx.Err()
	}
}
