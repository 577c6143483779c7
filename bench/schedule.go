package bench

import (
	"math/rand/v2"
	"time"
)

// Arrival processes of a load.
const (
	Constant = "constant" // every 1/rate
	Poisson  = "poisson"  // independent arrivals: exponential gaps
)

// Schedule plans when each order should be sent: moments from 0, seeded, before until.
// The same seed gives the same arrivals, whatever is tested.
func Schedule(l Load, until time.Duration, seed uint64) []time.Duration {
	gap := float64(time.Second) / l.Rate
	random := rand.New(rand.NewPCG(seed, 0xa771))
	var planned []time.Duration
	for at := 0.0; ; {
		if l.Arrivals == Poisson {
			at += gap * random.ExpFloat64()
		} else {
			at = gap * float64(len(planned))
		}
		if time.Duration(at) >= until {
			return planned
		}
		planned = append(planned, time.Duration(at))
	}
}
