package engine

import (
	"time"

	"faultline/bench"
	"faultline/targets/flow"
)

// A stretch is a piece of a service's time with one order: a request from its arrival to its answer, the continuation of
// a step whose reply came later, or an attempt at a job. What it is spent on is measured part by part as it happens, and
// told at its end all at once, so that the parts of a sample are those of the stretches that ended in it.
type stretch struct {
	metrics           *Metrics
	began             time.Time
	slot, work, store time.Duration
	others            map[string]time.Duration // by callee
	callee            string                   // the last that was asked
}

// stored adds what a transaction took that began at a moment.
func (s *stretch) stored(began time.Time) {
	if s != nil {
		s.store += time.Since(began)
	}
}

// waited adds a wait for another service that began at a moment: all attempts at a call and what is between them, or
// a reply that came later.
func (s *stretch) waited(callee string, began time.Time) {
	if s == nil {
		return
	}
	if s.others == nil {
		s.others = map[string]time.Duration{}
	}
	s.callee = callee
	s.others[callee] += time.Since(began)
}

// answered ends a stretch that was a request.
func (s *stretch) answered(a flow.Answer, err error) {
	s.metrics.latency.Observe(time.Since(s.began).Seconds())
	s.metrics.requests.WithLabelValues(outcome(a, err)).Inc()
	s.tell()
}

// continued ends a stretch that was none.
func (s *stretch) continued() {
	s.metrics.continued.Observe(time.Since(s.began).Seconds())
	s.tell()
}

func (s *stretch) tell() {
	spent := func(on, callee string, d time.Duration) {
		if d > 0 {
			s.metrics.spent.WithLabelValues(on, callee).Add(d.Seconds())
		}
	}
	spent(bench.SpentSlot, "", s.slot)
	spent(bench.SpentWork, "", s.work)
	spent(bench.SpentStore, "", s.store)
	for callee, d := range s.others {
		spent(bench.SpentOthers, callee, d)
	}
}
