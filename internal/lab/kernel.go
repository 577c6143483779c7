package lab

import (
	"context"
	"errors"
	"fmt"

	"faultline/bench"
	"faultline/chaos"
	"faultline/chaos/links"
	"faultline/chaos/packets"
)

// asksKernel reports whether a plan has faults that drop or delay packets.
func asksKernel(p bench.Plan) bool {
	filter, netem := chaos.Packets(p.Faults)
	return filter || netem
}

// checkKernel asks the kernel of the engine's machine whether it can do to packets what the faults of a plan want, by starting links
// that lead nowhere there.
func (l lab) checkKernel(ctx context.Context, p bench.Plan) (err error) {
	filter, netem := chaos.Packets(p.Faults)
	if !filter && !netem {
		return nil
	}
	if e, _, err := l.engine.open(ctx, p); err != nil || e.Far() != nil {
		return err // the driver there checks it
	}
	rt, _, err := l.runtime(ctx, p, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	i, err := rt.Start(ctx, bench.Service{Name: "links", Role: "links", Config: links.Config{Packets: true}, Packets: true})
	if err != nil {
		return err
	}
	can, err := packets.Client{Addr: i.Addresses().Admin}.Kernel(ctx)
	if err != nil {
		return err
	}
	if filter && can.Filter != "" {
		err = fmt.Errorf("faults that drop packets need nftables in the kernel of the engine's machine: %s; use hang or latency faults instead", can.Filter)
	}
	if netem && can.Netem != "" {
		err = errors.Join(err, fmt.Errorf("faults that delay or reorder packets need netem in the kernel of the engine's machine: %s; modprobe sch_prio sch_netem cls_u32 there, or use latency and loss faults instead", can.Netem))
	}
	return err
}
