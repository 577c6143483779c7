package links

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/bench"
)

// perRequest are the kinds that need HTTP to be read.
var perRequest = []bench.FaultKind{bench.Respond, bench.Hold, bench.FailFirst, bench.Truncate}

// requests reads what comes up a connection as HTTP/1, one request after the other.
type requests struct {
	head    []byte  // of the request that is coming, until it is whole
	body    framing // of the request whose head has come
	within  bool    // that body is coming
	turned  bool    // it began when the callee had spoken last: none before it waits for its answer
	verdict verdict
}

// A verdict is what becomes of one request.
type verdict struct {
	lag    time.Duration // it is handed on that much later
	status int           // the link answers with it; 0: the callee does
	answer []byte        // of the link
	closes bool          // the connection, after that answer
	cut    *cut          // the callee's answer
}

// takeRequests carries bytes from the client, request by request while faults strike those. On a connection that was open
// before, reading begins where the client speaks again after the callee, and what comes looks like a request.
func (p *pipe) takeRequests(b []byte, turned bool) {
	if p.requests == nil {
		if !turned || p.opaque || !p.session.place.has(perRequest...) || !startsRequest(b) {
			p.carry(b)
			return
		}
		p.requests = &requests{}
	}
	p.requests.turned = p.requests.turned || turned
	for len(b) > 0 && p.requests != nil {
		b = p.takeRequest(p.requests, b)
	}
	if len(b) > 0 {
		p.carry(b)
	}
}

// takeRequest takes a request's head and body, as far as they have come, and returns what follows them.
func (p *pipe) takeRequest(r *requests, b []byte) (rest []byte) {
	if r.within {
		n := r.body.take(b)
		p.passOn(r, b[:n])
		rest = b[n:]
	} else {
		end := r.takeHead(b)
		first, _, whole := bytes.Cut(r.head, blank[:2])
		switch {
		case whole && !isRequest(first), end == 0 && len(r.head) > maxHead:
			p.giveUp()
			return nil
		case end == 0:
			return nil
		}
		p.begin(r, readHead(r.head[:end]))
		n := r.body.take(r.head[end:])
		p.passOn(r, r.head[:end+n])
		rest = b[len(b)-(len(r.head)-end-n):]
	}
	if r.body.part == ended {
		p.complete(r)
	}
	return rest
}

// takeHead adds what has come, and returns where the head ends; 0 while it is not whole.
func (r *requests) takeHead(b []byte) (end int) {
	searched := max(0, len(r.head)-len(blank)+1)
	r.head = append(r.head, b...)
	i := bytes.Index(r.head[searched:], blank)
	if i < 0 {
		return 0
	}
	return searched + i + len(blank)
}

// passOn carries a part of a request, unless the link answers in place of the callee.
func (p *pipe) passOn(r *requests, part []byte) {
	if r.verdict.status == 0 && len(part) > 0 {
		p.carry(part)
	}
}

// begin decides what becomes of a request.
func (p *pipe) begin(r *requests, h head) {
	r.within, r.body, r.verdict = true, frame(h), verdict{}
	if r.turned {
		p.judge(h, &r.verdict)
	}
	v := &r.verdict
	p.session.wait(v.lag, nil)
	if v.status > 0 {
		v.answer, v.closes = answer(v.status, h.method() == http.MethodHead, h.closes), h.closes
		return
	}
	p.opaque = h.upgrades || h.method() == http.MethodConnect
	if v.cut != nil && !p.opaque {
		p.back.cut.Store(v.cut)
	}
}

// complete ends a request. Reading ends with it when no fault wants it any more, or when what follows is not HTTP.
func (p *pipe) complete(r *requests) {
	v := r.verdict
	*r = requests{head: r.head[:0]}
	if v.status > 0 {
		p.session.speaker.Store(int32(down) + 1)
		p.back.carry(v.answer)
		if v.closes {
			p.back.end(endEOF)
		}
	}
	if p.opaque || !p.session.place.has(perRequest...) {
		p.requests = nil
	}
}

// giveUp carries what has come of what is not HTTP after all.
func (p *pipe) giveUp() {
	p.carry(p.requests.head)
	p.requests, p.opaque = nil, true
}

// takeRest carries what has come of a head that will not become whole.
func (p *pipe) takeRest() {
	if p.requests != nil && len(p.requests.head) > 0 && !p.requests.within {
		p.carry(p.requests.head)
	}
}

// judge asks every fault what becomes of a request.
func (p *pipe) judge(h head, v *verdict) {
	n := p.session.turns.Load()
	for _, s := range p.session.place.strikes() {
		if !slices.Contains(perRequest, s.fault.Kind) {
			continue
		}
		s.seen.Add(1)
		if s.strikes(h, p.session.number, n) {
			s.struck.Add(1)
			s.sentence(h, p.session.number, n, v)
		}
	}
}

// strikes reports whether a request is one that the fault strikes.
func (s *strike) strikes(h head, connection int64, nth uint64) bool {
	if s.fault.Kind == bench.FailFirst {
		return s.firsts.count(h.key()) <= s.fault.Times
	}
	return s.draw(connection, nth).Float64() < s.fault.Share
}

func (s *strike) sentence(h head, connection int64, nth uint64, v *verdict) {
	switch s.fault.Kind {
	case bench.Hold:
		d := s.delay(connection, ^nth)
		s.waited.Add(int64(d))
		v.lag += d
	case bench.Truncate:
		v.cut = &cut{bodiless: h.method() == http.MethodHead}
	default:
		v.status = s.fault.Status
	}
}

// firsts counts the attempts at each request.
type firsts struct {
	mu       sync.Mutex
	attempts map[uint64]int
}

func (f *firsts) count(key uint64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.attempts == nil {
		f.attempts = map[uint64]int{}
	}
	f.attempts[key]++
	return f.attempts[key]
}

// answer is what a link says in place of the callee (RFC 9457).
func answer(status int, bodiless, closes bool) []byte {
	body := fmt.Sprintf(`{"title":%q,"status":%d,"detail":"answered by the link"}`, http.StatusText(status), status)
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n", status, http.StatusText(status), len(body))
	if closes {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	if !bodiless {
		b.WriteString(body)
	}
	return []byte(b.String())
}
