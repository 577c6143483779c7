package reports

import (
	"slices"
	"testing"
	"time"

	"faultline/bench"
)

func TestCoupling(t *testing.T) {
	for v, want := range map[float64]string{0: "0.00", -0.004: "0.00", 0.996: "1.00", 1.02: "1.02", -0.31: "-0.31", 14.27: "14.3", 123.4: "123"} {
		if got := coupling(v); got != want {
			t.Errorf("%g is written %s, want %s", v, got, want)
		}
	}
}

// TestPath: by time; at the same moment from who is asked to who asks; the client's completion after its answer.
func TestPath(t *testing.T) {
	cell := func(who string, after, within time.Duration) bench.Cell {
		return bench.Cell{Who: who, Lag: bench.Lag{After: after, Within: within}}
	}
	const q = 250 * time.Millisecond
	row := bench.MatrixRow{Cells: []bench.Cell{cell(bench.AtAnswer, 330*time.Millisecond, 0), cell(bench.AtDone, 330*time.Millisecond, 0), cell("order", 2*q, q),
		cell("payment", q, q), cell("risk", q, q), cell("inventory", bench.Never, 0)}}
	hits, spared := pathOf(row)
	want := []hit{{"risk", "within 250 ms"}, {"payment", "within 250 ms"}, {bench.AtAnswer, "330 ms"}, {bench.AtDone, "330 ms"}, {"order", "within 500 ms"}}
	if !slices.Equal(hits, want) || !slices.Equal(spared, []string{"inventory"}) {
		t.Errorf("%v, spared %v", hits, spared)
	}
}

func TestMatrixFigures(t *testing.T) {
	k := matrixFigures[1]
	for _, c := range []struct {
		effect         bench.Effect
		text, interval string
	}{
		{bench.Effect{Value: 1.02, Low: 0.98, High: 1.05, How: bench.ByBootstrap}, "1.02", "0.98 to 1.05"},
		{bench.Effect{Value: 1.02, Low: 1.02, High: 1.02}, "1.02", ""},
		{bench.Effect{Infinite: true}, "∞", ""},
		{bench.Effect{Missing: "starved"}, "starved", ""},
		{bench.Effect{Missing: "no control was run"}, "–", ""},
	} {
		cell := bench.Cell{P50: c.effect}
		if text, interval := k.text(cell), k.interval(cell); text != c.text || interval != c.interval {
			t.Errorf("%+v: %q, %q", c.effect, text, interval)
		}
	}
}

func TestWorkText(t *testing.T) {
	for want, list := range map[string][]bench.Work{
		"": nil,
		"not amplified: as many attempts an order as in the control":       {{Service: "risk", Control: 1, Fault: 1.02, Factor: 1.02}},
		"amplified at risk 64.0× (64 attempts an order, 1 in the control)": {{Service: "order", Control: 1, Fault: 1, Factor: 1}, {Service: "risk", Control: 1, Fault: 64, Factor: 64}},
	} {
		if got := workText(list); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
