package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"faultline/bench"
)

// capacities reads what searches have found, and refuses those that were not of the system of a run.
func capacities(dirs []string, run bench.RunHeader) (list []bench.CapacityFound, err error) {
	for _, dir := range dirs {
		found, wrong := capacityOf(dir, run)
		list, err = append(list, found), errors.Join(err, wrong)
	}
	return list, err
}

func capacityOf(dir string, run bench.RunHeader) (c bench.CapacityFound, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, fileSearch))
	if err != nil {
		return c, fmt.Errorf("--capacity: %w; name a directory that faultline capacity wrote", err)
	}
	f := finding{Found: &c}
	if err := json.Unmarshal(raw, &f); err != nil {
		return c, fmt.Errorf("--capacity: %s holds no capacity: reading its %s: %w", dir, fileSearch, err)
	}
	switch {
	case f.Schema != bench.SchemaVersion:
		return c, fmt.Errorf("--capacity: %s has schema %d, this program reads version %d: search again", dir, f.Schema, bench.SchemaVersion)
	case c.Edge.Trials == 0 || len(f.Plan.Architectures) != 1:
		return c, fmt.Errorf("--capacity: %s holds no capacity: it is of another search, or of one that has not come to its end", dir)
	case f.Machine != run.Machine:
		return c, fmt.Errorf("--capacity: %s was searched on another machine (%v) than the run (%v)", dir, f.Machine, run.Machine)
	}
	return c, sameSystem(dir, f.Plan, run.Plan)
}

// ownOfSearches are the fields of a plan that a search has its own of: what is varied, and how long and how often it tries.
var ownOfSearches = []string{"faults", "load.rate", "load.arrivals", "windows", "slo", "trials", "until", "seed", "share", "gates"}

// sameSystem returns how the system of a search differs from that of a run.
func sameSystem(dir string, searched, run bench.Plan) error {
	a := searched.Architectures[0]
	i := slices.IndexFunc(run.Architectures, func(b bench.Architecture) bool { return b.Name == a.Name })
	if i < 0 {
		return fmt.Errorf("--capacity: %s is of %s, which is not in the run", dir, a.Name)
	}
	alone := run
	alone.Architectures = run.Architectures[i : i+1]
	var errs []error
	for _, d := range bench.DifferentPlans(searched, alone) {
		own := func(field string) bool {
			rest, found := strings.CutPrefix(d.Path, field)
			return found && (rest == "" || rest[0] == '.' || rest[0] == '[')
		}
		if !slices.ContainsFunc(ownOfSearches, own) {
			errs = append(errs, fmt.Errorf("--capacity: %s and the run are of different systems, with another %s", dir, d.Text))
		}
	}
	return errors.Join(errs...)
}
