package bench

import (
	"math"
	"math/rand/v2"
	"slices"
)

// resamples of a bootstrap: bounds at 2.5 % have 25 of them beyond.
const resamples = 1000

// maxDraws bounds how much one resample draws: a bootstrap of a million orders would take minutes, and more say no more.
const maxDraws = 2000

// blockBootstrap is the median of values that depend on their neighbours, as waits in one queue do, with its interval:
// blocks of neighbours are drawn in place of values (Künsch, 1989; circular, so that all are drawn as often). Values are
// evenly thinned beyond a few thousand. The interval is of this trial: what another trial would say is not in it.
func blockBootstrap(values []float64, seed uint64) Interval {
	values = thinned(values, maxDraws)
	i := intervalOf(values)
	if len(values) < minTrials {
		return i
	}
	length := blockLength(values)
	random := rand.New(rand.NewPCG(seed, 0xb007))
	medians, draw := make([]float64, resamples), make([]float64, 0, len(values)+length)
	for r := range medians {
		draw = draw[:0]
		for len(draw) < len(values) {
			from := random.IntN(len(values))
			for k := range length {
				draw = append(draw, values[(from+k)%len(values)])
			}
		}
		slices.Sort(draw[:len(values)])
		medians[r] = medianOf(draw[:len(values)])
	}
	slices.Sort(medians)
	i.Low, i.High = medians[resamples/40], medians[resamples-1-resamples/40]
	return i
}

// thinned keeps at most some values, evenly.
func thinned(values []float64, most int) []float64 {
	step := (len(values) + most - 1) / most
	if step <= 1 {
		return values
	}
	var kept []float64
	for i := 0; i < len(values); i += step {
		kept = append(kept, values[i])
	}
	return kept
}

// blockLength is three times the distance at which values no longer tell of each other, at least ∛n and at most a quarter of them.
func blockLength(values []float64) int {
	n := len(values)
	least, most := int(math.Ceil(math.Cbrt(float64(n)))), max(1, n/4)
	lag := 1
	for noise := 2 / math.Sqrt(float64(n)); lag < most/3 && autocorrelation(values, lag) > noise; lag++ {
	}
	return min(max(least, 3*lag), most)
}

// autocorrelation is that of values with those lag places on. Waits that never ended count as the longest that did.
func autocorrelation(values []float64, lag int) float64 {
	cap := 0.0
	for _, v := range values {
		if !math.IsInf(v, 0) {
			cap = max(cap, math.Abs(v))
		}
	}
	at := func(i int) float64 { return min(max(values[i], -cap), cap) }
	mean, both, own := 0.0, 0.0, 0.0
	for i := range values {
		mean += at(i) / float64(len(values))
	}
	for i := range values {
		own += (at(i) - mean) * (at(i) - mean)
		if i+lag < len(values) {
			both += (at(i) - mean) * (at(i+lag) - mean)
		}
	}
	if own == 0 {
		return 0
	}
	return both / own
}
