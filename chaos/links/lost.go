package links

import (
	"io"

	"faultline/bench"
)

// loses reports whether what comes a way vanishes, n bytes of it or its end. A connection that has lost something can't go
// on after the cure, when later bytes would follow a gap: it is reset then.
func (p *pipe) loses(on []*strike, n int) bool {
	lost := false
	for _, s := range on {
		if !s.is(p.way, bench.Blackhole, bench.HalfOpen) {
			continue
		}
		lost = true
		s.bytes.Add(int64(n))
		p.session.lose(s)
	}
	return lost
}

// lose counts the session once, for the first fault that takes something from it.
func (s *session) lose(by *strike) {
	if s.lossy.Swap(true) {
		return
	}
	by.struck.Add(1)
	select {
	case <-by.cured: // meanwhile: the cure may have passed this session by
		s.abort()
	default:
	}
}

// darkness is the blackhole that the place is in, nil if there is none.
func (p *place) darkness() *strike {
	for _, s := range p.strikes() {
		if s.fault.Kind == bench.Blackhole {
			return s
		}
	}
	return nil
}

// vanish holds a connection that was opened into a blackhole: its upstream never hears of it.
func (s *session) vanish(into *strike) {
	s.lose(into)
	n, _ := io.Copy(io.Discard, s.client)
	into.bytes.Add(n)
	s.hangUp()
}
