package engine

import (
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"faultline/targets/flow"
	"faultline/targets/order"
	"faultline/targets/store"
)

// A jobKind says what a job does for its order.
type jobKind string

const (
	jobAdvance jobKind = "advance" // go on with the order
	jobUndo    jobKind = "undo"    // have a service take its effect back
	jobAfter   jobKind = "after"   // ask a service that is no part of the outcome
)

const (
	sweepAfter   = time.Second // until an unconfirmed order is published again
	firstBackoff = 50 * time.Millisecond
	maxBackoff   = time.Second
)

// A job is durable work for an order that no request and no message drives.
type job struct {
	Kind    jobKind   `json:"kind"`
	Order   string    `json:"order"`
	Callee  string    `json:"callee,omitempty"`
	Since   time.Time `json:"since"`
	attempt int
	due     time.Time
}

func (j job) key() string { return fmt.Sprintf("%s/%s/%s", j.Kind, j.Callee, j.Order) }

// advanceJob is the job that goes on with an order, first after a wait.
func advanceJob(id string, after time.Duration) job {
	now := time.Now()
	return job{Kind: jobAdvance, Order: id, Since: now, due: now.Add(after)}
}

func putJob(tx *store.Tx, j job)  { tx.Put(bucketJobs, j.key(), j) }
func dropJob(tx *store.Tx, j job) { tx.Delete(bucketJobs, j.key()) }

// storedJobs are all jobs that are not done.
func storedJobs(tx *store.Tx) (jobs []job) {
	tx.Each(bucketJobs, "", func(_ string, value []byte) bool {
		var j job
		if json.Unmarshal(value, &j) == nil {
			jobs = append(jobs, j)
		}
		return true
	})
	return jobs
}

// runJob makes one attempt at a job and reports whether it is over.
func (s *Saga) runJob(ctx context.Context, j job) bool {
	switch j.Kind {
	case jobAdvance:
		return s.runAdvance(ctx, j)
	case jobUndo:
		return s.runCall(ctx, j, true)
	}
	return s.runCall(ctx, j, false)
}

// runAdvance goes on with an order. One whose client waited in an earlier life, and one that was tried
// for longer than Reach, is cancelled.
func (s *Saga) runAdvance(ctx context.Context, j job) bool {
	if s.Wait || time.Since(j.Since) > s.Settings.Reach {
		why := &flow.Failure{Service: s.Step.Service, Code: 503, Detail: "the order was given up"}
		return s.cancel(j.Order, why) == nil
	}
	slot := &Slot{clock: time.Now()} // a worker of the runner, not a slot of the pool
	_, err := s.advance(ctx, slot, j.Order)
	return err == nil
}

// runCall carries out a request that has no continuation in the flow.
func (s *Saga) runCall(ctx context.Context, j job, undo bool) bool {
	st, err := s.state(j.Order)
	if err != nil {
		return false
	}
	r := st.Request
	r.Undo = undo
	answer, err := s.call(ctx, j.Callee, r)
	if err != nil {
		return false
	}
	return s.Store.Update(func(tx *store.Tx) error {
		dropJob(tx, j)
		if !undo && !answer.Later {
			move(tx, j.Order, order.Shipped, answer.Reply.Tracking)
		}
		return nil
	}) == nil
}

// A runner carries out jobs with a bounded number of workers, each when it is due; a job that is
// not over comes back after a growing wait with jitter.
type runner struct {
	mu   sync.Mutex
	due  dueJobs
	wake chan struct{}
	free chan struct{}
	do   func(context.Context, job) bool

	paused atomic.Bool
}

func newRunner(workers int, do func(context.Context, job) bool) *runner {
	return &runner{wake: make(chan struct{}, 1), free: make(chan struct{}, workers), do: do}
}

func (r *runner) add(jobs ...job) {
	if len(jobs) == 0 {
		return
	}
	r.mu.Lock()
	for _, j := range jobs {
		heap.Push(&r.due, j)
	}
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// run works until ctx is done, and returns when every worker has ended.
func (r *runner) run(ctx context.Context) {
	var workers sync.WaitGroup
	defer workers.Wait()
	for {
		j, wait := r.pop()
		if wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-r.wake:
			case <-time.After(wait):
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case r.free <- struct{}{}:
		}
		workers.Add(1)
		go func() {
			defer workers.Done()
			defer func() { <-r.free }()
			r.attempt(ctx, j)
		}()
	}
}

func (r *runner) attempt(ctx context.Context, j job) {
	if r.do(ctx, j) || ctx.Err() != nil {
		return
	}
	j.attempt++
	wait := min(maxBackoff, firstBackoff<<min(j.attempt, 10))
	jitter := rand.New(rand.NewPCG(nameSeed(j.key()), uint64(j.attempt)))
	j.due = time.Now().Add(wait/2 + time.Duration(jitter.Int64N(int64(wait/2))))
	r.add(j)
}

// pop takes the job that is due, or says how long there is none.
func (r *runner) pop() (job, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.due) == 0 || r.paused.Load() {
		return job{}, time.Hour
	}
	if wait := time.Until(r.due[0].due); wait > 0 {
		return job{}, wait
	}
	return heap.Pop(&r.due).(job), 0
}

// dueJobs is a heap by time.
type dueJobs []job

func (d dueJobs) Len() int           { return len(d) }
func (d dueJobs) Less(a, b int) bool { return d[a].due.Before(d[b].due) }
func (d dueJobs) Swap(a, b int)      { d[a], d[b] = d[b], d[a] }

// Push adds a job: part of heap.Interface.
func (d *dueJobs) Push(j any) { *d = append(*d, j.(job)) }

// Pop removes the last job: part of heap.Interface.
func (d *dueJobs) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}
