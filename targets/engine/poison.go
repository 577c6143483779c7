package engine

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"runtime/debug"

	"faultline/targets/flow"
)

// Poison makes the service's own work panic, at every attempt, for a share of orders, 0 to 1, from now on: a bug that
// some orders meet. Which ones follows from their ids; with 0 it is mended.
func (e *Engine) Poison(share float64) error {
	if !(share >= 0 && share <= 1) {
		return fmt.Errorf("share: must be a number from 0 to 1")
	}
	e.poison.Store(math.Float64bits(share))
	return nil
}

// swallow is where a poisoned order takes effect.
func (e *Engine) swallow(id string) {
	share := math.Float64frombits(e.poison.Load())
	h := fnv.New32a()
	h.Write([]byte("poison/" + id))
	if share > 0 && float64(h.Sum32()) < share*(1<<32) {
		panic("order " + id + " is poisoned")
	}
}

// recovered turns a panic into a failure of this one request: the process has others in work. It must be deferred.
func (e *Engine) recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %w", flow.ErrPanic, &flow.Failure{Service: e.Step.Service, Code: http.StatusInternalServerError,
			Detail: fmt.Sprintf("panic: %v", p)})
		debug.PrintStack() // into the service's log
	}
}
