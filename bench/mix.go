package bench

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// A Mix is an architecture of the user's own in a plan file. One that extends another names only what differs.
type Mix struct {
	Architecture `yaml:",inline"`
	// Extends names the architecture of the catalogue whose links and slots it takes over where it names none.
	Extends string `yaml:"extends"`
	place   int    // among the architectures of the file
}

// known are the architectures that a plan can name: the catalogue's, then the user's own.
func (p PlanFile) known(c Catalogue) (all []Architecture, errs []error) {
	all = slices.Clone(c.Architectures)
	for _, m := range p.Mixes {
		place := fmt.Sprintf("architectures[%d]", m.place)
		if taken(c.Architectures, m.Name) {
			errs = append(errs, at(place, Problem{"name", fmt.Errorf("architecture %s is in the catalogue already: choose another name", m.Name)})...)
		}
		a, err := m.wired(c.Architectures)
		errs = append(errs, at(place, err)...)
		all = append(all, a)
	}
	return all, errs
}

func taken(list []Architecture, name string) bool {
	return slices.ContainsFunc(list, func(a Architecture) bool { return a.Name == name })
}

// wired is the mix with what it takes over. Its own links come first: where they stand in the file tells their lines.
func (m Mix) wired(known []Architecture) (Architecture, error) {
	a := m.Architecture
	if a.About == "" {
		a.About = "a mix of the plan"
	}
	if m.Extends == "" {
		return a, nil
	}
	if err := oneOf("extends", m.Extends, Names(known, ArchitectureName)); err != nil {
		return a, err
	}
	base := known[slices.IndexFunc(known, func(a Architecture) bool { return a.Name == m.Extends })]
	a.Links = slices.Clone(m.Links)
	for _, l := range base.Links {
		if !contains(m.Links, l.Name()) {
			a.Links = append(a.Links, l)
		}
	}
	if len(base.Slots)+len(m.Slots) > 0 {
		a.Slots = over(over(map[string]int{}, base.Slots), m.Slots)
	}
	return a, nil
}

// inOrder is the architecture with its links in the order of the flow, however the user wrote them down.
func (a Architecture) inOrder(flow []Link) Architecture {
	place := func(l Link) int { return slices.IndexFunc(flow, func(f Link) bool { return f.Name() == l.Name() }) }
	a.Links = slices.SortedStableFunc(slices.Values(a.Links), func(x, y Link) int { return cmp.Compare(place(x), place(y)) })
	a.Slots = maps.Clone(a.Slots)
	return a
}
