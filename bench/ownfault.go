package bench

import (
	"fmt"
	"slices"
	"strings"
)

// An OwnFault is a fault of the user's own in a plan file.
type OwnFault struct {
	Fault `yaml:",inline"`
	place int // among the faults of the file
}

// knownFaults are the faults that a plan can name: the catalogue's, then the user's own.
func (p PlanFile) knownFaults(c Catalogue) (all []Fault, errs []error) {
	all = slices.Clone(c.Faults)
	for _, own := range p.Own {
		if slices.ContainsFunc(c.Faults, func(f Fault) bool { return f.Name == own.Name }) {
			errs = append(errs, at(fmt.Sprintf("faults[%d].name", own.place), fmt.Errorf("fault %s is in the catalogue already: choose another name", own.Name))...)
		}
		f := own.Fault
		if f.About == "" {
			f.About = fmt.Sprintf("%s at %s, as the plan says", f.Kind, f.where())
		}
		all = append(all, f)
	}
	return all, errs
}

// where names the places that a fault breaks.
func (f Fault) where() string {
	var places []string
	for _, single := range f.Singles() {
		if !slices.Contains(places, single.Place) {
			places = append(places, single.Place)
		}
	}
	return strings.Join(places, " and ")
}

// placeOf is where a fault stands in the file; one that was put there by itself stands with all.
func (p PlanFile) placeOf(f Fault) string {
	if n := slices.Index(p.Faults, f.Name); n >= 0 {
		return fmt.Sprintf("faults[%d]", n)
	}
	return "faults"
}
