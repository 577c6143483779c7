package chaos

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"faultline/bench"
)

// A breakage is a fault ready to be injected. Healing works however far injecting came, and may be repeated.
type breakage struct {
	inject func(ctx context.Context) error
	heal   bench.Heal
}

// Inject returns when the fault is in effect. If it fails, what it had done is cured already. note may be
// called from other goroutines until the cure has returned. The cure may be repeated until it returns nil.
func (n *Network) Inject(ctx context.Context, f bench.Fault, note func(bench.Event)) (bench.Heal, error) {
	b, err := n.prepare(f, note)
	if err != nil {
		return nil, fmt.Errorf("injecting %s: %w", f.Name, err)
	}
	heal := once(f.Name, b.heal)
	if err := b.inject(ctx); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return nil, errors.Join(fmt.Errorf("injecting %s: %w", f.Name, err), heal(ctx))
	}
	return heal, nil
}

func (n *Network) prepare(f bench.Fault, note func(bench.Event)) (breakage, error) {
	k, ok := kindOf(f.Kind)
	if !ok {
		return breakage{}, unknown(f.Kind)
	}
	return k.inject(n, f, note)
}

// idle is for what breaks nothing here: the control, and what is carried out by who drives the load.
func idle(*Network, bench.Fault, func(bench.Event)) (breakage, error) {
	nothing := func(context.Context) error { return nil }
	return breakage{inject: nothing, heal: nothing}, nil
}

// once makes a cure safe to call from several places, and cheap after it has worked.
func once(name string, heal bench.Heal) bench.Heal {
	var mu sync.Mutex
	healed := false
	return func(ctx context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		if healed {
			return nil
		}
		if err := heal(ctx); err != nil {
			return fmt.Errorf("healing %s: %w", name, err)
		}
		healed = true
		return nil
	}
}
