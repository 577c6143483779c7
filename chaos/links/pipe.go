package links

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"faultline/bench"
)

// buffers are read into; 32 KB is a socket's usual appetite.
var buffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// A pipe is one direction of a session.
type pipe struct {
	session  *session
	way      way
	src, dst *net.TCPConn
	count    *atomic.Int64
	back     *pipe // the other direction
	queue    queue
	carried  atomic.Int64        // bytes since the start, of a connection that starts slowly
	requests *requests           // up: what it reads them with, while faults strike single requests
	opaque   bool                // up: it is not HTTP, or not any more
	cut      atomic.Pointer[cut] // down: the answer that is to end in the middle
	failed   atomic.Bool         // dst took a write no longer
	finished atomic.Bool         // dst was told EOF
}

func (p *pipe) join(s *session, way way, src, dst *net.TCPConn, count *atomic.Int64, back *pipe) {
	p.session, p.way, p.src, p.dst, p.count, p.back = s, way, src, dst, count, back
	p.queue.room = make(chan struct{}, 1)
}

// run carries bytes until the source has ended, and its end after them.
func (p *pipe) run() {
	raw, err := p.src.SyscallConn()
	for err == nil {
		err = p.next(raw)
	}
	p.finish(err)
}

// next carries what comes next from the source. It takes a buffer when something is there, so that a silent connection
// holds none.
func (p *pipe) next(raw syscall.RawConn) error {
	var buf *[32 << 10]byte
	var n int
	var failed error
	err := raw.Read(func(fd uintptr) bool {
		buf = buffers.Get().(*[32 << 10]byte)
		most := p.appetite(len(buf))
		for n, failed = unix.Read(int(fd), buf[:most]); failed == unix.EINTR; n, failed = unix.Read(int(fd), buf[:most]) {
		}
		if failed != unix.EAGAIN {
			return true
		}
		buffers.Put(buf)
		buf = nil
		return false
	})
	if err != nil {
		return err
	}
	defer buffers.Put(buf)
	if failed != nil {
		return failed
	}
	if n == 0 {
		return io.EOF
	}
	p.count.Add(int64(n))
	turned := p.session.heard(p.way)
	switch {
	case p.way == up:
		p.takeRequests(buf[:n], turned)
	case p.cut.Load() != nil:
		return p.cutAnswer(buf[:n])
	default:
		p.carry(buf[:n])
	}
	return nil
}

// carry writes b through, unless a fault takes it, or holds a copy of it if there is a delay or something held before it.
func (p *pipe) carry(b []byte) {
	on := p.session.place.strikes()
	if len(on) == 0 && p.queue.idle() {
		p.write(b)
		return
	}
	if p.loses(on, len(b)) {
		return
	}
	p.throttle(on, len(b))
	delay := p.latency(on, len(b))
	if delay == 0 && p.queue.idle() {
		p.write(b)
		return
	}
	p.hold(chunk{at: time.Now().Add(delay), data: bytes.Clone(b)})
}

// finish carries the end of the source like its bytes.
func (p *pipe) finish(err error) {
	if errors.Is(err, net.ErrClosed) {
		return // by ourselves
	}
	p.takeRest()
	end := endReset
	if errors.Is(err, io.EOF) && !p.swallowedReset() {
		end = endEOF
	}
	p.end(end)
}

func (p *pipe) end(end ending) {
	on := p.session.place.strikes()
	if p.loses(on, 0) {
		return
	}
	delay := p.latency(on, 0)
	if delay == 0 && p.queue.idle() {
		p.pass(end)
		return
	}
	p.hold(chunk{at: time.Now().Add(delay), end: end})
}

// swallowedReset tells a reset that reads like an EOF: the kernel reports a reset once, and the
// pipe that writes to our source may have been told.
func (p *pipe) swallowedReset() bool {
	gone := disconnected(p.src)
	if p.back.failed.Load() {
		return true
	}
	// If we had sent EOF ourselves, a connection that ended well has no peer either.
	return gone && !p.back.finished.Load()
}

func (p *pipe) hold(c chunk) {
	if p.queue.push(c, p.session.over) {
		p.session.releases.Go(p.letGo)
	}
}

// letGo passes held chunks on at their times, as exactly as the machine sleeps, until none is left or the session is over.
func (p *pipe) letGo() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		c, ok := p.queue.pop()
		if !ok {
			return
		}
		timer.Reset(time.Until(c.at) - bench.Coarse)
		select {
		case <-timer.C:
		case <-p.session.over:
			return
		}
		bench.SleepExactly(time.Until(c.at))
		if c.end == endNone {
			p.write(c.data)
		} else {
			p.pass(c.end)
		}
	}
}

// write drops what a dead destination can't take: its source goes on until it is told. The way back
// tells it, after the last bytes that it got; if that has passed an EOF on already, nobody else would.
func (p *pipe) write(b []byte) {
	if p.failed.Load() {
		return
	}
	if _, err := p.dst.Write(b); err != nil {
		p.failed.Store(true)
		if p.back.finished.Load() {
			p.session.abort()
		}
	}
}

// pass tells the destination how the source has ended.
func (p *pipe) pass(end ending) {
	if end == endReset {
		p.session.abort()
		return
	}
	p.finished.Store(true)
	p.dst.CloseWrite()
	if p.back.failed.Load() {
		p.session.abort()
	}
}

// disconnected is whether the kernel knows no peer of the connection any more.
func disconnected(c *net.TCPConn) bool {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	gone := false
	err = raw.Control(func(fd uintptr) {
		_, err := unix.Getpeername(int(fd))
		gone = err != nil
	})
	return err == nil && gone
}
