package engine

import (
	"fmt"
	"time"
)

// A Slowness makes the service's own work take longer, while it holds its slots: a fault. The zero one ends it.
type Slowness struct {
	// Delay is the mean of what is added to each service time, and Spread its coefficient of variation (log-normal; 0: constant).
	Delay  time.Duration `json:"delay_ns"`
	Spread float64       `json:"spread"`
	// Factor multiplies the service time itself; 0 is 1.
	Factor float64 `json:"factor"`
	// Fades is how long it takes to wear off, evenly, from when it began; 0: it stays.
	Fades time.Duration `json:"fades_ns"`
	began time.Time
}

// Slow slows the service's own work down from now on.
func (e *Engine) Slow(s Slowness) error {
	if s.Delay < 0 || s.Fades < 0 || !(s.Spread >= 0 && s.Spread <= maxSpread) || !(s.Factor == 0 || s.Factor >= 1 && s.Factor <= maxFactor) {
		return fmt.Errorf("delay_ns and fades_ns must be 0 or more, spread from 0 to %d, factor 0 or from 1 to %d", maxSpread, maxFactor)
	}
	s.began = time.Now()
	e.slow.Store(&s)
	return nil
}

// Beyond these a slowness is a service that does nothing.
const (
	maxSpread = 3
	maxFactor = 1000
)

// extra is what it adds at a moment to a service time of own; normal is a draw from the standard normal distribution.
func (s *Slowness) extra(own time.Duration, at time.Time, normal float64) time.Duration {
	if s == nil {
		return 0
	}
	more := logNormal(s.Delay, s.Spread, normal) + time.Duration(float64(own)*(max(1, s.Factor)-1))
	if s.Fades == 0 {
		return more
	}
	left := 1 - float64(at.Sub(s.began))/float64(s.Fades)
	return time.Duration(float64(more) * max(0, left))
}
