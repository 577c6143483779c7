package links

import (
	"sync"
	"time"
)

const (
	// queueLimit bounds what a delay holds of one direction, in bytes.
	queueLimit = 4 << 20
	// chunkCost is counted for every chunk beside its bytes, so that tiny ones are bounded too.
	chunkCost = 64
)

// An ending is how the source of a pipe ended.
type ending int

const (
	endNone  ending = iota
	endEOF          // no more bytes, the other direction goes on
	endReset        // the connection is dead
)

// A chunk is what one read got, or the end of the source, with the moment it may leave.
type chunk struct {
	at   time.Time
	data []byte
	end  ending
}

// A queue holds the chunks of one direction in order. One goroutine pushes, one pops.
type queue struct {
	room chan struct{} // told when a chunk was taken

	mu     sync.Mutex
	chunks []chunk
	size   int
	last   time.Time // when the newest chunk may leave
	busy   bool      // somebody pops, or is asked to
}

// idle is whether everything that was pushed has been passed on.
func (q *queue) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.busy
}

// push waits while the queue is full, unless over is closed. Nothing leaves before what came before it.
// It reports whether the caller must start popping.
func (q *queue) push(c chunk, over <-chan struct{}) (start bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.size >= queueLimit {
		q.mu.Unlock()
		select {
		case <-q.room:
		case <-over:
			q.mu.Lock()
			return false
		}
		q.mu.Lock()
	}
	if c.at.Before(q.last) {
		c.at = q.last
	}
	q.last = c.at
	q.chunks = append(q.chunks, c)
	q.size += len(c.data) + chunkCost
	start = !q.busy
	q.busy = true
	return start
}

// pop takes the oldest chunk; with none left it is false, and the next push asks for a new popper.
func (q *queue) pop() (chunk, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.chunks) == 0 {
		q.chunks, q.busy = nil, false
		return chunk{}, false
	}
	c := q.chunks[0]
	q.chunks[0] = chunk{}
	q.chunks = q.chunks[1:]
	q.size -= len(c.data) + chunkCost
	select {
	case q.room <- struct{}{}:
	default:
	}
	return c, true
}
