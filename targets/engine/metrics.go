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
	broken   prometheus.Counter
	again    prometheus.Counter
	taken    prometheus.Histogram
	given    *prometheus.CounterVec
	// continued and spent are of whole stretches, told when they end.
	continued prometheus.Summary
	spent     *prometheus.CounterVec
	works     atomic.Uint64
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
		continued: prometheus.NewSummary(prometheus.SummaryOpts{Name: bench.MetricContinued,
			Help: "Continuations of steps whose reply came later, and attempts at jobs.", ConstLabels: labels}),
		spent: prometheus.NewCounterVec(prometheus.CounterOpts{Name: bench.MetricSpent,
			Help: "What the time of requests and continuations that ended was spent on.", ConstLabels: labels}, []string{"on", "callee"}),
		broken: prometheus.NewCounter(prometheus.CounterOpts{Name: bench.MetricBroken, ConstLabels: labels,
			Help: "Pieces of own work that failed because a fault made them."}),
		again: prometheus.NewCounter(prometheus.CounterOpts{Name: bench.MetricRedelivered, ConstLabels: labels,
			Help: "Deliveries of messages that had been delivered before."}),
		taken: prometheus.NewHistogram(histogram(bench.MetricDelivery, "From a delivery of a message until it is ended.")),
		given: prometheus.NewCounterVec(prometheus.CounterOpts{Name: bench.MetricPublished, ConstLabels: labels,
			Help: "Messages given to the broker by outcome: ok, refused, failed."}, []string{"outcome"}),
	}
	m.Registry.MustRegister(m.requests, m.latency, m.slot, m.work, m.calls, m.continued, m.spent, m.broken, m.again, m.taken, m.given,
		gauge(bench.MetricSlots, "Worker slots.", slots.Size),
		gauge(bench.MetricInFlight, "Worker slots in use.", func() int { n, _ := slots.Usage(); return n }),
		gauge(bench.MetricQueue, "Requests waiting for a worker slot.", func() int { _, n := slots.Usage(); return n }),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// begin begins a stretch; one of its ends must be called.
func (m *Metrics) begin() *stretch { return &stretch{metrics: m, began: time.Now()} }

// call counts an attempt at a call to another service, from now until the returned function is called with its end.
func (m *Metrics) call(callee string) func(flow.Answer, error) {
	at := time.Now()
	return func(a flow.Answer, err error) {
		m.calls.WithLabelValues(callee, outcome(a, err)).Observe(time.Since(at).Seconds())
	}
}

// Delivered counts a delivery of a message from now until the returned function is called with its end.
func (m *Metrics) Delivered(attempt int) (ended func()) {
	if attempt > 1 {
		m.again.Inc()
	}
	at := time.Now()
	return func() { m.taken.Observe(time.Since(at).Seconds()) }
}

// Published counts a message that was given to the broker, by what became of it.
func (m *Metrics) Published(err error) {
	outcome := bench.OutcomeOK
	switch {
	case errors.Is(err, flow.ErrNotSent):
		outcome = bench.OutcomeRefused
	case err != nil:
		outcome = bench.OutcomeFailed
	}
	m.given.WithLabelValues(outcome).Inc()
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
