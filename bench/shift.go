package bench

import (
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"
)

// pairedShift is by how much values differ that belong together, two by two: what both have in common, such as the arrivals
// of a repeat or the mood of the machine in that minute, is in neither the median nor the interval. Values that are all above
// zero differ by a factor, which is applied to the baseline's median; others by their difference.
func pairedShift(base, now []float64) Interval {
	scale := intervalOf(base).Value
	for i := range base {
		if !(base[i] > 0 && now[i] > 0) || finite(base[i]) == nil || finite(now[i]) == nil {
			scale = 0
		}
	}
	differences := make([]float64, len(base))
	for i := range base {
		if differences[i] = minus(now[i], base[i]); scale > 0 {
			differences[i] = scale * (now[i]/base[i] - 1)
		}
	}
	return signedRank(differences)
}

// signedRank is the middle of differences, as the median of the means of any two, with the interval that goes with the
// signed-rank test (Wilcoxon, 1945; Hodges and Lehmann, 1963). It takes them to lie symmetrically around their middle, as
// differences of pairs do. A drift that favours one of a pair and then the other is in no mean of the two.
func signedRank(differences []float64) Interval {
	i := intervalOf(differences)
	if len(differences) < minTrials {
		return i
	}
	var means []float64
	for a := range differences {
		for b := range differences[:a+1] {
			mean := (differences[a] + differences[b]) / 2
			if math.IsNaN(mean) { // +∞ and −∞
				mean = 0
			}
			means = append(means, mean)
		}
	}
	slices.Sort(means)
	out := outsideSigned(len(differences))
	i.Value, i.Low, i.High = medianOf(means), means[out], means[len(means)-1-out]
	return i
}

// outsideSigned is how many of the sorted means lie beyond each bound, by the exact distribution of the sum of the ranks
// that are positive: of 2ⁿ choices of signs.
func outsideSigned(n int) int {
	if n > 50 { // from here on the normal distribution is as good
		m := float64(n)
		return int(max(0, m*(m+1)/4-1.96*math.Sqrt(m*(m+1)*(2*m+1)/24)))
	}
	ways := make([]float64, n*(n+1)/2+1) // by sum
	ways[0] = 1
	for rank := 1; rank <= n; rank++ {
		for sum := len(ways) - 1; sum >= rank; sum-- {
			ways[sum] += ways[sum-rank]
		}
	}
	below, k := 0.0, 0
	for ; below+ways[k] <= (1-confidence)/2*math.Pow(2, float64(n)); k++ {
		below += ways[k]
	}
	return max(0, k-1)
}

// minus is a − b; what never ended in both is the same.
func minus(a, b float64) float64 {
	if a == b {
		return 0
	}
	return a - b
}

// minUnpaired is how many trials of each a shift without pairs needs: 2 of C(8, 4) = 70 orders are 3 %.
const minUnpaired = 4

// shift is by how much values differ that do not belong together: the median of all differences (Hodges and Lehmann, 1963),
// with the interval that goes with the test of Mann and Whitney. N is the smaller number.
func shift(base, now []float64) Interval {
	var differences []float64
	for _, b := range base {
		for _, n := range now {
			differences = append(differences, minus(n, b))
		}
	}
	i := intervalOf(differences)
	i.N = min(len(base), len(now))
	i.Low, i.High = math.Inf(-1), math.Inf(1)
	if i.N < minUnpaired {
		return i
	}
	slices.Sort(differences)
	out := outside(len(base), len(now))
	i.Low, i.High = differences[out], differences[len(differences)-1-out]
	return i
}

// outside is how many of the sorted differences lie beyond each bound.
func outside(n, m int) (k int) {
	d := stats.UDist{N1: n, N2: m}
	if n > 25 || m > 25 { // exact counting takes n²m²; from here on the normal distribution is as good
		mean, deviation := float64(n*m)/2, math.Sqrt(float64(n*m*(n+m+1))/12)
		return int(max(0, mean-1.96*deviation))
	}
	for k = 0; d.CDF(float64(k)) <= (1-confidence)/2; k++ {
	}
	return max(0, k-1)
}

// differ is the probability that values as far apart come from the same distribution (Mann and Whitney, 1947); 1 where
// nothing can be said.
func differ(base, now []float64) float64 {
	if len(base) == 0 || len(now) == 0 {
		return 1
	}
	sample := func(v []float64) *benchmath.Sample {
		return benchmath.NewSample(slices.Clone(v), &benchmath.DefaultThresholds)
	}
	return benchmath.AssumeNothing.Compare(sample(base), sample(now)).P
}
