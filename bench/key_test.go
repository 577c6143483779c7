package bench

import "testing"

func TestKeyNamesItsOrder(t *testing.T) {
	h, shared := TrialHeader{Seed: 0xfa, Repeat: 3}, TrialHeader{Seed: 0xfa, Repeat: 3, Round: 10}
	for _, seq := range []int{0, 1, 9, 1000000} {
		for _, h := range []TrialHeader{h, shared} {
			if got, ok := newKeys(h).seq(Key(h, seq)); !ok || got != seq {
				t.Errorf("%s is read as order %d, %v", Key(h, seq), got, ok)
			}
		}
		for attempt := range 3 {
			naive := shared
			naive.Architecture.Links = []Link{{From: Client, To: "order", Broken: []string{NewKey}}}
			if keyOf(naive, seq, attempt) == keyOf(naive, seq, attempt+1) || keyOf(h, seq, attempt) != Key(h, seq) {
				t.Errorf("attempt %d at order %d: only clients that break the promise mint a key for each", attempt, seq)
			}
			if got, ok := newKeys(naive).seq(keyOf(naive, seq, attempt)); !ok || got != seq {
				t.Errorf("%s is read as order %d, %v", keyOf(naive, seq, attempt), got, ok)
			}
		}
		if _, ok := newKeys(h).seq(Key(shared, seq)); ok {
			t.Errorf("%s is read as a key of the first trial on its system", Key(shared, seq))
		}
	}
	for _, key := range []string{"", "7", keyPrefix(h), keyPrefix(h) + "x", Key(TrialHeader{Seed: 0xf, Repeat: 3}, 1), Key(TrialHeader{Seed: 0xfa}, 1)} {
		if seq, ok := newKeys(h).seq(key); ok {
			t.Errorf("%q is no key of this trial, it was read as order %d", key, seq)
		}
	}
}
