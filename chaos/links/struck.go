package links

import (
	"net"
	"slices"

	"faultline/bench"
)

// strike puts a fault into effect, on open connections too; one of the same name that is in effect it replaces.
func (p *place) strike(f bench.Fault, seed uint64) error {
	s, err := newStrike(f, seed)
	if err != nil {
		return err
	}
	p.mu.Lock()
	open := int64(len(p.sessions))
	p.replace(f.Name, s)
	err = p.settle()
	p.mu.Unlock()
	switch f.Kind {
	case bench.Reset, bench.Refuse:
		s.meet(open, true)
		p.abort(func(*session) bool { return true })
	case bench.Blackhole, bench.HalfOpen:
		s.meet(open, false)
	}
	return err
}

// cure ends a fault. What it held back keeps its time; a connection that it took bytes from is reset. To cure what is not in
// effect is nothing.
func (p *place) cure(name string) error {
	p.mu.Lock()
	s := p.replace(name, nil)
	err := p.settle()
	p.mu.Unlock()
	if s != nil && slices.Contains([]bench.FaultKind{bench.Blackhole, bench.HalfOpen}, s.fault.Kind) {
		p.abort(func(s *session) bool { return s.lossy.Load() })
	}
	return err
}

// replace takes the fault of a name out of effect and puts another, unless nil, in its place. The caller holds mu.
func (p *place) replace(name string, by *strike) (before *strike) {
	var on []*strike
	for _, s := range p.strikes() {
		if s.fault.Name != name {
			on = append(on, s)
			continue
		}
		before = s
	}
	if by != nil {
		on = append(on, by)
		p.struck[name] = by
	}
	p.on.Store(&on)
	if before != nil {
		close(before.cured)
	}
	return before
}

// strikes are the faults in effect.
func (p *place) strikes() []*strike {
	if on := p.on.Load(); on != nil {
		return *on
	}
	return nil
}

// has reports whether a fault of one of the kinds is in effect.
func (p *place) has(kinds ...bench.FaultKind) bool {
	return slices.ContainsFunc(p.strikes(), func(s *strike) bool { return slices.Contains(kinds, s.fault.Kind) })
}

// welcome counts a new connection where faults strike those, and reports whether it was reset.
func (p *place) welcome(conn *net.TCPConn) (gone bool) {
	for _, s := range p.strikes() {
		switch s.fault.Kind {
		case bench.Reset:
			s.meet(1, true)
			reset(conn)
			gone = true
		case bench.Blackhole, bench.HalfOpen:
			s.meet(1, false)
		}
	}
	return gone
}

// meet counts connections that a fault came upon.
func (s *strike) meet(n int64, struck bool) {
	s.seen.Add(n)
	if struck {
		s.struck.Add(n)
	}
}
