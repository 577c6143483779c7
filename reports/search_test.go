package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"faultline/bench"
)

// madeSurface is a surface with an edge, one below what was sought and one above.
func madeSurface() bench.Surface {
	sought := bench.Bisection{From: 0.005, To: 2, Precision: 0.1, Repeats: 3}
	cell := func(d time.Duration, rate, low, high float64) bench.SurfaceCell {
		return bench.SurfaceCell{Duration: d, Rate: rate, Edge: bench.Edge{Low: low, High: high, Sought: sought, Trials: 14,
			Probes: []bench.Probe{{At: 0.064, Holds: 2, Breaks: 1}, {At: 0.07, Breaks: 2, Unclear: 1}}}}
	}
	return bench.Surface{Architecture: "sync", Fault: slowRisk(), Objectives: []string{"ack p99 < 500ms"}, Strength: bench.Strength{Name: "delay", Unit: bench.Seconds},
		Cells:  []bench.SurfaceCell{cell(2*time.Second, 50, 2, 0), cell(2*time.Second, 100, 0.12, 0.13), cell(4*time.Second, 50, 0.25, 0.27), cell(4*time.Second, 100, 0, 0.005)},
		Trials: 56, Headline: 1}
}

func TestSurfacesSayWhatWasFound(t *testing.T) {
	s := madeSurface()
	for headline, want := range []string{
		"On sync, no slow-risk from 5ms to 2s of delay breaks ack p99 < 500ms, for 2 s at 50 orders/s.",
		"On sync, the weakest slow-risk that breaks ack p99 < 500ms has a delay between 120ms and 130ms, for 2 s at 100 orders/s.",
		"the weakest slow-risk that breaks ack p99 < 500ms has a delay between 250ms and 270ms",
		"On sync, ack p99 < 500ms breaks already where slow-risk has a delay of 5ms, for 4 s at 100 orders/s; nothing weaker was tried.",
	} {
		s.Headline = headline
		var text, page bytes.Buffer
		if err := SurfaceText(&text, s); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(text.String()), " "); !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
		for _, cell := range []string{"over 2s", "120ms to 130ms", "250ms to 270ms", "under 5ms"} {
			if !strings.Contains(text.String(), cell) {
				t.Errorf("%q is not in\n%s", cell, text.String())
			}
		}
		s.Fault.Name = `<script>alert("x")</script>`
		if err := SurfaceHTML(&page, s, `faultline breaking-point '<b>'`); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(page.String(), "<script>") || strings.Contains(page.String(), "'<b>'") {
			t.Errorf("what the user wrote is not quoted in\n%s", page.String())
		}
		s.Fault = slowRisk()
	}
}

func TestCapacitySaysWhatWasFound(t *testing.T) {
	for want, e := range map[string]bench.Edge{
		"sync under slow-risk keeps lost = 0 up to 100/s: at 102/s it breaks.":           {Low: 100, High: 102},
		"sync under slow-risk breaks lost = 0 already at 20/s; nothing lower was tried.": {High: 20},
		"sync under slow-risk keeps lost = 0 at every rate that was tried, up to 500/s.": {Low: 500},
	} {
		var text bytes.Buffer
		if err := CapacityText(&text, bench.CapacityFound{Architecture: "sync", Fault: "slow-risk", Objectives: []string{"lost = 0"}, Edge: e}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(text.String()), " "); !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
}

// TestRunsOfManyFaultsBeginWithAnOverview: one row a fault, and none where there are few.
func TestRunsOfManyFaultsBeginWithAnOverview(t *testing.T) {
	faults := []bench.Fault{control(), slowRisk()}
	for _, place := range []string{"order", "payment", "fraud", "inventory"} {
		faults = append(faults, bench.Fault{Name: place + "-down", Kind: bench.Kill, Place: place})
	}
	archs := []bench.Architecture{wired("sync", "wait", "http", "http"), wired("queue", "poll", "queue", "queue")}
	many, few := madeOf(archs, faults, 2), made(1)
	many.Trials[2].Invalid = []string{"load was enough: 3 orders"}
	many.Trials[14].Invalid = many.Trials[2].Invalid
	many.Trials[3].Audit.Classes[bench.Lost] = 7
	for r, want := range map[*bench.Results]bool{&many: true, &few: false} {
		var text, page bytes.Buffer
		if err := Text(&text, *r); err != nil {
			t.Fatal(err)
		}
		if err := HTML(&page, *r); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(text.String(), "EVERY PLACE"); got != want {
			t.Errorf("the text has an overview: %v, want %v", got, want)
		}
		if got := strings.Contains(page.String(), overviewTitle); got != want {
			t.Errorf("the page has an overview: %v, want %v", got, want)
		}
		if want {
			for _, word := range []string{"payment-down", "INVALID", "7 broken promises"} {
				if !strings.Contains(text.String(), word) || !strings.Contains(page.String(), word) {
					t.Errorf("%q is missing in the overview:\n%s", word, text.String())
				}
			}
		}
	}
}
