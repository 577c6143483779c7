package chaos

import (
	"context"
	"errors"
	"fmt"

	"faultline/bench"
)

// A Commander has a broker do what no signal makes it do. Each method may be repeated.
type Commander interface {
	// Refuse has it take no message of any publisher, or take them again.
	Refuse(ctx context.Context, on bool) error
	// Redeliver has it hand out again what is not acknowledged, and says how many messages that are.
	Redeliver(ctx context.Context) (int, error)
	// Unbind takes topics from a queue, Bind gives them back, and Bound says to how many it is bound.
	Unbind(ctx context.Context, queue string, topics ...string) error
	Bind(ctx context.Context, queue string, topics ...string) error
	Bound(ctx context.Context, queue string, topics ...string) (int, error)
}

// errNoCommander is what a fault meets that was not refused before the run.
var errNoCommander = errors.New("the broker was not started by this program, which can't command it: use --broker nats or rabbitmq")

func (n *Network) commander() (Commander, error) {
	if n.Broker == nil {
		return nil, errNoCommander
	}
	return n.Broker, nil
}

// refusePublishers has the broker take no message, and say so at once; what it holds it hands out.
func (n *Network) refusePublishers(bench.Fault, func(bench.Event)) (breakage, error) {
	b, err := n.commander()
	if err != nil {
		return breakage{}, err
	}
	return breakage{
		inject: func(ctx context.Context) error { return b.Refuse(ctx, true) },
		heal: func(ctx context.Context) error {
			return retry(ctx, func(ctx context.Context) error { return b.Refuse(ctx, false) })
		},
	}, nil
}

// redeliver has the broker hand out again what is not acknowledged.
func (n *Network) redeliver(f bench.Fault, note func(bench.Event)) (breakage, error) {
	b, err := n.commander()
	if err != nil {
		return breakage{}, err
	}
	return strikes(f, note, "messages taken back", b.Redeliver, func(context.Context) error { return nil }), nil
}

// dropConsumer resets the connection over which a service consumes.
func (n *Network) dropConsumer(f bench.Fault, note func(bench.Event)) (breakage, error) {
	p, err := n.place(f.Place)
	if err != nil {
		return breakage{}, err
	}
	broker, err := n.service(p.Target)
	if err != nil {
		return breakage{}, err
	}
	cut := func(ctx context.Context) (int, error) { return broker.cut(ctx, p.Name) }
	return strikes(f, note, "connections reset", cut, func(ctx context.Context) error {
		if broker.dead() {
			return nil
		}
		return broker.open(ctx)
	}), nil
}

// loseBinding takes a queue's bindings, and gives them back. Whoever connects to the broker again binds its queues, which
// would end the fault early: that is told.
func (n *Network) loseBinding(f bench.Fault, note func(bench.Event)) (breakage, error) {
	b, err := n.commander()
	if err != nil {
		return breakage{}, err
	}
	p, err := n.place(f.Place)
	if err != nil {
		return breakage{}, err
	}
	if len(p.Topics) == 0 {
		return breakage{}, fmt.Errorf("the queue behind %s is bound to no topic", p.Name)
	}
	lost := false
	inject := func(ctx context.Context) error {
		bound, err := b.Bound(ctx, p.Queue, p.Topics...)
		if err == nil && bound < len(p.Topics) {
			err = fmt.Errorf("%s is bound to %d of %d topics already", p.Queue, bound, len(p.Topics))
		}
		if err == nil {
			err = b.Unbind(ctx, p.Queue, p.Topics...)
		}
		lost = err == nil
		return err
	}
	heal := func(ctx context.Context) error {
		if bound, err := b.Bound(ctx, p.Queue, p.Topics...); err == nil && bound > 0 && lost {
			note(bench.Event{Kind: bench.EventWarning, Place: f.Place, Fault: f.Name, Detail: p.Queue + " was bound again before it was healed"})
		}
		lost = false
		return retry(ctx, func(ctx context.Context) error { return b.Bind(ctx, p.Queue, p.Topics...) })
	}
	return breakage{inject: inject, heal: heal}, nil
}

// probeBinding is refused where the queue is bound to nothing.
func (n *Network) probeBinding(ctx context.Context, f bench.Fault) (bench.Event, bool) {
	p, err := n.place(f.Place)
	if err != nil || n.Broker == nil {
		return bench.Event{}, false
	}
	bound, err := n.Broker.Bound(ctx, p.Queue, p.Topics...)
	if err != nil {
		return bench.Event{}, false
	}
	return bench.Event{Kind: bench.EventProbe, Place: f.Place, Refused: bound == 0,
		Detail: fmt.Sprintf("%s is bound to %d of %d topics", p.Queue, bound, len(p.Topics))}, true
}
