package bench

import (
	"fmt"
	"strconv"
	"strings"
)

// Key is the Idempotency-Key of the seq-th order: the same in every trial with the same seed and repeat, so that
// the same orders are declined whatever is tested.
func Key(h TrialHeader, seq int) string {
	return keyPrefix(h) + strconv.Itoa(seq)
}

// seqOf is the order that a key was minted for; ok is false for a key that was not minted by this trial.
func seqOf(h TrialHeader, key string) (seq int, ok bool) {
	digits, ok := strings.CutPrefix(key, keyPrefix(h))
	seq, err := strconv.Atoi(digits)
	return seq, ok && err == nil
}

func keyPrefix(h TrialHeader) string { return fmt.Sprintf("fl-%x-%d-", h.Seed, h.Repeat) }
