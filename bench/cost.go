package bench

import "time"

// A Cost is what the services used for each order, from the baseline to the end of the load: harness, links and broker
// are not in it.
type Cost struct {
	// CPU is processor time of all services together, per order offered.
	CPU time.Duration `json:"cpu"`
	// ByService is that of each service.
	ByService map[string]time.Duration `json:"by_service,omitempty"`
	// Memory is the most resident bytes seen, by service.
	Memory map[string]int64 `json:"memory,omitempty"`
}

// cost sums the scrapes of the phases under load. A service that was killed takes what it used since its last scrape
// with it: under such faults the figure is a lower bound.
func cost(f Facts) Cost {
	c := Cost{ByService: map[string]time.Duration{}, Memory: map[string]int64{}}
	from, to := f.Trial.Phases.Baseline, f.Trial.Phases.Drain
	offered := 0
	for _, o := range f.Orders {
		if o.Planned >= from && o.Planned < to && o.Told != ToldUnsent {
			offered++
		}
	}
	if offered == 0 {
		return c
	}
	for _, s := range f.Samples {
		if s.Down || s.To <= from || s.From >= to {
			continue
		}
		used := time.Duration(s.CPU * float64(time.Second) / float64(offered))
		c.CPU += used
		c.ByService[s.Service] += used
		c.Memory[s.Service] = max(c.Memory[s.Service], s.Memory)
	}
	return c
}
