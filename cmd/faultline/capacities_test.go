package main

import (
	"strings"
	"testing"

	"faultline/bench"
	"faultline/internal/lab"
)

// TestCapacitiesOfARun: an answer is taken where the same system was asked.
func TestCapacitiesOfARun(t *testing.T) {
	lab := lab.New()
	asked, err := capacityCommand{searchFlags{Arch: "queue", SLO: []string{"done p99 < 2s"}, Precision: "10%"}}.ask(lab)
	must(t, err)
	found := bench.CapacityFound{Architecture: "queue", Fault: bench.Control, Objectives: []string{"done p99 < 2s"}, Edge: bench.Edge{Low: 200, High: 220, Trials: 9}}
	for name, c := range map[string]struct {
		search func(*finding)
		run    func(*bench.PlanFile)
		want   string // in the error; "": none
	}{
		"the same":              {},
		"another rate":          {run: func(p *bench.PlanFile) { p.Load.Rate, p.Windows.Drain, p.Seed = 50, 9e9, 4 }},
		"other faults":          {run: func(p *bench.PlanFile) { p.Faults = []string{"control"} }},
		"another flow":          {run: func(p *bench.PlanFile) { p.Flow.Slots["risk"] = 3 }, want: "with another flow.slots.risk (8, now 3)"},
		"another broker":        {run: func(p *bench.PlanFile) { p.Broker = "rabbitmq" }, want: "with another broker"},
		"another architecture":  {run: func(p *bench.PlanFile) { p.Architectures = []string{"sync"} }, want: "is of queue, which is not in the run"},
		"another machine":       {search: func(f *finding) { f.Machine.CPUs = 96 }, want: "was searched on another machine"},
		"another schema":        {search: func(f *finding) { f.Schema = 1 }, want: "has schema 1"},
		"not ended":             {search: func(f *finding) { f.Found = nil }, want: "holds no capacity"},
		"another search":        {search: func(f *finding) { f.Found = bench.Surface{Architecture: "queue", Trials: 9} }, want: "holds no capacity"},
		"one of an older build": {search: func(f *finding) { f.Plan = bench.Plan{} }, want: "holds no capacity"},
	} {
		f := finding{Schema: bench.SchemaVersion, Machine: bench.ThisMachine(), Plan: asked.Plan, Found: found}
		if c.search != nil {
			c.search(&f)
		}
		dir := t.TempDir()
		must(t, f.save(dir))
		file := bench.Defaults()
		if c.run != nil {
			c.run(&file)
		}
		plan, err := file.Resolve(lab.Catalogue)
		must(t, err)
		list, err := capacities([]string{dir}, bench.RunHeader{Machine: bench.ThisMachine(), Plan: plan})
		switch {
		case c.want == "" && (err != nil || len(list) != 1 || list[0].Edge.High != 220):
			t.Errorf("%s: %+v, %v", name, list, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := capacities([]string{t.TempDir()}, bench.RunHeader{}); err == nil || !strings.Contains(err.Error(), "name a directory that faultline capacity wrote") {
		t.Errorf("%v", err)
	}
}
