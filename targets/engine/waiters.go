package engine

import "sync"

// waiters are the requests of this process that wait for a reply that comes later, by order.
type waiters struct {
	mu sync.Mutex
	by map[string][]chan struct{}
}

// join waits for an order; leave must be called.
func (w *waiters) join(id string) (woken <-chan struct{}, leave func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by == nil {
		w.by = map[string][]chan struct{}{}
	}
	w.by[id] = append(w.by[id], c)
	return c, func() { w.leave(id, c) }
}

func (w *waiters) leave(id string, c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var rest []chan struct{}
	for _, other := range w.by[id] {
		if other != c {
			rest = append(rest, other)
		}
	}
	if len(rest) == 0 {
		delete(w.by, id)
		return
	}
	w.by[id] = rest
}

// wake tells everybody who waits for an order to look again, and whether there was anybody.
func (w *waiters) wake(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.by[id] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	return len(w.by[id]) > 0
}
