// Package packets drops and delays the packets of places in the kernel: for the links where they run in a container, whose network is
// nobody else's. It needs CAP_NET_ADMIN there, and nothing of the machine that the container runs on.
//
// A place is a port of the links, which all that is dialled through it comes to and leaves from. Read: client (its other end is
// api), filter (nftables) and shape (netem).
//
//	POST /packets/drop     {"place":"fraud->risk","share":0.1}                    drops packets, each way; 1: all
//	POST /packets/pass     {"place":"fraud->risk"}                                no more → Counts
//	POST /packets/shape    {"place":"fraud->risk","delay_ns":50000000,"reorder":0} delays packets to whoever dials
//	POST /packets/unshape  {"place":"fraud->risk"}                                no more → Counts
//	GET  /packets/kernel   → Kernel
//
// Each may be repeated.
package packets

import "time"

// Counts are packets of a place since the last drop or shape.
type Counts struct {
	Seen    uint64 `json:"seen"`
	Dropped uint64 `json:"dropped"`
}

// A Shape is how packets are delayed: all by Delay, but for a share, Reorder, that overtakes them.
type Shape struct {
	Delay   time.Duration `json:"delay_ns"`
	Reorder float64       `json:"reorder,omitempty"`
}

// Kernel says why the kernel can't filter or delay packets; "" if it can.
type Kernel struct {
	Filter string `json:"filter,omitempty"`
	Netem  string `json:"netem,omitempty"`
}
