package reports

import "faultline/bench"

// edgeFirst returns a trial's services with the client's edge before them; where the results have no row
// for the edge it is made from the windows.
func edgeFirst(t *bench.Summary) []bench.ServiceWindows {
	edge := bench.ServiceWindows{Service: bench.Client}
	edge.Baseline, edge.Fault, edge.Recovery = edgeWindow(t.Windows.Baseline), edgeWindow(t.Windows.Fault), edgeWindow(t.Windows.Recovery)
	if b := edge.Baseline.Bad; b < 1 {
		edge.Propagation = max(0, (edge.Fault.Bad-b)/(1-b))
	}
	var rest []bench.ServiceWindows
	for _, s := range t.Services {
		if s.Service == bench.Client {
			edge = s
		} else {
			rest = append(rest, s)
		}
	}
	return append([]bench.ServiceWindows{edge}, rest...)
}

func edgeWindow(w bench.Window) bench.ServiceWindow {
	return bench.ServiceWindow{Calls: int64(w.Offered), Bad: w.LateAcks, P50: w.Ack.P50, P99: w.Ack.P99, Starved: w.Offered == 0}
}
