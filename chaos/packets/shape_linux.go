package packets

import (
	"errors"
	"fmt"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The numbers of what shapes packets: at the root a prio with a band for all, and one for what netem delays.
const (
	rootHandle  = 1 << 16
	netemHandle = 2 << 16
	netemBand   = rootHandle | 2
)

// netemLimit is how many packets netem holds; more it would drop.
const netemLimit = 100000

// shape delays the packets that leave a port, in place of what was shaped before: one port at a time.
func shape(port uint16, s Shape) error {
	link, err := outside()
	if err != nil {
		return err
	}
	return shapeOn(link, port, s)
}

func shapeOn(link int, port uint16, s Shape) error {
	if _, err := unshapeOn(link); err != nil {
		return err
	}
	prio := netlink.NewPrio(netlink.QdiscAttrs{LinkIndex: link, Parent: netlink.HANDLE_ROOT, Handle: rootHandle})
	prio.Bands, prio.PriorityMap = 2, [16]uint8{}
	if err := netlink.QdiscAdd(prio); err != nil {
		return moduleError("sch_prio", err)
	}
	if err := addNetem(link, s); err != nil {
		_, undoing := unshapeOn(link)
		return errors.Join(err, undoing)
	}
	filter := &netlink.U32{ClassId: netemBand,
		FilterAttrs: netlink.FilterAttrs{LinkIndex: link, Parent: rootHandle, Priority: 1, Protocol: unix.ETH_P_IP},
		Sel: &netlink.TcU32Sel{Flags: netlink.TC_U32_TERMINAL, Nkeys: 1,
			// the source port is the first half of the word after an IP header without options
			Keys: []netlink.TcU32Key{{Mask: 0xffff0000, Val: uint32(port) << 16, Off: 20}}}}
	if err := netlink.FilterAdd(filter); err != nil {
		_, undoing := unshapeOn(link)
		return errors.Join(moduleError("cls_u32", err), undoing)
	}
	return nil
}

// moduleError tells an error of one of the kernel's modules from the kernel's having no such module.
func moduleError(module string, err error) error {
	if errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("the kernel has no %s: %w", module, err)
	}
	return fmt.Errorf("shaping packets by the kernel's %s: %w", module, err)
}

func addNetem(link int, s Shape) error {
	attrs := netlink.NetemQdiscAttrs{Latency: uint32(s.Delay / time.Microsecond), Limit: netemLimit}
	if s.Reorder > 0 { // netem reorders what it does not delay, every gapth packet
		attrs.ReorderProb, attrs.Gap = float32(100*s.Reorder), 1
	}
	netem := netlink.NewNetem(netlink.QdiscAttrs{LinkIndex: link, Parent: netemBand, Handle: netemHandle}, attrs)
	if err := netlink.QdiscAdd(netem); err != nil {
		return moduleError("sch_netem", err)
	}
	return nil
}

// unshape has no packet delayed any more, and returns how many went through netem.
func unshape() (Counts, error) {
	link, err := outside()
	if err != nil {
		return Counts{}, err
	}
	return unshapeOn(link)
}

func unshapeOn(link int) (n Counts, err error) {
	all, err := netlink.QdiscList(&netlink.Dummy{LinkAttrs: netlink.LinkAttrs{Index: link}})
	if err != nil {
		return n, fmt.Errorf("listing what shapes packets: %w", err)
	}
	for _, q := range all {
		if stats := q.Attrs().Statistics; q.Type() == "netem" && stats != nil && stats.Basic != nil {
			n.Seen = uint64(stats.Basic.Packets)
		}
	}
	for _, q := range all {
		if q.Attrs().Handle == rootHandle {
			if err := netlink.QdiscDel(q); err != nil && !errors.Is(err, unix.ENOENT) {
				return Counts{}, fmt.Errorf("having packets pass unshaped: %w", err)
			}
		}
	}
	return n, nil
}

// outside is the index of the one interface that leads out of the container.
func outside() (int, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return 0, fmt.Errorf("listing interfaces: %w", err)
	}
	for _, l := range links {
		if l.Attrs().Name == "eth0" {
			return l.Attrs().Index, nil
		}
	}
	return 0, errors.New("there is no eth0 here: is this a container?")
}

// tryNetem finds out whether packets can be delayed, by shaping the loopback interface for a moment.
func tryNetem() error {
	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("finding the loopback interface: %w", err)
	}
	link := loopback.Attrs().Index
	err = shapeOn(link, 0, Shape{})
	_, undoing := unshapeOn(link)
	return errors.Join(err, undoing)
}
