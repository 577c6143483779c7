package engine

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"faultline/targets/flow"
)

// TestFail: the share of requests that fail is what was asked for, within its binomial interval; one that failed leaves no effect,
// may pass when it is tried again, and holds no slot.
func TestFail(t *testing.T) {
	const n, share = 10000, 0.2
	e := newEngine(t, payment)
	must(t, e.Fail(share))
	failed := 0.0
	for range n {
		if e.strike() != nil {
			failed++
		}
	}
	if sigma := math.Sqrt(n * share * (1 - share)); math.Abs(failed-n*share) > 4*sigma {
		t.Errorf("%g of %d failed, want %g ± %.0f", failed, n, n*share, 4*sigma)
	}
	e.Asks["fraud"] = answers("fraud", flow.Done)
	must(t, e.Fail(0.5))
	passed := 0
	for i := range 50 {
		id := fmt.Sprint("ord_", i)
		_, err := e.Handle(t.Context(), request(id))
		var f *flow.Failure
		if err != nil && (!errors.As(err, &f) || f.Code != 500 || f.Service != "payment" || errors.Is(err, flow.ErrPanic)) {
			t.Fatalf("it failed with %v", err)
		}
		if err == nil {
			passed++
		}
		for tries := 0; err != nil; tries++ {
			if _, err = e.Handle(t.Context(), request(id)); tries > 50 {
				t.Fatal("tried 50 times, and it never passed")
			}
		}
	}
	if got := len(effects(t, e)); got != 50 || passed == 0 || passed == 50 {
		t.Errorf("%d effects of 50 orders, %d at the first try", got, passed)
	}
	if inUse, _ := e.Slots.Usage(); inUse != 0 {
		t.Errorf("%d slots are still held", inUse)
	}
	must(t, e.Fail(0))
	if err := e.strike(); err != nil || e.Fail(1.5) == nil || e.Fail(math.NaN()) == nil {
		t.Errorf("healed: %v", err)
	}
}
