package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
	"time"
)

// fill counts waits as a service does: into the first bucket whose bound is not below.
func fill(waits []time.Duration) Histogram {
	h := Histogram{}
	for _, w := range waits {
		h[sort.SearchFloat64s(bounds, w.Seconds())]++
	}
	return h
}

func TestBuckets(t *testing.T) {
	b := Buckets()
	if b[0] > 50e-6 || b[len(b)-1] < 95 || b[len(b)-1] >= 100 {
		t.Errorf("buckets from %g to %g s", b[0], b[len(b)-1])
	}
	for i := 1; i < len(b); i++ {
		if r := b[i] / b[i-1]; math.Abs(r-bucketGrowth) > 1e-9 {
			t.Errorf("bucket %d is %g times the last", i, r)
		}
	}
}

func TestHistogramQuantilesAreWithin5Percent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draws := map[string]func() float64{
		"exponential": func() float64 { return 0.02 * random.ExpFloat64() },
		"log-normal":  func() float64 { return 0.1 * math.Exp(random.NormFloat64()) },
		"two humps": func() float64 {
			if random.IntN(10) == 0 {
				return 4 + random.Float64()
			}
			return 0.001 + 0.001*random.Float64()
		},
		"constant": func() float64 { return 0.02 },
	}
	for name, draw := range draws {
		var waits []time.Duration
		for range 5000 {
			waits = append(waits, time.Duration(max(60e-6, draw())*float64(time.Second)))
		}
		h := fill(waits)
		slices.Sort(waits)
		if h.Count() != 5000 {
			t.Errorf("%s: %d of 5000", name, h.Count())
		}
		for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 0.999, 1} {
			got, want := h.Quantile(q).Seconds(), waits[int(math.Ceil(q*5000-1e-9))-1].Seconds()
			if got < want-1e-9 || got > want*bucketGrowth+1e-9 {
				t.Errorf("%s, q %g: %g s, it is %g s", name, q, got, want)
			}
		}
	}
}

func TestHistogramAbove(t *testing.T) {
	waits := []time.Duration{time.Millisecond, 40 * time.Millisecond, 60 * time.Millisecond, time.Second, 200 * time.Second}
	for _, c := range []struct {
		limit time.Duration
		want  int64
	}{{0, 5}, {10 * time.Millisecond, 4}, {50 * time.Millisecond, 3}, {500 * time.Millisecond, 2}, {2 * time.Second, 1}, {90 * time.Second, 1}} {
		if got := fill(waits).Above(c.limit); got != c.want {
			t.Errorf("%d above %v, want %d", got, c.limit, c.want)
		}
	}
	for i, b := range bounds { // a wait of exactly the limit is not above it
		if n := (Histogram{i: 1}).Above(time.Duration(math.Ceil(b * float64(time.Second)))); n != 0 {
			t.Errorf("bucket %d is above its own bound", i)
		}
	}
}

func TestHistogramEdges(t *testing.T) {
	if q := (Histogram{}).Quantile(0.99); q != 0 {
		t.Errorf("of nothing: %v", q)
	}
	over := fill([]time.Duration{time.Hour})
	if q := over.Quantile(0.5); q < 95*time.Second || q > 100*time.Second {
		t.Errorf("beyond the last bucket: %v", q)
	}
	h := fill([]time.Duration{time.Second})
	h.Add(over)
	h.Add(nil)
	if h.Count() != 2 {
		t.Errorf("%d counts of 2", h.Count())
	}
	tens := Histogram{}
	for i := range 100 {
		tens[i] = 1
	}
	for percent := 1; percent <= 100; percent++ {
		if got := tens.Quantile(float64(percent) / 100); got != bound(percent-1) {
			t.Errorf("p%d of a hundred is in bucket %v, not in %v", percent, got, bound(percent-1))
		}
	}
}
