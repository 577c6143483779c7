package bench

import (
	"math"
	"testing"
)

func TestSpent(t *testing.T) {
	early, late := Spent{Others: map[string]float64{}}, Spent{Others: map[string]float64{}}
	for _, part := range []struct {
		on, callee   string
		early, later float64
	}{{SpentSlot, "", 1, 3}, {SpentWork, "", 2, 2.5}, {SpentStore, "", 0, 0.25}, {SpentOthers, "risk", 4, 9}, {SpentOthers, "fraud", 1, 1}, {"new", "", 5, 7}} {
		early.take(part.on, part.callee, part.early)
		late.take(part.on, part.callee, part.later)
	}
	diff := late.since(early)
	if diff.Slot != 2 || diff.Work != 0.5 || diff.Store != 0.25 || len(diff.Others) != 1 || diff.Others["risk"] != 5 {
		t.Errorf("between the two: %+v", diff)
	}
	both := Spent{}
	both.include(diff)
	both.include(early)
	if both.Slot != late.Slot || both.Others["risk"] != 9 || both.Others["fraud"] != 1 || math.Abs(both.Sum()-late.Sum()) > 1e-12 {
		t.Errorf("together: %+v, want %+v", both, late)
	}
	if each := late.over(2); each.Slot != 1.5 || each.Others["risk"] != 4.5 || math.Abs(each.Sum()-late.Sum()/2) > 1e-12 {
		t.Errorf("for each of two: %+v", each)
	}
}
