package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"faultline/internal/poll"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func take(t *testing.T, s *Slots) *Slot {
	t.Helper()
	slot, err := s.Acquire(t.Context(), true)
	must(t, err)
	return slot
}

// queueUp has n requests wait, one after the other; each says its number when it gets its slot.
func queueUp(t *testing.T, s *Slots, n int) (turns chan int) {
	t.Helper()
	turns = make(chan int, n)
	for i := range n {
		go func() {
			slot, err := s.Acquire(context.Background(), false)
			if err != nil {
				panic(err)
			}
			turns <- i
			slot.Release()
		}()
		awaitWaiting(t, s, i+1)
	}
	return turns
}

func awaitWaiting(t *testing.T, s *Slots, n int) {
	t.Helper()
	poll.Until(t, 5*time.Second, "they wait", func() bool { _, waiting := s.Usage(); return waiting == n })
}

func TestSlotsAreFirstComeFirstServed(t *testing.T) {
	s := NewSlots(1, 0)
	slot := take(t, s)
	turns := queueUp(t, s, 10)
	slot.Release()
	var got []int
	for range 10 {
		got = append(got, <-turns)
	}
	if !slices.IsSorted(got) {
		t.Errorf("served in the order %v", got)
	}
	poll.Until(t, 5*time.Second, "all are free", func() bool { inUse, waiting := s.Usage(); return inUse == 0 && waiting == 0 })
}

func TestSlotsShed(t *testing.T) {
	s := NewSlots(1, 2)
	slot := take(t, s)
	turns := queueUp(t, s, 2)
	if _, err := s.Acquire(t.Context(), true); !errors.Is(err, errFull) {
		t.Errorf("third in a queue of two: %v", err)
	}
	message := make(chan error, 1) // from a broker: never shed
	go func() {
		slot, err := s.Acquire(context.Background(), false)
		if err == nil {
			slot.Release()
		}
		message <- err
	}()
	awaitWaiting(t, s, 3)
	slot.Release()
	<-turns
	<-turns
	must(t, <-message)
	take(t, s).Release()
}

func TestCancelledWaiterLeaves(t *testing.T) {
	s := NewSlots(1, 10)
	slot := take(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, err := s.Acquire(ctx, true)
		gone <- err
	}()
	awaitWaiting(t, s, 1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, waiting := s.Usage(); waiting != 0 {
		t.Errorf("%d wait", waiting)
	}
	slot.Release()
	take(t, s).Release() // the slot was not given to who had left
}

// TestLeaveRace: a slot that comes in the moment in which its waiter leaves is passed on.
func TestLeaveRace(t *testing.T) {
	s := NewSlots(1, 10)
	for range 500 {
		slot := take(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() {
			if slot, err := s.Acquire(ctx, true); err == nil {
				slot.Release()
			}
		})
		both.Go(cancel)
		slot.Release()
		both.Wait()
		if inUse, waiting := s.Usage(); inUse != 0 || waiting != 0 {
			t.Fatalf("%d in use, %d waiting", inUse, waiting)
		}
	}
}

func TestPause(t *testing.T) {
	s := NewSlots(2, 10)
	under := take(t, s)
	s.Pause()
	turns := queueUp(t, s, 1)
	under.Release()
	select {
	case <-turns:
		t.Error("a paused service began something")
	default:
	}
	if inUse, waiting := s.Usage(); inUse != 0 || waiting != 1 {
		t.Errorf("%d in use, %d waiting", inUse, waiting)
	}
}

// TestCapacity: c slots with service time s do c/s a second, although timers come late.
func TestCapacity(t *testing.T) {
	const slots, service, requests = 8, 5 * time.Millisecond, 1600 // one second's work
	s := NewSlots(slots, requests)
	begin := time.Now()
	var all sync.WaitGroup
	for range requests {
		all.Go(func() {
			slot, err := s.Acquire(t.Context(), true)
			if err != nil {
				t.Error(err)
				return
			}
			slot.Work(service)
			slot.Release()
		})
	}
	all.Wait()
	want := requests * service / slots
	if ratio := float64(time.Since(begin)) / float64(want); ratio < 0.97 || ratio > 1.03 {
		t.Errorf("it took %.3f of %v", ratio, want)
	}
}

// TestWaited: who waited for another service begins its own work then, not when it got the slot.
func TestWaited(t *testing.T) {
	slot := take(t, NewSlots(1, 0))
	slot.clock = slot.clock.Add(-time.Hour)
	slot.Waited()
	begin := time.Now()
	slot.Work(20 * time.Millisecond)
	if took := time.Since(begin); took < 19*time.Millisecond {
		t.Errorf("20 ms of work took %v", took)
	}
}

// TestResize: a cut pool lets those finish who are in it, hands out no more than it has left, in turn, and is as before when it
// is given back.
func TestResize(t *testing.T) {
	s := NewSlots(3, 10)
	held := []*Slot{take(t, s), take(t, s), take(t, s)}
	turns := queueUp(t, s, 4)
	s.Resize(1)
	held[0].Release()
	held[1].Release()
	if inUse, waiting := s.Usage(); inUse != 1 || waiting != 4 || len(turns) > 0 {
		t.Fatalf("%d in use, %d wait, %d got one of a pool of 1 that is in use", inUse, waiting, len(turns))
	}
	held[2].Release() // and each of the four passes it on
	for want := range 4 {
		if got := <-turns; got != want {
			t.Errorf("%d got its slot, want %d", got, want)
		}
	}
	poll.Until(t, 5*time.Second, "it is free", func() bool { inUse, _ := s.Usage(); return inUse == 0 })
	last := take(t, s)
	turns = queueUp(t, s, 2)
	s.Resize(3)
	<-turns
	<-turns
	last.Release()
	for range 3 {
		take(t, s)
	}
	if inUse, waiting := s.Usage(); inUse != 3 || waiting != 0 || s.Size() != 3 {
		t.Errorf("%d in use, %d wait, of %d", inUse, waiting, s.Size())
	}
}

// TestResizedQueueKeepsItsBound: what waits for a pool that was cut is bounded as before.
func TestResizedQueueKeepsItsBound(t *testing.T) {
	s := NewSlots(2, 2)
	slot := take(t, s)
	s.Resize(1)
	turns := queueUp(t, s, 2)
	if _, err := s.Acquire(t.Context(), true); !errors.Is(err, errFull) {
		t.Errorf("third in a queue of two: %v", err)
	}
	slot.Release()
	<-turns
	<-turns
}
