package chaos

import (
	"context"

	"faultline/bench"
	"faultline/chaos/packets"
)

// shape has the kernel of the links delay the packets of a link's answers, or let some overtake the others.
func (n *Network) shape(f bench.Fault, note func(bench.Event)) (breakage, error) {
	p, err := n.place(f.Place)
	if err != nil {
		return breakage{}, err
	}
	kernel := packets.Client{Addr: n.control.Addr}
	how := packets.Shape{Delay: f.Delay}
	if f.Kind == bench.Reorder {
		how.Reorder = f.Share
	}
	heal := func(ctx context.Context) error {
		return retry(ctx, func(ctx context.Context) error {
			c, err := kernel.Unshape(ctx, p.Name)
			if err == nil {
				note(bench.Event{Kind: bench.EventStruck, Fault: f.Name, Place: f.Place, Value: float64(c.Seen), Of: float64(c.Seen), Detail: "packets went through netem"})
			}
			return err
		})
	}
	return breakage{inject: func(ctx context.Context) error { return kernel.Shape(ctx, p.Name, how) }, heal: heal}, nil
}
