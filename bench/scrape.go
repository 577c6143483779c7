package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"sort"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// A scrape is what a service's counters stood at.
type scrape struct {
	born      float64 // the process's start, seconds since 1970: another one begins at zero
	requests  map[string]int64
	latency   histogramState
	slot      histogramState
	work      histogramState
	calls     map[string]callState
	spent     Spent // on requests and continuations that ended
	continued float64
	inFlight  int
	queue     int
	slots     int
	broken    int64
	again     int64
	published map[string]int64
	delivery  histogramState
	cpu       float64
	memory    int64
}

type callState struct {
	outcomes map[string]int64
	latency  histogramState
}

// A histogramState is a cumulative histogram as plain counts by bucket.
type histogramState struct {
	counts map[int]int64
	sum    float64
}

// readScrape asks a service for its metrics in the compact protobuf form of the exposition.
func readScrape(ctx context.Context, client *http.Client, url string) (*scrape, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	format := expfmt.NewFormat(expfmt.TypeProtoDelim)
	req.Header.Set("Accept", string(format))
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	s := &scrape{requests: map[string]int64{}, published: map[string]int64{}, calls: map[string]callState{}, spent: Spent{Others: map[string]float64{}}}
	for decoder := expfmt.NewDecoder(resp.Body, expfmt.ResponseFormat(resp.Header)); ; {
		var family dto.MetricFamily
		if err := decoder.Decode(&family); errors.Is(err, io.EOF) {
			return s, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading the metrics of %s: %w", url, err)
		}
		for _, m := range family.Metric {
			s.take(family.GetName(), m)
		}
	}
}

func (s *scrape) take(name string, m *dto.Metric) {
	switch name {
	case MetricRequests:
		s.requests[label(m, "outcome")] = int64(m.GetCounter().GetValue())
	case MetricLatency:
		s.latency.add(m.GetHistogram())
	case MetricSlot:
		s.slot.add(m.GetHistogram())
	case MetricWork:
		s.work.add(m.GetHistogram())
	case MetricCalls:
		c := s.calls[label(m, "callee")]
		if c.outcomes == nil {
			c.outcomes = map[string]int64{}
		}
		c.outcomes[label(m, "outcome")] += int64(m.GetHistogram().GetSampleCount())
		c.latency.add(m.GetHistogram())
		s.calls[label(m, "callee")] = c
	case MetricContinued:
		s.continued = m.GetSummary().GetSampleSum()
	case MetricSpent:
		s.spent.take(label(m, "on"), label(m, "callee"), m.GetCounter().GetValue())
	case MetricInFlight:
		s.inFlight = int(m.GetGauge().GetValue())
	case MetricQueue:
		s.queue = int(m.GetGauge().GetValue())
	case MetricSlots:
		s.slots = int(m.GetGauge().GetValue())
	case MetricBroken:
		s.broken = int64(m.GetCounter().GetValue())
	case MetricRedelivered:
		s.again = int64(m.GetCounter().GetValue())
	case MetricPublished:
		s.published[label(m, "outcome")] = int64(m.GetCounter().GetValue())
	case MetricDelivery:
		s.delivery.add(m.GetHistogram())
	case "process_start_time_seconds":
		s.born = m.GetGauge().GetValue()
	case "process_cpu_seconds_total":
		s.cpu = m.GetCounter().GetValue()
	case "process_resident_memory_bytes":
		s.memory = int64(m.GetGauge().GetValue())
	}
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.Label {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// add adds a cumulative histogram.
func (h *histogramState) add(m *dto.Histogram) {
	if h.counts == nil {
		h.counts = map[int]int64{}
	}
	h.sum += m.GetSampleSum()
	var below uint64
	for _, b := range m.Bucket {
		if n := b.GetCumulativeCount() - below; n > 0 && !math.IsInf(b.GetUpperBound(), 1) {
			h.counts[sort.SearchFloat64s(bounds, b.GetUpperBound()*(1-1e-9))] += int64(n)
		}
		below = b.GetCumulativeCount()
	}
	if over := m.GetSampleCount() - below; over > 0 {
		h.counts[len(bounds)] += int64(over)
	}
}

// since returns what was counted after an earlier scrape of the same process, nil for one that had none.
func (h histogramState) since(before histogramState) (Histogram, float64) {
	diff := Histogram{}
	for i, n := range h.counts {
		if d := n - before.counts[i]; d > 0 {
			diff[i] = d
		}
	}
	return diff, h.sum - before.sum
}

func counts(now, before map[string]int64) map[string]int64 {
	diff := map[string]int64{}
	for name, n := range now {
		if d := n - before[name]; d > 0 {
			diff[name] = d
		}
	}
	return diff
}

// sample is what happened between two scrapes; before may be of an earlier life of the process, or nil.
func (s *scrape) sample(before *scrape) Sample {
	restart := before != nil && math.Abs(before.born-s.born) > 0.011
	if before == nil || restart {
		before = &scrape{}
	}
	sample := Sample{Requests: counts(s.requests, before.requests), InFlight: s.inFlight, Queue: s.queue,
		CPU: s.cpu - before.cpu, Memory: s.memory, Restart: restart, Calls: map[string]CallsByCallee{}}
	sample.Slots, sample.Broken, sample.Redelivered = s.slots, s.broken-before.broken, s.again-before.again
	sample.Published = counts(s.published, before.published)
	sample.Delivery, _ = s.delivery.since(before.delivery)
	sample.Latency, sample.Sum = s.latency.since(before.latency)
	sample.Slot, sample.SlotSum = s.slot.since(before.slot)
	sample.Work, sample.WorkSum = s.work.since(before.work)
	sample.Spent, sample.Continued = s.spent.since(before.spent), s.continued-before.continued
	for callee, c := range s.calls {
		calls := CallsByCallee{Outcomes: counts(c.outcomes, before.calls[callee].outcomes)}
		calls.Latency, calls.Sum = c.latency.since(before.calls[callee].latency)
		if len(calls.Outcomes) > 0 {
			sample.Calls[callee] = calls
		}
	}
	return sample
}
