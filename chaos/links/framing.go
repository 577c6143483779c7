package links

import "bytes"

// A framing finds the end of a message's body.
type framing struct {
	left    int64 // bytes of the body, or of the chunk that is coming with its line end
	part    part
	size    int64 // of the next chunk, as far as its line has come
	skipped bool  // the rest of the line says something else
	letters int   // of a trailer's line
}

// A part of a body, by what is coming.
type part int

const (
	wholeBody part = iota // not chunked
	chunkSize
	chunkData
	trailer
	ended
)

// frame is the framing of a request's body; an answer's may also end with its connection.
func frame(h head) framing {
	switch {
	case h.chunked:
		return framing{part: chunkSize}
	case h.length > 0:
		return framing{left: h.length}
	}
	return framing{part: ended}
}

// take returns how many of the bytes belong to the body.
func (f *framing) take(b []byte) (n int) {
	for n < len(b) && f.part != ended {
		switch f.part {
		case wholeBody, chunkData:
			n += f.skip(b[n:])
		default:
			f.letter(b[n])
			n++
		}
	}
	return n
}

func (f *framing) skip(b []byte) int {
	n := int(min(f.left, int64(len(b))))
	f.left -= int64(n)
	switch {
	case f.left > 0:
	case f.part == wholeBody:
		f.part = ended
	default:
		f.part, f.size, f.skipped = chunkSize, 0, false
	}
	return n
}

// letter reads a byte of a chunk's size line or of a trailer.
func (f *framing) letter(c byte) {
	if f.part == trailer {
		switch {
		case c == '\n' && f.letters == 0:
			f.part = ended
		case c == '\n':
			f.letters = 0
		case c != '\r':
			f.letters++
		}
		return
	}
	digit := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
	switch {
	case c == '\n' && f.size == 0:
		f.part, f.letters = trailer, 0
	case c == '\n':
		f.part, f.left = chunkData, f.size+2
	case digit >= 0 && !f.skipped && f.size < 1<<40:
		f.size = f.size<<4 + int64(digit)
	default:
		f.skipped = true
	}
}
