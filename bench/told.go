package bench

import (
	"fmt"
	"slices"
)

// Told is what the client learned of an order by the end of the drain.
type Told uint8

// What a client can learn.
const (
	_            Told = iota
	ToldNothing       // time-out or reset: it does not know
	ToldAccepted      // accepted, or confirmed
	ToldDeclined      // payment_failed, out_of_stock
	ToldFailed        // 5xx, connection refused
	ToldUnsent        // planned and never sent
)

// tolds are the words for them, in facts and reports.
var tolds = []string{"", "no answer", "accepted", "declined", "failed", "unsent"}

// String returns the word for it.
func (t Told) String() string { return tolds[t] }

// MarshalText returns the word for it.
func (t Told) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the word; another is an error.
func (t *Told) UnmarshalText(word []byte) error {
	i := slices.Index(tolds, string(word))
	if i < 0 {
		return fmt.Errorf("%q is nothing that a client can be told", word)
	}
	*t = Told(i)
	return nil
}
