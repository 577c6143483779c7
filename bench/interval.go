package bench

import (
	"encoding/json"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// confidence is that of every interval from which something is concluded.
const confidence = 0.95

// An Interval is the median of some trials, and between which bounds that of infinitely many lies: order statistics, which
// assume nothing of the distribution. With fewer than six trials no bounds have a confidence of 95 %; they are infinite then.
type Interval struct {
	// Value, Low and High may be infinite: of waits that never ended, and of bounds that are unknown.
	Value, Low, High float64
	// Least and Greatest are the trials' own.
	Least, Greatest float64
	N               int // trials
}

// minTrials is how many trials an interval needs (Clopper and Pearson: 2 × 0.5⁶ = 3 %).
const minTrials = 6

// intervalOf summarises one value a trial. It leaves out none: filter those that are unknown (NaN) before.
func intervalOf(values []float64) Interval {
	if len(values) == 0 {
		return Interval{Value: math.NaN(), Low: math.Inf(-1), High: math.Inf(1), Least: math.NaN(), Greatest: math.NaN()}
	}
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	s := benchmath.AssumeNothing.Summary(sample, confidence)
	i := Interval{Value: medianOf(sample.Values), Low: s.Lo, High: s.Hi, Least: sample.Values[0], Greatest: sample.Values[len(values)-1], N: len(values)}
	if len(values) < minTrials {
		i.Low, i.High = math.Inf(-1), math.Inf(1)
	}
	return i
}

// medianOf is the middle of sorted values; of two, one of them infinite, the greater.
func medianOf(sorted []float64) float64 {
	low, high := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]
	if low == high || math.IsInf(low, 0) || math.IsInf(high, 0) {
		return high
	}
	return (low + high) / 2
}

// Bounded reports whether the bounds are known.
func (i Interval) Bounded() bool { return !math.IsInf(i.Low, -1) && i.N >= minTrials }

// MarshalJSON writes what JSON can't, infinite and unknown, as null.
func (i Interval) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Value    *float64 `json:"value"`
		Low      *float64 `json:"low"`
		High     *float64 `json:"high"`
		Least    *float64 `json:"least"`
		Greatest *float64 `json:"greatest"`
		N        int      `json:"n"`
	}{finite(i.Value), finite(i.Low), finite(i.High), finite(i.Least), finite(i.Greatest), i.N})
}

func finite(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}
