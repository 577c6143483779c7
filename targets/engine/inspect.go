package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"faultline/bench"
	"faultline/targets/order"
	"faultline/targets/store"
)

// Arm arms one of the service's crash points, or disarms with the zero point.
func (e *Engine) Arm(p CrashPoint) error {
	points := e.Points()
	if p.Point != "" && !slices.Contains(points, p.Point) {
		return fmt.Errorf("crash point %q is not one of %s", p.Point, strings.Join(points, ", "))
	}
	e.Crash.Arm(p)
	return nil
}

// Pause has the service begin nothing any more, no job either, so that its books can be read while they stand still.
func (e *Engine) Pause() {
	e.Slots.Pause()
	e.jobs.paused.Store(true)
}

// ErrBusy says that work is under way.
var ErrBusy = errors.New("work is under way: its books can't be emptied")

// Forget empties the books of a service at which nothing is under way, and has it begin its service times anew: another
// trial finds it as a fresh one.
func (e *Engine) Forget() error {
	if held, waiting := e.Slots.Usage(); held+waiting > 0 {
		return ErrBusy
	}
	err := e.Store.Update(func(tx *store.Tx) error {
		if len(storedJobs(tx)) > 0 {
			return ErrBusy
		}
		tx.Empty(Buckets...)
		return nil
	})
	if err != nil {
		return fmt.Errorf("emptying the books of %s: %w", e.Step.Service, err)
	}
	e.jobs.forget()
	e.Metrics.works.Store(0)
	return nil
}

// Journal yields every side effect in the order they were committed. Times are since 1970.
func (e *Engine) Journal(yield func(bench.Entry)) error {
	return read(e.Store, bucketJournal, func(l journalLine) { yield(l.entry(e.Step.Service)) })
}

// Records yields every order with the key that its client minted.
func (e *Engine) Records(yield func(bench.Record)) error {
	return read(e.Store, bucketOrders, func(o order.Order) {
		yield(bench.Record{Order: o.ID, Key: o.Key, Status: string(o.Status)})
	})
}

// Leftovers yields the work that is still in the job table.
func (e *Engine) Leftovers(yield func(bench.Leftover)) error {
	return read(e.Store, bucketJobs, func(j job) {
		where := strings.TrimSuffix(fmt.Sprintf("%s job %s %s", e.Step.Service, j.Kind, j.Callee), " ")
		yield(bench.Leftover{Order: j.Order, Where: where})
	})
}

// read yields every value of a bucket.
func read[T any](s *store.Store, bucket string, yield func(T)) error {
	return s.View(func(tx *store.Tx) error {
		var err error
		tx.Each(bucket, "", func(key string, value []byte) bool {
			var v T
			if err = json.Unmarshal(value, &v); err != nil {
				err = fmt.Errorf("reading %s %s: %w", bucket, key, err)
				return false
			}
			yield(v)
			return true
		})
		return err
	})
}
