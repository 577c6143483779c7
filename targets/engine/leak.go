package engine

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A Leak is how fast a service's memory grows, and up to where: a fault. The zero one gives back all that was taken.
type Leak struct {
	Rate  int64 `json:"rate"`  // bytes a second
	Limit int64 `json:"limit"` // bytes
}

// maxLeak is the most that a service takes, whatever it is told: it is not alone on its machine.
const maxLeak = 4 << 30

// leakEvery is how often a leak takes what is due.
const leakEvery = 50 * time.Millisecond

// A hoard is memory that is held and never read. It is taken from the system page by page, past Go's heap, so that it is
// resident when it is taken, and gone when it is given back.
type hoard struct {
	mu     sync.Mutex
	blocks [][]byte
	held   int64
	stop   chan struct{} // nil: it does not grow
	grown  sync.WaitGroup
}

// Leak has the service's memory grow from now on, from nothing: what an earlier leak took is given back first.
func (e *Engine) Leak(l Leak) error {
	if l.Rate < 0 || l.Limit < 0 || l.Limit > maxLeak || (l.Rate > 0) != (l.Limit > 0) {
		return fmt.Errorf("rate and limit: must both be 0, or above 0 and the limit at most %d bytes", int64(maxLeak))
	}
	e.hoard.release()
	if l.Rate > 0 {
		e.hoard.grow(l)
	}
	return nil
}

func (h *hoard) grow(l Leak) {
	h.mu.Lock()
	defer h.mu.Unlock()
	stop := make(chan struct{})
	h.stop = stop
	h.grown.Go(func() {
		began := time.Now()
		tick := time.NewTicker(leakEvery)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				h.reach(min(l.Limit, int64(float64(l.Rate)*time.Since(began).Seconds())))
			}
		}
	})
}

// reach holds so many bytes, and touches each page of what it takes. Where the system gives no more, it stays as it is.
func (h *hoard) reach(bytes int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	page := int64(unix.Getpagesize())
	due := (bytes - h.held) / page * page
	if due <= 0 {
		return
	}
	block, err := unix.Mmap(-1, 0, int(due), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return // felt at its place by how little it grew
	}
	for i := int64(0); i < due; i += page {
		block[i] = 1
	}
	h.blocks, h.held = append(h.blocks, block), h.held+due
}

// release gives everything back and ends the growth.
func (h *hoard) release() {
	h.mu.Lock()
	if h.stop != nil {
		close(h.stop)
		h.stop = nil
	}
	h.mu.Unlock()
	h.grown.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range h.blocks {
		_ = unix.Munmap(b)
	}
	h.blocks, h.held = nil, 0
}
