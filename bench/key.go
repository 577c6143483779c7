package bench

import (
	"fmt"
	"strconv"
	"strings"
)

// Key is the Idempotency-Key of the seq-th order: the same in every trial with the same seed and repeat, so that
// the same orders are declined whatever is tested. What follows an @ tells apart trials of one system, and attempts of
// clients that mint a key for each; nobody's decision looks at it.
func Key(h TrialHeader, seq int) string {
	key := keyPrefix(h) + strconv.Itoa(seq)
	if h.Round > 0 {
		key += "@" + strconv.Itoa(h.Round)
	}
	return key
}

// keyOf is the key of an attempt at an order, from 0: a new one each time only where the client breaks that promise.
func keyOf(h TrialHeader, seq, attempt int) string {
	if attempt == 0 || !h.Architecture.Link(Client, "order").Breaks(NewKey) {
		return Key(h, seq)
	}
	return fmt.Sprintf("%s%d@%d.%d", keyPrefix(h), seq, h.Round, attempt)
}

// keys tell which keys a trial minted.
type keys struct{ prefix, round string }

func newKeys(h TrialHeader) keys { return keys{keyPrefix(h), strconv.Itoa(h.Round)} }

// seq is the order that a key was minted for; ok is false for a key that was not minted by this trial.
func (k keys) seq(key string) (seq int, ok bool) {
	digits, ok := strings.CutPrefix(key, k.prefix)
	digits, after, again := strings.Cut(digits, "@")
	round, _, _ := strings.Cut(after, ".")
	if !again {
		round = "0"
	}
	seq, err := strconv.Atoi(digits)
	return seq, ok && err == nil && round == k.round
}

func keyPrefix(h TrialHeader) string { return fmt.Sprintf("fl-%x-%d-", h.Seed, h.Repeat) }
