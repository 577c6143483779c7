package bench

import (
	"math"
	"slices"
	"time"
)

// A latencies collects waits; an order that never came counts as infinite.
type latencies struct {
	came  []time.Duration
	never int
}

// add adds a wait from planned to moment; Never is infinite.
func (l *latencies) add(planned, moment time.Duration) {
	if moment == Never {
		l.never++
		return
	}
	l.came = append(l.came, moment-planned)
}

// sorted must be called before at.
func (l *latencies) sorted() *latencies {
	slices.Sort(l.came)
	return l
}

// at is the q-th quantile by nearest rank: Never if it falls on an order that never came, 0 if there is none.
func (l *latencies) at(q float64) time.Duration {
	n := len(l.came) + l.never
	if n == 0 {
		return 0
	}
	rank := max(1, int(math.Ceil(q*float64(n)-1e-9)))
	if rank > len(l.came) {
		return Never
	}
	return l.came[rank-1]
}

// around are the sorted waits between which the q-th quantile of all that might have been seen is, 19 times of 20: those of the ranks
// nq ± 1.96·√(nq(1 − q)) (Conover, Practical Nonparametric Statistics, 3.2), and the largest where there are too few.
func (l *latencies) around(q float64) (low, high time.Duration) {
	n := float64(len(l.came) + l.never)
	half := 1.96 * math.Sqrt(n*q*(1-q))
	return l.at(math.Floor(n*q-half) / n), l.at(min(1, math.Ceil(n*q+half)/n))
}

// and are the waits of both, sorted as they are.
func (l latencies) and(other latencies) latencies {
	a, b := l.came, other.came
	all := latencies{came: make([]time.Duration, 0, len(a)+len(b)), never: l.never + other.never}
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			all.came, a = append(all.came, a[0]), a[1:]
		} else {
			all.came, b = append(all.came, b[0]), b[1:]
		}
	}
	all.came = append(append(all.came, a...), b...)
	return all
}

// within is how many sorted waits are at most that long.
func (l *latencies) within(limit time.Duration) int {
	n, _ := slices.BinarySearch(l.came, limit+1)
	return n
}

// quantiles summarises sorted waits.
func (l *latencies) quantiles() Quantiles {
	q := Quantiles{N: len(l.came) + l.never, Never: l.never, P50: l.at(0.5), P90: l.at(0.9), P99: l.at(0.99)}
	if len(l.came) > 0 {
		q.Max = l.came[len(l.came)-1]
	}
	return q
}

// curve is the percentile curve of sorted waits, on a 1/(1−p) axis: ever closer to 1, as far as the number of orders carries.
func (l *latencies) curve() []Point {
	n := len(l.came) + l.never
	var points []Point
	for rest := 1.0; rest*float64(n) >= 1; rest /= math.Pow(10, 0.05) {
		points = append(points, Point{Q: 1 - rest, Seconds: secondsOr(l.at(1-rest), InfiniteBin)})
	}
	return points
}

// secondsOr converts a wait to seconds, Never to the given mark.
func secondsOr(d time.Duration, never float64) float64 {
	if d == Never {
		return never
	}
	return d.Seconds()
}
