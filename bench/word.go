package bench

import "unique"

// A Word is a text of which a trial has few, such as an order's status: a million orders that share one keep it once. The zero
// Word is the empty text.
type Word struct{ text unique.Handle[string] }

// WordOf returns the Word of a text.
func WordOf(text string) Word {
	if text == "" {
		return Word{}
	}
	return Word{unique.Make(text)}
}

// String returns the text.
func (w Word) String() string {
	if w == (Word{}) {
		return ""
	}
	return w.text.Value()
}
