package bench

import (
	"bytes"
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"time"
)

// bucketGrowth makes a quantile read from a histogram at most 5 % too high.
const bucketGrowth = 1.05

// Buckets are the upper bounds, in seconds, of every latency histogram: 50 µs to 100 s, each 5 %
// above the last. Services expose them, so that a p99 read from a scrape is within 5 %.
func Buckets() []float64 {
	var bounds []float64
	for b := 50e-6; b < 100; b *= bucketGrowth {
		bounds = append(bounds, b)
	}
	return bounds
}

// bounds is Buckets, computed once; it is never written.
var bounds = Buckets()

// UnmarshalJSON reads {"80":25,"81":3} in a fraction of the time that reflection takes: most of what is known of services is this.
func (h *Histogram) UnmarshalJSON(text []byte) error {
	if counts, plain := readCounts(text); plain {
		*h = counts
		return nil
	}
	return json.Unmarshal(text, (*map[int]int64)(h))
}

// readCounts reads counts by bucket as they are written; plain is false for whatever else JSON may be.
func readCounts(text []byte) (counts map[int]int64, plain bool) {
	text, opened := bytes.CutPrefix(text, []byte(`{"`))
	text, closed := bytes.CutSuffix(text, []byte(`}`))
	if !opened || !closed {
		return nil, false
	}
	counts = make(map[int]int64, 1+bytes.Count(text, []byte{','}))
	for more := true; more; {
		var pair []byte
		pair, text, more = bytes.Cut(text, []byte(`,"`))
		index, count, _ := bytes.Cut(pair, []byte(`":`))
		i, err := strconv.Atoi(string(index))
		n, wrong := strconv.ParseInt(string(count), 10, 64)
		if err != nil || wrong != nil {
			return nil, false
		}
		counts[i] = n
	}
	return counts, true
}

// Count returns how many durations the histogram holds.
func (h Histogram) Count() int64 {
	var n int64
	for _, c := range h {
		n += c
	}
	return n
}

// Above returns how many durations are longer than limit, to the resolution of Buckets.
func (h Histogram) Above(limit time.Duration) int64 {
	at := sort.SearchFloat64s(bounds, limit.Seconds()*(1-1e-9))
	var n int64
	for i, c := range h {
		if i > at {
			n += c
		}
	}
	return n
}

// Add adds the counts of other.
func (h Histogram) Add(other Histogram) {
	for i, c := range other {
		h[i] += c
	}
}

// Quantile returns the q-th quantile (0 to 1): the upper bound of its bucket, by nearest rank; 0 if empty.
func (h Histogram) Quantile(q float64) time.Duration {
	n := h.Count()
	if n == 0 {
		return 0
	}
	keys := make([]int, 0, len(h))
	for i := range h {
		keys = append(keys, i)
	}
	sort.Ints(keys)
	rank := max(1, int64(math.Ceil(q*float64(n)-1e-9)))
	for _, i := range keys {
		if rank -= h[i]; rank <= 0 {
			return bound(i)
		}
	}
	return bound(keys[len(keys)-1])
}

func bound(i int) time.Duration {
	return time.Duration(bounds[min(i, len(bounds)-1)] * float64(time.Second))
}

// within is the q-th quantile, as if the durations of a bucket were spread evenly over it; 0 if empty. For differences, which
// the upper bound would make too large.
func (h Histogram) within(q float64) time.Duration {
	n := h.Count()
	if n == 0 {
		return 0
	}
	rank := max(1, int64(math.Ceil(q*float64(n)-1e-9)))
	for i := range len(bounds) + 1 {
		if rank > h[i] {
			rank -= h[i]
			continue
		}
		high := bound(i)
		low := time.Duration(float64(high) / bucketGrowth)
		return low + time.Duration(float64(high-low)*(float64(rank)-0.5)/float64(h[i]))
	}
	return bound(len(bounds))
}
