package bench_test

import (
	"slices"
	"testing"

	"faultline/bench"
)

// TestMatrixStrikesEveryPlace: one kill and one slowing a service and the broker; with all, every fault that fits.
func TestMatrixStrikesEveryPlace(t *testing.T) {
	c, processes := newCatalogue(), bench.Plan{Runtime: "process", Broker: "nats"}
	of := func(all bool, names ...string) []bench.Fault {
		var list []bench.Architecture
		for _, a := range c.Architectures {
			if slices.Contains(names, a.Name) {
				list = append(list, a)
			}
		}
		plan := processes
		plan.Architectures = list
		return c.MatrixFaults(plan, all)
	}
	sync, both := of(false, "sync"), of(false, "sync", "queue")
	if len(sync) != 1+2*6 || len(both) != 1+2*6+2 {
		t.Errorf("%d faults over sync, %d with queue; want 13 and 15: %v", len(sync), len(both), bench.Names(both, bench.FaultName))
	}
	if sync[0].Name != bench.Control {
		t.Errorf("the first fault is %s, want the control", sync[0].Name)
	}
	for _, place := range []string{"order", "payment", "fraud", "risk", "inventory", "shipping"} {
		var kinds []bench.FaultKind
		for _, f := range sync {
			if f.Place == place {
				kinds = append(kinds, f.Kind)
			}
		}
		if !slices.Equal(kinds, []bench.FaultKind{bench.Kill, bench.Slow}) {
			t.Errorf("%s is struck by %v, want a kill and a slowing", place, kinds)
		}
	}
	all := of(true, "sync", "queue")
	for _, f := range c.Faults {
		fits := (c.Fits(f, named(c, "sync")) == nil || c.Fits(f, named(c, "queue")) == nil) && c.Stands(f, processes) == nil
		if got := slices.ContainsFunc(all, func(m bench.Fault) bool { return m.Name == f.Name }); got != fits {
			t.Errorf("%s is in the whole matrix: %v, it fits: %v", f.Name, got, fits)
		}
	}
	names := bench.Names(all, bench.FaultName)
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(all) || len(all) < 30 {
		t.Errorf("%d faults in the whole matrix, some twice or too few: %v", len(all), names)
	}
	file := bench.MatrixDefaults()
	c.Faults, file.Faults = both, bench.Names(both, bench.FaultName)
	plan, err := file.Resolve(c)
	if err != nil {
		t.Fatal(err)
	}
	if took := bench.Estimate(plan.TrialList(c)); took.Minutes() > 10 {
		t.Errorf("the default matrix takes %v, want at most 10 minutes", took)
	}
}

// named is an architecture of the catalogue.
func named(c bench.Catalogue, name string) bench.Architecture {
	i := slices.IndexFunc(c.Architectures, func(a bench.Architecture) bool { return a.Name == name })
	return c.Architectures[i]
}
