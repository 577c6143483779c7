package chaos

import (
	"errors"
	"fmt"

	"faultline/bench"
)

// Fits returns every reason why a fault cannot strike an architecture, each with what would.
func Fits(f bench.Fault, a bench.Architecture, hasBroker bool) error {
	var reasons []error
	if f.Kind == bench.Several {
		for _, step := range f.Steps {
			reasons = append(reasons, Fits(step, a, hasBroker))
		}
		return errors.Join(reasons...)
	}
	if k, ok := kindOf(f.Kind); ok {
		reasons = k.misfits(f, terrainOf(a, hasBroker))
	} else {
		reasons = append(reasons, unknown(f.Kind))
	}
	for n, err := range reasons {
		reasons[n] = fmt.Errorf("fault %s on %s: %w", f.Name, a.Name, err)
	}
	return errors.Join(reasons...)
}

// misfits are the reasons why a fault of the kind can't strike.
func (k kind) misfits(f bench.Fault, t terrain) []error {
	reasons := k.mistold(f)
	if err := k.strikes.misses(t, f.Place); err != nil {
		reasons = append(reasons, err)
	}
	if k.also == nil {
		return reasons
	}
	if err := k.also(t, f); err != nil {
		reasons = append(reasons, err)
	}
	return reasons
}
