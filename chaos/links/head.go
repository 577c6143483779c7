package links

import (
	"bytes"
	"hash/fnv"
	"strconv"
)

// maxHead bounds the head of a message, in bytes; what has a longer one is not read as HTTP.
const maxHead = 64 << 10

// blank ends a head.
var blank = []byte("\r\n\r\n")

// A head is what a link must know of the head of an HTTP/1 message.
type head struct {
	first    []byte // the request or status line
	length   int64  // of the body by Content-Length; −1: not told
	chunked  bool
	closes   bool   // the connection ends after the answer
	upgrades bool   // to something that is not HTTP
	same     []byte // what tells that two requests are attempts at one thing; nil: nothing does
}

// readHead reads a head, which ends with an empty line.
func readHead(raw []byte) head {
	h := head{length: -1}
	var rest []byte
	h.first, rest, _ = bytes.Cut(raw, blank[:2])
	h.closes = bytes.HasSuffix(h.first, []byte("HTTP/1.0"))
	for len(rest) > 2 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, blank[:2])
		name, value, _ := bytes.Cut(line, []byte(":"))
		h.field(name, bytes.TrimSpace(value))
	}
	return h
}

func (h *head) field(name, value []byte) {
	is := func(text string) bool { return len(name) == len(text) && bytes.EqualFold(name, []byte(text)) }
	switch {
	case is("Content-Length"):
		if n, err := strconv.ParseInt(string(value), 10, 64); err == nil && n >= 0 {
			h.length = n
		}
	case is("Transfer-Encoding"):
		h.chunked = bytes.EqualFold(value, []byte("chunked"))
	case is("Connection"):
		h.closes = h.closes || bytes.EqualFold(value, []byte("close"))
	case is("Upgrade"):
		h.upgrades = true
	case is("Idempotency-Key"):
		h.same = value
	case is("traceparent") && h.same == nil && len(value) > 35: // 00-<trace>-<span>-01: spans differ
		h.same = value[3:35]
	}
}

func (h head) method() string {
	method, _, _ := bytes.Cut(h.first, []byte(" "))
	return string(method)
}

// key is the same for all attempts at one thing: method, target, and the Idempotency-Key or else the trace.
func (h head) key() uint64 {
	sum := fnv.New64a()
	sum.Write(h.first)
	sum.Write([]byte{0})
	sum.Write(h.same)
	return sum.Sum64()
}

// startsRequest reports whether b can be the beginning of an HTTP/1 request: a method in capital letters.
func startsRequest(b []byte) bool {
	for i, c := range b[:min(len(b), 20)] {
		switch {
		case c == ' ':
			return i > 0
		case c < 'A' || c > 'Z':
			return false
		}
	}
	return len(b) < 20
}

// isRequest reports whether a first line is that of an HTTP/1 request.
func isRequest(line []byte) bool {
	return startsRequest(line) && bytes.Count(line, []byte(" ")) == 2 && bytes.Contains(line, []byte(" HTTP/1."))
}
