package engine

import (
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"faultline/bench"
	"faultline/targets/flow"
)

// Metrics are what a service tells of itself. Names and labels are documented in docs/metrics.md.
type Metrics struct {
	Registry *prometheus.Registry

	requests *prometheus.CounterVec
	latency  prometheus.Histogram
	slot     prometheus.Histogram
	work     prometheus.Histogram
	calls    *prometheus.HistogramVec
	works    atomic.Uint64
}

// NewMetrics makes the metrics of a service whose slots are given.
func NewMetrics(service string, slots *Slots) *Metrics {
	labels := prometheus.Labels{"service": service}
	histogram := func(name, help string) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: name, Help: help, ConstLabels: labels, Buckets: bench.Buckets()}
	}
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels},
			func() float64 { return float64(value()) })
	}
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: bench.MetricRequests,
			Help: "Requests by outcome: ok, declined, failed, shed, late.", ConstLabels: labels}, []string{"outcome"}),
		latency: prometheus.NewHistogram(histogram(bench.MetricLatency, "From a request's arrival to its answer.")),
		slot:    prometheus.NewHistogram(histogram(bench.MetricSlot, "Waiting for a worker slot.")),
		work:    prometheus.NewHistogram(histogram(bench.MetricWork, "Own work, holding a slot.")),
		calls: prometheus.NewHistogramVec(histogram(bench.MetricCalls, "Calls to other services."),
			[]string{"callee", "outcome"}),
	}
	m.Registry.MustRegister(m.requests, m.latency, m.slot, m.work, m.calls,
		gauge(bench.MetricInFlight, "Worker slots in use.", func() int { n, _ := slots.Usage(); return n }),
		gauge(bench.MetricQueue, "Requests waiting for a worker slot.", func() int { _, n := slots.Usage(); return n }),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// begin counts a request from now until the returned function is called with its end.
func (m *Metrics) begin() func(flow.Answer, error) {
	at := time.Now()
	return func(a flow.Answer, err error) {
		m.latency.Observe(time.Since(at).Seconds())
		m.requests.WithLabelValues(outcome(a, err)).Inc()
	}
}

// call counts a call to another service, likewise.
func (m *Metrics) call(callee string) func(flow.Answer, error) {
	at := time.Now()
	return func(a flow.Answer, err error) {
		m.calls.WithLabelValues(callee, outcome(a, err)).Observe(time.Since(at).Seconds())
	}
}

func outcome(a flow.Answer, err error) string {
	var f *flow.Failure
	switch {
	case errors.As(err, &f) && f.Code == http.StatusGatewayTimeout:
		return bench.OutcomeLate
	case errors.As(err, &f) && f.Code == http.StatusServiceUnavailable:
		return bench.OutcomeShed
	case err != nil:
		return bench.OutcomeFailed
	case a.Later || a.Reply.Outcome == flow.Done || a.Reply.Outcome == flow.Undone:
		return bench.OutcomeOK
	}
	return bench.OutcomeDeclined
}
