package links

import (
	"bytes"
	"io"
)

// A cut ends an answer in the middle: after half of its body, if its length is told; otherwise after half of what comes
// of it first; and if it has none, after half of its head.
type cut struct {
	bodiless bool   // the request asked for no body
	came     []byte // until it is known where to end
	left     int64  // bytes until then
	known    bool
}

// cutAnswer carries what may come through of an answer that is cut, and returns io.EOF where it ends.
func (p *pipe) cutAnswer(b []byte) error {
	c := p.cut.Load()
	if !c.known {
		c.came = append(c.came, b...)
		if before := c.interim(); len(before) > 0 {
			p.carry(before)
		}
		if c.known = c.measure(); !c.known {
			return nil
		}
		b = c.came
	}
	n := min(int64(len(b)), c.left)
	c.left -= n
	p.carry(b[:n])
	if c.left == 0 {
		return io.EOF
	}
	return nil
}

// interim takes off answers before the answer, such as 100 Continue.
func (c *cut) interim() (before []byte) {
	for {
		end := bytes.Index(c.came, blank)
		if end < 0 || !bytes.Contains(c.came[:min(12, end)], []byte(" 1")) {
			return before
		}
		end += len(blank)
		before, c.came = append(before, c.came[:end]...), c.came[end:]
	}
}

// measure sets where the answer ends, once that is known.
func (c *cut) measure() bool {
	end := bytes.Index(c.came, blank)
	if end < 0 {
		return false
	}
	end += len(blank)
	h := readHead(c.came[:end])
	_, status, _ := bytes.Cut(h.first, []byte(" "))
	none := c.bodiless || h.length == 0 || bytes.HasPrefix(status, []byte("204")) || bytes.HasPrefix(status, []byte("304"))
	switch {
	case none:
		c.left = int64(end / 2)
	case h.length > 0:
		c.left = int64(end) + h.length/2
	case len(c.came) == end:
		return false
	default:
		c.left = int64(end + (len(c.came)-end)/2)
	}
	return true
}
