// Package targets is what is measured: one order flow, wired in many styles.
//
// The business is written once (service, engine, order); how two services talk is data (architecture.go); what
// carries it is a folder each in transport and broker; where services run is a folder each (process).
package targets

import "faultline/bench"

// Flow lists the links that the order flow needs. An architecture gives each a transport.
func Flow() []bench.Link {
	return wire("", "", "", "", "", "")
}

// Transports are the ways in which a link between services can talk.
func Transports() []bench.Transport {
	return []bench.Transport{
		{Name: "http", About: "call and wait for the reply, holding the caller's worker slot", Blocking: true},
		{Name: "queue", About: "a durable message on the callee's queue; the reply comes back on the caller's", Broker: true},
	}
}

// Architectures is the table of all wirings. Adding a line is all that a new one needs.
func Architectures() []bench.Architecture {
	return []bench.Architecture{
		{Name: "sync", About: "a chain of blocking HTTP calls; the answer is the outcome",
			Links: wire("wait", "http", "http", "http", "http", "http")},
		{Name: "queue", About: "the order is accepted once a broker holds it; payment, inventory and shipping work from queues",
			Links: wire("poll", "queue", "http", "http", "queue", "queue")},
		{Name: "sync-small-pools", About: "sync with 8 worker slots everywhere: the whole queue moves to the edge",
			Links: wire("wait", "http", "http", "http", "http", "http"),
			Slots: map[string]int{"order": 8, "payment": 8, "fraud": 8, "risk": 8, "inventory": 8, "shipping": 8}},
	}
}

// wire names the transports in the order of the table's columns.
func wire(client, payment, fraud, risk, inventory, shipping string) []bench.Link {
	return []bench.Link{
		{From: bench.Client, To: "order", Transport: client},
		{From: "order", To: "payment", Transport: payment},
		{From: "payment", To: "fraud", Transport: fraud},
		{From: "fraud", To: "risk", Transport: risk},
		{From: "order", To: "inventory", Transport: inventory},
		{From: "order", To: "shipping", Transport: shipping},
	}
}
