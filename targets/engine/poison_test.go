package engine

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"faultline/targets/flow"
)

// TestPoison: an order that is poisoned fails at every attempt and leaves no effect, others are none the wiser, and
// once it is mended all is well.
func TestPoison(t *testing.T) {
	e := newEngine(t, payment)
	e.Asks["fraud"] = answers("fraud", flow.Done)
	must(t, e.Poison(0.5))
	var failed []string
	for i := range 100 {
		id := fmt.Sprint("ord_", i)
		_, first := e.Handle(t.Context(), request(id))
		_, again := e.Handle(t.Context(), request(id))
		if errors.Is(first, flow.ErrPanic) != errors.Is(again, flow.ErrPanic) || (first == nil) != (again == nil) {
			t.Errorf("%s: %v, then %v", id, first, again)
		}
		if first != nil {
			failed = append(failed, id)
		}
	}
	if n := len(failed); n < 30 || n > 70 {
		t.Errorf("%d of 100 failed, want about half", n)
	}
	if got := len(effects(t, e)); got != 100-len(failed) {
		t.Errorf("%d effects of %d orders that did not fail", got, 100-len(failed))
	}
	if inUse, _ := e.Slots.Usage(); inUse != 0 {
		t.Errorf("%d slots are still held", inUse)
	}
	must(t, e.Poison(0))
	for _, id := range failed {
		if _, err := e.Handle(t.Context(), request(id)); err != nil {
			t.Error(err)
		}
	}
	if got := effects(t, e); len(got) != 100 || slices.Contains(got, -1) {
		t.Errorf("%d effects, want 100", len(got))
	}
}
