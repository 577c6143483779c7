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
	jobServe   jobKind = "serve"   // do the service's part and call the caller back
)

const (
	sweepAfter   = time.Second     // until an unconfirmed order is published again
	askAgain     = 5 * time.Second // until a service that owes a reply is asked again
	firstBackoff = 50 * time.Millisecond
	maxBackoff   = time.Second
)

// A job is durable work for an order that no request and no message drives.
type job struct {
	Kind    jobKind   `json:"kind"`
	Order   string    `json:"order"`
	Callee  string    `json:"callee,omitempty"`
	Since   time.Time `json:"since"`
	Try     int       `json:"try,omitempty"` // of the order
	attempt int
	due     time.Time
	awaits  string // whose reply the job waits for: when it is there, a job without this goes on
}

// key is the job's id: an undo is of one try, all else of the order.
func (j job) key() string {
	if j.Kind == jobUndo && j.Try > 0 {
		return fmt.Sprintf("%s/%s/%s/%d", j.Kind, j.Callee, j.Order, j.Try)
	}
	return fmt.Sprintf("%s/%s/%s", j.Kind, j.Callee, j.Order)
}

// advanceJob is the job that goes on with an order, first after a wait.
func advanceJob(id string, after time.Duration) job {
	now := time.Now()
	return job{Kind: jobAdvance, Order: id, Since: now, due: now.Add(after)}
}

func putJob(tx *store.Tx, j job)  { tx.Put(bucketJobs, j.key(), j) }
func dropJob(tx *store.Tx, j job) { tx.Delete(bucketJobs, j.key()) }

// hasJob reports whether a job is stored, so that it is done sooner or later.
func hasJob(tx *store.Tx, j job) bool {
	var stored job
	return tx.Get(bucketJobs, j.key(), &stored)
}

// later is the job when a service that owes it a reply is asked again.
func (j job) later(callee string) job {
	j.due, j.awaits = time.Now().Add(askAgain), callee
	return j
}

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

// Load takes over the jobs of an earlier life. It must come before the first request of this one, whose jobs are no
// earlier life's.
func (e *Engine) Load() error {
	var left []job
	err := e.Store.View(func(tx *store.Tx) error { left = storedJobs(tx); return nil })
	if err != nil {
		return fmt.Errorf("reading jobs: %w", err)
	}
	e.jobs.add(left...)
	return nil
}

// Run carries out jobs until ctx is done.
func (e *Engine) Run(ctx context.Context) { e.jobs.run(ctx) }

// runAdvance goes on with an order. One whose client waited in an earlier life, and one that was tried
// for longer than Reach, is cancelled; an outbox keeps trying.
func (s *Saga) runAdvance(ctx context.Context, j job) bool {
	if st, err := s.state(j.Order); err != nil || st.Request.Try > j.Try {
		return err == nil // whoever placed it again drives it
	}
	if s.Wait || !s.Outbox && time.Since(j.Since) > s.Settings.Reach {
		why := &flow.Failure{Service: s.Step.Service, Code: 503, Detail: "the order was given up"}
		return s.cancel(j.Order, why) == nil
	}
	if st, err := s.state(j.Order); err != nil || st.replied(j.awaits) {
		return err == nil
	}
	if j.attempt == 0 && !s.Async[s.Step.Asks[0]] {
		if err := s.update(j.Order, func(tx *store.Tx) error { move(tx, j.Order, order.Processing, ""); return nil }); err != nil {
			return false
		}
	}
	spent := s.Metrics.begin()
	defer spent.continued()
	slot := &Slot{clock: time.Now(), spent: spent} // a worker of the runner, not a slot of the pool
	_, err := s.advance(ctx, slot, j.Order)
	return err == nil
}

// runCall carries out a request that has no continuation in the flow.
func (s *Saga) runCall(ctx context.Context, j job, undo bool) bool {
	st, held, err := s.stateOf(j)
	if err != nil || !held {
		return err == nil
	}
	r := st.Request
	r.Undo = undo
	if undo {
		r.Try = j.Try
	}
	answer, err := s.call(ctx, nil, j.Callee, r)
	if err != nil {
		return false
	}
	if answer.Later && s.Again[j.Callee] {
		s.jobs.add(j.later(j.Callee))
		return true
	}
	return s.update(j.Order, func(tx *store.Tx) error {
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

// forget drops jobs that wait for their turn: those that are stored no more.
func (r *runner) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.due = nil
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
