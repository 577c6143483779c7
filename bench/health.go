package bench

import (
	"runtime/metrics"
	"syscall"
	"time"
)

// cpuTime is the processor time that this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A meter reads what the harness itself uses.
type meter struct {
	clock    Clock
	links    Instance
	cpu      time.Duration // at the start
	linksCPU time.Duration
	pauses   []uint64 // of the collector, by bucket, at the last sample
}

func newMeter(clock Clock, links Instance) *meter {
	m := &meter{clock: clock, links: links, cpu: cpuTime()}
	if u, err := links.Usage(); err == nil {
		m.linksCPU = u.CPU
	}
	m.gcPause()
	return m
}

// sample reads the meters.
func (m *meter) sample(inFlight int64) HarnessSample {
	s := HarnessSample{T: m.clock.Now(), CPU: (cpuTime() - m.cpu).Seconds(), Heap: heapBytes(), InFlight: int(inFlight), GCPauseMax: m.gcPause()}
	if u, err := m.links.Usage(); err == nil {
		s.LinksCPU = (u.CPU - m.linksCPU).Seconds()
	}
	return s
}

// gcPause is the longest stop of the world by the collector since the last call, in seconds,
// to the resolution of the runtime's histogram.
func (m *meter) gcPause() float64 {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	h := sample[0].Value.Float64Histogram()
	longest := 0.0
	for i, n := range h.Counts {
		before := uint64(0)
		if i < len(m.pauses) {
			before = m.pauses[i]
		}
		if n > before {
			longest = max(0, h.Buckets[i])
		}
	}
	m.pauses = append(m.pauses[:0], h.Counts...)
	return longest
}
