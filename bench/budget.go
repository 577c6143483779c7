package bench

import "sync"

// maxTokens bounds what a budget saves up: the retries that a burst of failures may make at once.
const maxTokens = 10

// A Budget bounds retries by first attempts: each of these earns a share of a token, and a retry costs a whole one
// (a token bucket; Brooker, 2022). It starts empty. The nil budget bounds nothing.
type Budget struct {
	share float64

	mu     sync.Mutex
	tokens float64
}

// NewBudget makes a budget of so many retries for each first attempt; nil, which bounds nothing, for 0.
func NewBudget(share float64) *Budget {
	if share == 0 {
		return nil
	}
	return &Budget{share: share}
}

// Earn counts a first attempt.
func (b *Budget) Earn() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(maxTokens, b.tokens+b.share)
}

// Spend takes the price of a retry, and reports whether it was there.
func (b *Budget) Spend() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < 1-1e-9 { // ten tenths are one
		return false
	}
	b.tokens--
	return true
}
