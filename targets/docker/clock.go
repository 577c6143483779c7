package docker

import (
	"context"
	"fmt"
	"time"

	"github.com/moby/moby/client"
)

// clockTries are how often the engine's clock is read; the quickest answer bounds its offset best.
const clockTries = 5

// Clock says how far the clock of the engine's machine is ahead of ours, and how wrong that may be: the engine read it between our question
// and its answer (Cristian, Probabilistic clock synchronization, 1989).
func (e *Engine) Clock(ctx context.Context) (ahead, within time.Duration, err error) {
	for i := range clockTries {
		asked := time.Now()
		answer, err := e.client.Info(ctx, client.InfoOptions{})
		took := time.Since(asked)
		if err != nil {
			return 0, 0, fmt.Errorf("reading the clock of the engine's machine: %w", oneLine(err))
		}
		there, err := time.Parse(time.RFC3339Nano, answer.Info.SystemTime)
		if err != nil {
			return 0, 0, fmt.Errorf("reading the clock of the engine's machine: %w", err)
		}
		if i == 0 || took/2 < within {
			ahead, within = there.Sub(asked.Add(took/2)), took/2
		}
	}
	return ahead, within, nil
}
