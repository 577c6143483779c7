package chaos

import (
	"errors"
	"fmt"

	"faultline/bench"
)

// confined is a service as a container engine holds it.
func (n *Network) confined(name string) (*service, bench.Confined, error) {
	s, err := n.service(name)
	if err != nil {
		return nil, nil, err
	}
	c, ok := s.Instance.(bench.Confined)
	if !ok {
		return nil, nil, fmt.Errorf("%s runs in no container: use --runtime docker", name)
	}
	return s, c, nil
}

// Stands returns every reason why a fault can't be had with a runtime that has a container engine or none, and a broker of a kind
// (as a plan names it), each with what would.
func Stands(f bench.Fault, engine bool, broker string) error {
	var reasons []error
	for _, single := range f.Singles() {
		k, _ := kindOf(single.Kind) // Fits says which is none
		if k.instead != "" && !engine {
			reasons = append(reasons, fmt.Errorf("fault %s: %s is done by a container engine: use --runtime docker, or something like it that needs none: %s", f.Name, k.kind, k.instead))
		}
		if k.broker != "" && k.broker != broker {
			reasons = append(reasons, fmt.Errorf("fault %s: broker %s has no %s: use --broker %s", f.Name, broker, k.kind, k.broker))
		}
	}
	return errors.Join(reasons...)
}

// Packets says what faults ask of the kernel that the links run on: to filter packets, and to delay them (netem).
func Packets(faults []bench.Fault) (filter, netem bool) {
	for _, f := range faults {
		for _, single := range f.Singles() {
			k, _ := kindOf(single.Kind)
			filter, netem = filter || k.filter, netem || k.netem
		}
	}
	return filter, netem
}
