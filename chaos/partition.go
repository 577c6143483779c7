package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"faultline/bench"
	"faultline/chaos/packets"
)

// sidesOf are the services of the two sides of a partition: "order,payment|risk".
func sidesOf(place string) (a, b []string) {
	left, right, _ := strings.Cut(place, "|")
	return strings.Split(left, ","), strings.Split(right, ",")
}

// crosses reports whether a place is between the two sides of a partition.
func crosses(dialer, target, sides string) bool {
	a, b := sidesOf(sides)
	return slices.Contains(a, dialer) && slices.Contains(b, target) || slices.Contains(b, dialer) && slices.Contains(a, target)
}

// between are the places between the two sides of a partition.
func (n *Network) between(sides string) (cut []Place) {
	for _, p := range n.places {
		if crosses(p.Dialer, p.Target, sides) {
			cut = append(cut, p)
		}
	}
	return cut
}

// partition drops every packet between two sets of services. What one side dials leads to the links, each place to a port of its
// own, so it is dropped there: whoever dials hears nothing from beyond, and nothing from there reaches the other side.
func (n *Network) partition(f bench.Fault, note func(bench.Event)) (breakage, error) {
	return n.drop(f, n.between(f.Place), 1, note)
}

// loss drops a share of the packets of a link, as they come to the links and as they leave.
func (n *Network) loss(f bench.Fault, note func(bench.Event)) (breakage, error) {
	p, err := n.place(f.Place)
	if err != nil {
		return breakage{}, err
	}
	return n.drop(f, []Place{p}, f.Share, note)
}

func (n *Network) drop(f bench.Fault, places []Place, share float64, note func(bench.Event)) (breakage, error) {
	if len(places) == 0 {
		return breakage{}, fmt.Errorf("nobody dials anybody across %s", f.Place)
	}
	kernel := packets.Client{Addr: n.control.Addr}
	inject := func(ctx context.Context) error {
		for _, p := range places {
			if err := kernel.Drop(ctx, p.Name, share); err != nil {
				return err
			}
		}
		return nil
	}
	var total packets.Counts
	heal := func(ctx context.Context) (err error) {
		for _, p := range places {
			err = errors.Join(err, retry(ctx, func(ctx context.Context) error {
				c, err := kernel.Pass(ctx, p.Name)
				total.Seen, total.Dropped = total.Seen+c.Seen, total.Dropped+c.Dropped
				return err
			}))
		}
		if err == nil {
			note(dropped(f, total))
		}
		return err
	}
	return breakage{inject: inject, heal: heal}, nil
}

// dropped is what a fault did to packets.
func dropped(f bench.Fault, c packets.Counts) bench.Event {
	return bench.Event{Kind: bench.EventStruck, Fault: f.Name, Place: f.Place, Value: float64(c.Dropped), Of: float64(c.Seen), Detail: "packets dropped"}
}
