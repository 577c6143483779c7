package links

import (
	"math"
	"math/rand/v2"
	"time"

	"faultline/bench"
)

// pause is the silence after which bytes that follow others of their way begin a new turn: longer than a busy machine stops
// in the middle of a body.
const pause = time.Second

// paretoShape leaves the variance finite: tc netem's table has the same.
const paretoShape = 3

// stray draws from a distribution with mean 0: uniform over ±1, or with the standard deviation 1.
func stray(distribution string, r *rand.Rand) float64 {
	switch distribution {
	case bench.Normal:
		return r.NormFloat64()
	case bench.Pareto: // (X − E[X]) / sd[X] of the Pareto distribution with the least value 1
		x := math.Pow(1-r.Float64(), -1.0/paretoShape)
		return (x - 1.5) / (math.Sqrt(3) / 2)
	}
	return 2*r.Float64() - 1
}

// latency is how long the faults hold n bytes back that came just now. A round trip has one draw, half of which each way takes;
// what a way carries without a turn or a pause shares its draw. A draw for each chunk would wear a large body's jitter
// out to its greatest value, since nothing may overtake.
func (p *pipe) latency(on []*strike, n int) (d time.Duration) {
	for _, s := range on {
		if !s.is(p.way, bench.Latency) {
			continue
		}
		one := s.delay(p.session.number, p.session.turns.Load())
		if s.fault.Direction == "" {
			one /= 2
		}
		s.held(n, one)
		d += one
	}
	return d
}
