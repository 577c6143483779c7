package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"sync/atomic"

	"faultline/targets/flow"
)

// A failing makes the service's own work fail for a share of requests: a fault. Unlike poison it strikes requests, each time
// anew, not orders: the same one tried again may pass.
type failing struct {
	share atomic.Uint64 // its bits
	n     atomic.Uint64 // requests that it was asked about
}

// Fail has the service's own work fail for a share of requests, 0 to 1, from now on; 0 ends it.
func (e *Engine) Fail(share float64) error {
	if !(share >= 0 && share <= 1) {
		return fmt.Errorf("share: must be a number from 0 to 1")
	}
	e.failing.share.Store(math.Float64bits(share))
	return nil
}

// strike is the failure of one piece of work, nil where it goes well: a seeded draw.
func (e *Engine) strike() error {
	share := math.Float64frombits(e.failing.share.Load())
	if share == 0 {
		return nil
	}
	n := e.failing.n.Add(1)
	if rand.New(rand.NewPCG(e.Settings.Seed, nameSeed(e.Step.Service+"/fail")+n)).Float64() >= share {
		return nil
	}
	e.Metrics.broken.Inc()
	return &flow.Failure{Service: e.Step.Service, Code: http.StatusInternalServerError, Detail: "its work failed"}
}
