package bench_test

import (
	"slices"
	"testing"
	"time"

	"faultline/bench"
)

// soakPlan is the plan of make soak.
func soakPlan(t *testing.T) bench.Plan {
	t.Helper()
	catalogue := newCatalogue()
	file, err := bench.ReadPlan("../docs/soak.yaml", catalogue)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := file.Resolve(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// keepsPromises is whether no link of an architecture breaks one.
func keepsPromises(a bench.Architecture) bool {
	return !slices.ContainsFunc(a.Links, func(l bench.Link) bool { return len(l.Broken) > 0 })
}

// TestSoakLeavesNoneOut: the soak has every architecture whose promises are on.
func TestSoakLeavesNoneOut(t *testing.T) {
	var want []string
	for _, a := range newCatalogue().Architectures {
		if keepsPromises(a) {
			want = append(want, a.Name)
		}
	}
	if got := bench.Names(soakPlan(t).Architectures, bench.ArchitectureName); !slices.Equal(got, want) {
		t.Errorf("docs/soak.yaml has %v, the catalogue %v", got, want)
	}
}

// TestSoak is a cut of make soak: each architecture under one of its faults, the next one in the next row, at a light load.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	plan := soakPlan(t)
	catalogue := newCatalogue()
	next := 0
	for _, a := range plan.Architectures {
		var fits []bench.Fault
		for _, f := range plan.Faults {
			if catalogue.Fits(f, a) == nil && f.Kind == bench.Kill {
				fits = append(fits, f)
			}
		}
		f := fits[next%len(fits)]
		next++
		t.Run(a.Name+"/"+f.Name, func(t *testing.T) {
			t.Parallel()
			cut := plan
			cut.Architectures, cut.Faults = []bench.Architecture{a}, []bench.Fault{f}
			cut.Load.Rate = 20
			cut.Windows = bench.PlanWindows{WarmUp: time.Second, Baseline: time.Second, Fault: 2 * time.Second, Recovery: 2 * time.Second, Drain: 60 * time.Second}
			promised(t, runPlan(t, cut).Trials[0])
		})
	}
}

// promised fails the test for an order that no architecture may have, and unless the classes add up.
func promised(t *testing.T, s bench.Summary) {
	t.Helper()
	t.Logf("%v", s.Audit.Classes)
	sum := 0
	for class, n := range s.Audit.Classes {
		if class != bench.Phantom {
			sum += n
		}
		if n > 0 && slices.Contains([]bench.Class{bench.Duplicated, bench.HalfDone, bench.Lost, bench.Phantom, bench.Unknown}, class) {
			t.Errorf("%d orders are %s; witnesses %+v", n, class, s.Audit.Witnesses)
		}
	}
	if sum != s.Audit.Offered {
		t.Errorf("the classes add up to %d of %d offered", sum, s.Audit.Offered)
	}
	killed := slices.ContainsFunc(s.Events, func(e bench.Event) bool { return e.Kind == bench.EventKilled })
	if place := s.Trial.Fault.Place; !killed {
		t.Errorf("%s was not killed", place)
	}
}
