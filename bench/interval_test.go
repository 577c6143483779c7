package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestIntervalNeedsSixTrials(t *testing.T) {
	five, six := intervalOf([]float64{5, 1, 4, 2, 3}), intervalOf([]float64{6, 5, 1, 4, 2, 3})
	if five.Bounded() || five.Value != 3 || five.Least != 1 || five.Greatest != 5 {
		t.Errorf("of five: %+v", five)
	}
	if !six.Bounded() || six.Value != 3.5 || six.Low != 1 || six.High != 6 {
		t.Errorf("of six: %+v", six)
	}
	never := math.Inf(1)
	if i := intervalOf([]float64{1, never}); i.Value != never || math.IsNaN(i.Value) {
		t.Errorf("the middle of a second and never is %g", i.Value)
	}
	if i := intervalOf(nil); i.Bounded() || !math.IsNaN(i.Value) {
		t.Errorf("of none: %+v", i)
	}
}

// TestIntervalsCover draws from distributions whose median is known: 95 of 100 intervals must hold it.
func TestIntervalsCover(t *testing.T) {
	t.Parallel()
	const rounds = 1000
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Exp(random.NormFloat64()) // skewed, as waits are; its median is 1
		}
		return values
	}
	for name, c := range map[string]func() Interval{
		"one sample of 10":        func() Interval { i := intervalOf(draw(10)); i.Low, i.High = i.Low-1, i.High-1; return i },
		"pairs, 8":                func() Interval { return pairedShift(draw(8), draw(8)) },
		"4 against 4":             func() Interval { return shift(draw(4), draw(4)) },
		"6 against 9":             func() Interval { return shift(draw(6), draw(9)) },
		"30 against 30":           func() Interval { return shift(draw(30), draw(30)) },
		"waits in one long queue": func() Interval { return blockBootstrap(dependent(random, 1000), 7) },
	} {
		held, n := 0, rounds
		if name == "waits in one long queue" {
			n = 25
		}
		for range n {
			if i := c(); i.Low <= 0 && i.High >= 0 {
				held++
			}
		}
		least := 0.93
		if name == "waits in one long queue" {
			least = 0.8 // a bootstrap is about right
		}
		if share := float64(held) / float64(n); share < least {
			t.Errorf("%s: %.3f of the intervals hold the truth", name, share)
		}
	}
}

// dependent draws values with median 0 of which each is near the last.
func dependent(random *rand.Rand, n int) []float64 {
	values := make([]float64, n)
	last := random.NormFloat64() / math.Sqrt(1-0.9*0.9)
	for i := range values {
		last = 0.9*last + random.NormFloat64()
		values[i] = last
	}
	return values
}

// TestNeighboursTellTheSame: a bootstrap of single values takes values that depend on each other for more than they are.
func TestNeighboursTellTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	values := dependent(random, 1000)
	if n := blockLength(values); n < 20 || n > 250 {
		t.Errorf("blocks of %d", n)
	}
	together := blockBootstrap(values, 1)
	random.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	apart := blockBootstrap(values, 1)
	if wide, narrow := together.High-together.Low, apart.High-apart.Low; wide < 2*narrow {
		t.Errorf("the interval is %.3f wide, %.3f once shuffled", wide, narrow)
	}
}

func TestOutsideIsMannWhitneys(t *testing.T) {
	// the critical values of the test's tables, two-sided 5 %: U must be at most
	for _, c := range []struct{ n, m, u int }{{4, 4, 0}, {5, 5, 2}, {6, 6, 5}, {8, 8, 13}, {10, 10, 23}, {6, 10, 11}, {20, 20, 127}} {
		if got := outside(c.n, c.m); got != c.u {
			t.Errorf("%d against %d: %d, tables say %d", c.n, c.m, got, c.u)
		}
	}
}

func TestOutsideSignedIsWilcoxons(t *testing.T) {
	// the critical values of the test's tables, two-sided 5 %: the smaller sum must be at most
	for n, sum := range map[int]int{6: 0, 7: 2, 8: 3, 9: 5, 10: 8, 12: 13, 15: 25, 20: 52, 25: 89, 50: 434, 60: 648} {
		if got := outsideSigned(n); got < sum-1 || got > sum+1 || n <= 25 && got != sum {
			t.Errorf("%d pairs: %d, tables say %d", n, got, sum)
		}
	}
}

func TestInfiniteWaitsCompare(t *testing.T) {
	never := math.Inf(1)
	if i := pairedShift([]float64{1, 1, 1, 1, never, never}, []float64{1, 1, 1, 1, never, never}); i.Value != 0 || i.High != 0 {
		t.Errorf("never against never: %+v", i)
	}
	if i := shift([]float64{1, 1, 1, 1}, []float64{never, never, never, never}); i.Value != never || i.Low != never {
		t.Errorf("never against a second: %+v", i)
	}
	if v := blockBootstrap(slices.Repeat([]float64{never, 1}, 50), 1); math.IsNaN(v.Low) || math.IsNaN(v.High) {
		t.Errorf("%+v", v)
	}
}
