package bench

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestConstantSchedule(t *testing.T) {
	for _, rate := range []float64{1, 3, 100, 333, 10000} {
		planned := Schedule(Load{Rate: rate, Arrivals: Constant}, 10*time.Second, 1)
		if len(planned) != int(10*rate) {
			t.Errorf("%g/s: %d orders in 10 s", rate, len(planned))
		}
		for i, at := range planned {
			if want := time.Duration(float64(i) / rate * float64(time.Second)); (at - want).Abs() > time.Microsecond {
				t.Fatalf("%g/s: order %d at %v, want %v", rate, i, at, want)
			}
		}
	}
}

// TestPoissonSchedule checks what makes arrivals Poisson: exponential gaps, whose mean is their deviation, each
// independent of the last, and a count a second whose variance is its mean.
func TestPoissonSchedule(t *testing.T) {
	const rate, seconds = 100.0, 1000
	planned := Schedule(Load{Rate: rate, Arrivals: Poisson}, seconds*time.Second, 7)
	n := float64(len(planned))
	if math.Abs(n-rate*seconds) > 4*math.Sqrt(rate*seconds) {
		t.Errorf("%g orders, %g are expected", n, rate*seconds)
	}
	gaps := make([]float64, len(planned))
	counts := make([]float64, seconds)
	for i, at := range planned {
		gaps[i] = at.Seconds()
		if i > 0 {
			gaps[i] = (at - planned[i-1]).Seconds()
		}
		counts[int(at.Seconds())]++
	}
	mean, variance := moments(gaps)
	if math.Abs(mean*rate-1) > 4/math.Sqrt(n) {
		t.Errorf("mean gap %g s", mean)
	}
	if cv2 := variance / (mean * mean); math.Abs(cv2-1) > 4*math.Sqrt(8/n) { // an exponential's fourth moment is 9
		t.Errorf("the gaps' variance is %g times their mean squared, want 1", cv2)
	}
	if c := correlation(gaps); math.Abs(c) > 4/math.Sqrt(n) {
		t.Errorf("a gap's correlation with the next is %g", c)
	}
	mean, variance = moments(counts)
	if math.Abs(variance/mean-1) > 4*math.Sqrt(2.0/seconds) {
		t.Errorf("orders a second: mean %g, variance %g", mean, variance)
	}
}

func moments(values []float64) (mean, variance float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / float64(len(values)-1)
	}
	return mean, variance
}

// correlation is between each value and the next.
func correlation(values []float64) float64 {
	mean, variance := moments(values)
	sum := 0.0
	for i := 1; i < len(values); i++ {
		sum += (values[i] - mean) * (values[i-1] - mean)
	}
	return sum / variance / float64(len(values)-1)
}

func TestScheduleIsSeeded(t *testing.T) {
	l := Load{Rate: 100, Arrivals: Poisson}
	once, again, other := Schedule(l, time.Minute, 1), Schedule(l, time.Minute, 1), Schedule(l, time.Minute, 2)
	if !slices.Equal(once, again) {
		t.Error("the same seed gave other arrivals")
	}
	if slices.Equal(once, other) {
		t.Error("another seed gave the same arrivals")
	}
	longer := Schedule(l, 2*time.Minute, 1)
	if !slices.Equal(once, longer[:len(once)]) {
		t.Error("a longer trial begins with other arrivals")
	}
	if !slices.IsSorted(longer) || longer[0] < 0 || longer[len(longer)-1] >= 2*time.Minute {
		t.Error("arrivals go backwards, or reach beyond the end")
	}
	if none := Schedule(l, 0, 1); len(none) != 0 {
		t.Errorf("%d orders in no time", len(none))
	}
}
