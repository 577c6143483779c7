package bench

import "testing"

func TestKeyNamesItsOrder(t *testing.T) {
	h := TrialHeader{Seed: 0xfa, Repeat: 3}
	for _, seq := range []int{0, 1, 9, 1000000} {
		if got, ok := seqOf(h, Key(h, seq)); !ok || got != seq {
			t.Errorf("%s is read as order %d, %v", Key(h, seq), got, ok)
		}
	}
	for _, key := range []string{"", "7", keyPrefix(h), keyPrefix(h) + "x", Key(TrialHeader{Seed: 0xf, Repeat: 3}, 1), Key(TrialHeader{Seed: 0xfa}, 1)} {
		if seq, ok := seqOf(h, key); ok {
			t.Errorf("%q is no key of this trial, it was read as order %d", key, seq)
		}
	}
}
