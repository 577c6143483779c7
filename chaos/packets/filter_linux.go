package packets

import (
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// shares is into how many parts the share of dropped packets is divided.
const shares = 1 << 20

// A direction is where packets of a port are met, and where in their head the port is.
type direction struct {
	chain  string
	hook   *nftables.ChainHook
	offset uint32
}

var directions = []direction{
	{"input", nftables.ChainHookInput, 2},   // the port they go to
	{"output", nftables.ChainHookOutput, 0}, // the port they come from
}

// table is a port's own: to delete it is to forget all about the port.
func table(port uint16) *nftables.Table {
	return &nftables.Table{Name: fmt.Sprintf("faultline-%d", port), Family: nftables.TableFamilyIPv4}
}

// drop has the kernel drop a share of the packets of a port, in place of what it was told before.
func drop(port uint16, share float64) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("opening nftables: %w", err)
	}
	t := table(port)
	c.AddTable(t) // so that there is one to delete
	c.DelTable(t)
	c.AddTable(t)
	for _, d := range directions {
		chain := c.AddChain(&nftables.Chain{Name: d.chain, Table: t, Type: nftables.ChainTypeFilter,
			Hooknum: d.hook, Priority: nftables.ChainPriorityFilter})
		c.AddRule(&nftables.Rule{Table: t, Chain: chain, Exprs: rule(d, port, share)})
	}
	if err := c.Flush(); err != nil {
		return fmt.Errorf("having packets dropped by nftables: %w", err)
	}
	return nil
}

// rule counts every packet of the port, and drops and counts a share of them.
func rule(d direction, port uint16, share float64) []expr.Any {
	list := []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: d.offset, Len: 2},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binaryutil.BigEndian.PutUint16(port)},
		&expr.Counter{},
	}
	if share < 1 {
		list = append(list,
			&expr.Numgen{Register: 1, Modulus: shares, Type: unix.NFT_NG_RANDOM},
			&expr.Byteorder{SourceRegister: 1, DestRegister: 1, Op: expr.ByteorderHton, Len: 4, Size: 4},
			&expr.Cmp{Op: expr.CmpOpLt, Register: 1, Data: binaryutil.BigEndian.PutUint32(uint32(share * shares))})
	}
	return append(list, &expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop})
}

// pass has the kernel drop nothing of a port any more. It returns what the rules have counted; nothing where there were none.
func pass(port uint16) (n Counts, err error) {
	c, err := nftables.New()
	if err != nil {
		return n, fmt.Errorf("opening nftables: %w", err)
	}
	t := table(port)
	for _, d := range directions {
		rules, err := c.GetRules(t, &nftables.Chain{Name: d.chain, Table: t})
		if err != nil {
			continue // it is not there
		}
		for _, r := range rules {
			n = n.plus(counters(r))
		}
	}
	c.DelTable(t)
	if err := c.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
		return Counts{}, fmt.Errorf("having packets pass: %w", err)
	}
	return n, nil
}

func (n Counts) plus(m Counts) Counts { return Counts{n.Seen + m.Seen, n.Dropped + m.Dropped} }

// counters reads the two counters of a rule.
func counters(r *nftables.Rule) (n Counts) {
	var counted []uint64
	for _, e := range r.Exprs {
		if c, ok := e.(*expr.Counter); ok {
			counted = append(counted, c.Packets)
		}
	}
	if len(counted) == 2 {
		n.Seen, n.Dropped = counted[0], counted[1]
	}
	return n
}

// tryFilter finds out whether packets can be dropped, and leaves no rule.
func tryFilter() error {
	if err := drop(1, 0.5); err != nil {
		return err
	}
	_, err := pass(1)
	return err
}
