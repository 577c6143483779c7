package reports

import (
	"strings"
	"testing"

	"faultline/bench"
)

// TestCapacitiesFillTheirRow: a row for each question, with who was not asked it.
func TestCapacitiesFillTheirRow(t *testing.T) {
	r := made(2)
	found := func(arch, fault, slo string, low, high float64) bench.CapacityFound {
		return bench.CapacityFound{Architecture: arch, Fault: fault, Objectives: []string{slo}, Edge: bench.Edge{Low: low, High: high}}
	}
	r.Capacities = []bench.CapacityFound{found("sync", bench.Control, "done p99 < 2s", 200, 220), found("queue", "slow-risk", "done p99 < 2s", 0, 20),
		found("queue", bench.Control, "done p99 < 2s", 500, 0)}
	got := map[string][]string{}
	for _, row := range newChoose(r, newGrid(r)).Rows {
		got[row.How] = row.Cells
	}
	for how, want := range map[string]string{
		"highest rate at which done p99 < 2s holds":                 "200/s, breaks at 220/s | at least 500/s",
		"highest rate at which done p99 < 2s holds under slow-risk": "not searched | under 20/s",
	} {
		if cells := strings.Join(got[how], " | "); cells != want {
			t.Errorf("%s: %s, want %s", how, cells, want)
		}
	}
	for name, f := range map[string]Format{"md": MD, "html": HTML} {
		if text := render(t, f, r); strings.Contains(text, "not measured in this run") || !strings.Contains(text, "200/s, breaks at 220/s") {
			t.Errorf("%s does not show the capacities", name)
		}
	}
}
