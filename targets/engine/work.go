package engine

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// work holds the slot for one service time. It fails where a fault has it fail.
func (e *Engine) work(slot *Slot) error {
	begin := time.Now()
	own, extra := e.serviceTimes(e.Metrics.works.Add(1), begin)
	if e.Settings.CPU {
		slot.Burn(own)
		slot.Work(extra)
	} else {
		slot.Work(own + extra)
	}
	took := time.Since(begin)
	e.Metrics.work.Observe(took.Seconds())
	if slot.spent != nil {
		slot.spent.work += took
	}
	return e.strike()
}

// serviceTimes are the n-th service time and what a slowness adds to it at a moment: seeded draws.
func (e *Engine) serviceTimes(n uint64, at time.Time) (own, extra time.Duration) {
	random := rand.New(rand.NewPCG(e.Settings.Seed, nameSeed(e.Step.Service)+n))
	own = logNormal(e.Settings.Work, e.Settings.Spread, random.NormFloat64())
	return own, e.slow.Load().extra(own, at, random.NormFloat64())
}

// logNormal is the value of a log-normal distribution, given by its mean and its coefficient of variation, for a draw from
// the standard normal one.
func logNormal(mean time.Duration, spread, normal float64) time.Duration {
	if spread == 0 {
		return mean
	}
	variance := math.Log1p(spread * spread)
	return time.Duration(float64(mean) * math.Exp(normal*math.Sqrt(variance)-variance/2))
}

// nameSeed is a seed of a name's own, so that what is drawn for one does not shift the draws of another.
func nameSeed(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
