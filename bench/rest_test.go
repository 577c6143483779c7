package bench

import (
	"slices"
	"testing"
)

func TestCallersComeFirst(t *testing.T) {
	a := Architecture{Links: []Link{{From: "fraud", To: "risk"}, {From: "order", To: "inventory"}, {From: "payment", To: "fraud"},
		{From: "inventory", To: "shipping"}, {From: "order", To: "payment"}, {From: Client, To: "order"}}}
	want := []string{"order", "inventory", "payment", "fraud", "shipping", "risk"}
	if got := a.callersFirst(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
