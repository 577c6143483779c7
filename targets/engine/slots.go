package engine

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// errFull says that the queue in front of the slots is full.
var errFull = errors.New("queue is full")

// Slots are a service's limited worker slots with a bounded first-come queue in front.
type Slots struct {
	mu      sync.Mutex
	free    int
	size    int
	paused  bool
	bound   int
	waiting list.List // of chan time.Time
}

// A Slot is held by one piece of work. Its clock is when the work so far should have ended: work that
// waited begins when its predecessor should have ended, so that the pool's capacity is exactly slots / service time.
type Slot struct {
	slots *Slots
	clock time.Time
	spent *stretch // what its holder spends; nil: nobody measures it
}

// NewSlots makes a pool of size slots in whose queue at most bound requests wait.
func NewSlots(size, bound int) *Slots { return &Slots{free: size, size: size, bound: bound} }

// Acquire waits for a slot. Only a request that may be shed is refused when the queue is full.
func (s *Slots) Acquire(ctx context.Context, shed bool) (*Slot, error) {
	s.mu.Lock()
	if s.free > 0 && !s.paused {
		s.free--
		s.mu.Unlock()
		return &Slot{slots: s, clock: time.Now()}, nil
	}
	if shed && s.waiting.Len() >= s.bound {
		s.mu.Unlock()
		return nil, errFull
	}
	turn := make(chan time.Time, 1)
	place := s.waiting.PushBack(turn)
	s.mu.Unlock()
	select {
	case clock := <-turn:
		return &Slot{slots: s, clock: clock}, nil
	case <-ctx.Done():
		s.leave(place, turn)
		return nil, ctx.Err()
	}
}

// leave gives up a place in the queue, or the slot that came in the same moment.
func (s *Slots) leave(place *list.Element, turn chan time.Time) {
	s.mu.Lock()
	select {
	case clock := <-turn:
		s.mu.Unlock()
		(&Slot{slots: s, clock: clock}).Release()
	default:
		s.waiting.Remove(place)
		s.mu.Unlock()
	}
}

// Pause has nobody get a slot any more: what is under way ends, what comes waits.
func (s *Slots) Pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = true
}

// Resize changes how many there are. Whoever holds one keeps it: where more are in use than are left, those that end are not
// passed on. The queue keeps its bound.
func (s *Slots) Resize(size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free += size - s.size
	s.size = size
	for s.free > 0 && !s.paused && s.waiting.Len() > 0 {
		s.free--
		s.waiting.Remove(s.waiting.Front()).(chan time.Time) <- time.Now()
	}
}

// Size is how many slots there are.
func (s *Slots) Size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size
}

// Release passes the slot on.
func (l *Slot) Release() {
	s := l.slots
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.waiting.Front()
	if first == nil || s.paused || s.free < 0 {
		s.free++
		return
	}
	s.waiting.Remove(first)
	first.Value.(chan time.Time) <- l.clock
}

// Work holds the slot for d of service time.
func (l *Slot) Work(d time.Duration) {
	l.clock = l.clock.Add(d)
	time.Sleep(time.Until(l.clock))
}

// Waited tells the slot that its holder waited for somebody else: its clock is now.
func (l *Slot) Waited() { l.clock = time.Now() }

// await waits for a reply that comes later, holding the slot, and reports whether it was there before ctx was done.
func (l *Slot) await(ctx context.Context, woken <-chan struct{}) bool {
	if l.spent != nil {
		defer l.spent.waited(l.spent.callee, time.Now())
	}
	select {
	case <-woken:
		l.Waited()
		return true
	case <-ctx.Done():
		return false
	}
}

// Usage returns how many slots are in use and how many requests wait for one.
func (s *Slots) Usage() (inUse, waiting int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size - s.free, s.waiting.Len()
}
