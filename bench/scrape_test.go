package bench

import (
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// TestReadScrape reads what a client of Prometheus' own library exposes.
func TestReadScrape(t *testing.T) {
	registry := prometheus.NewRegistry()
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: MetricRequests}, []string{"outcome"})
	latency := prometheus.NewHistogram(prometheus.HistogramOpts{Name: MetricLatency, Buckets: Buckets()})
	calls := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: MetricCalls, Buckets: Buckets()}, []string{"callee", "outcome"})
	queue := prometheus.NewGauge(prometheus.GaugeOpts{Name: MetricQueue})
	registry.MustRegister(requests, latency, calls, queue)
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	defer server.Close()

	read := func() *scrape {
		t.Helper()
		s, err := readScrape(t.Context(), server.Client(), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	requests.WithLabelValues(OutcomeOK).Add(5)
	latency.Observe(0.02)
	latency.Observe(3600)
	before := read()
	requests.WithLabelValues(OutcomeShed).Add(2)
	latency.Observe(0.2)
	calls.WithLabelValues("risk", OutcomeOK).Observe(0.01)
	calls.WithLabelValues("risk", OutcomeFailed).Observe(0.03)
	queue.Set(7)

	s := read().sample(before)
	if !maps.Equal(s.Requests, map[string]int64{OutcomeShed: 2}) || s.Queue != 7 || s.Restart {
		t.Errorf("%+v", s)
	}
	if !maps.Equal(s.Latency, Histogram{bucketOf(200 * time.Millisecond): 1}) || math.Abs(s.Sum-0.2) > 1e-9 {
		t.Errorf("latency %v, sum %g", s.Latency, s.Sum)
	}
	risk := s.Calls["risk"]
	if !maps.Equal(risk.Outcomes, map[string]int64{OutcomeOK: 1, OutcomeFailed: 1}) || risk.Latency.Count() != 2 || math.Abs(risk.Sum-0.04) > 1e-9 {
		t.Errorf("calls at risk: %+v", risk)
	}
	if first := before.sample(nil); first.Latency.Count() != 2 || first.Latency[len(bounds)] != 1 || first.Requests[OutcomeOK] != 5 {
		t.Errorf("the first scrape, with an hour beyond the last bucket: %+v", first)
	}
}

func TestScrapeOfNoService(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{not metrics")) }))
	if _, err := readScrape(t.Context(), server.Client(), server.URL); err == nil {
		t.Error("nonsense was taken for metrics")
	}
	server.Close()
	if _, err := readScrape(t.Context(), server.Client(), server.URL); err == nil {
		t.Error("nobody answered, and there were metrics")
	}
}

func TestSampleAfterRestart(t *testing.T) {
	life := func(born float64, ok int64, sum float64) *scrape {
		return &scrape{born: born, requests: map[string]int64{OutcomeOK: ok}, latency: histogramState{map[int]int64{3: ok}, sum}, cpu: sum}
	}
	for _, c := range []struct {
		name          string
		before, after *scrape
		ok            int64
		cpu           float64
		restart       bool
	}{
		{"the first", nil, life(10, 5, 2), 5, 2, false},
		{"the same life", life(10, 5, 2), life(10, 8, 3), 3, 1, false},
		{"idle", life(10, 5, 2), life(10, 5, 2), 0, 0, false},
		{"a new life counts from zero", life(10, 5, 2), life(20, 4, 1), 4, 1, true},
		{"a new life that has done more already", life(10, 5, 2), life(20, 9, 4), 9, 4, true},
		{"the same birth, rounded", life(10, 5, 2), life(10.01, 6, 2), 1, 0, false},
	} {
		s := c.after.sample(c.before)
		if s.Requests[OutcomeOK] != c.ok || s.Latency.Count() != c.ok || s.CPU != c.cpu || s.Restart != c.restart {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}
