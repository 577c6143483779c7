package chaos

import (
	"context"
	"fmt"
	"hash/fnv"

	"faultline/bench"
)

// link breaks what a connection carries, or single HTTP requests on it: the links' process does, see chaos/links. The cure tells
// what the fault has done, by the links' own count.
func (n *Network) link(f bench.Fault, note func(bench.Event)) (breakage, error) {
	p, err := n.place(f.Place)
	if err != nil {
		return breakage{}, err
	}
	name := fnv.New64a()
	name.Write([]byte(f.Name + " " + f.Place))
	return breakage{
		inject: func(ctx context.Context) error { return n.control.Strike(ctx, p.Name, f, n.seed^name.Sum64()) },
		heal: func(ctx context.Context) error {
			err := retry(ctx, func(ctx context.Context) error { return n.control.Cure(ctx, p.Name, f.Name) })
			if err != nil {
				return err
			}
			return n.tellStruck(ctx, f, note)
		},
	}, nil
}

// tellStruck notes the links' count of what a fault has done.
func (n *Network) tellStruck(ctx context.Context, f bench.Fault, note func(bench.Event)) error {
	s, err := n.control.State(ctx)
	if err != nil {
		return err
	}
	c := s.Places[f.Place].Faults[f.Name]
	note(bench.Event{Kind: bench.EventStruck, Place: f.Place, Fault: f.Name, Value: float64(c.Struck), Of: float64(c.Seen),
		Detail: fmt.Sprintf("%d bytes, held back for %.3f s all together", c.Bytes, c.Waited.Seconds())})
	return nil
}
