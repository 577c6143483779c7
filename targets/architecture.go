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
		{Name: "webhook", About: "the callee accepts the request durably (202), works on it, and calls back with a signed request until it is taken"},
		{Name: "queue", About: "a durable message on the callee's queue; the reply comes back on the caller's", Broker: true},
		{Name: "topic", About: "events that are published once to whoever subscribes; the callee starts on one, and tells its outcome by one", Broker: true},
	}
}

// Architectures is the table of all wirings. Adding a line is all that a new one needs; those that
// differ in how callers behave are in resilience.go.
func Architectures() []bench.Architecture {
	rows := []bench.Architecture{
		{Name: "sync", About: "a chain of blocking HTTP calls; the answer is the outcome",
			Links: wire("wait", "http", "http", "http", "http", "http")},
		{Name: "webhook", About: "the order is accepted once it is stored; payment accepts it too, and calls back when it has charged",
			Links: wire("poll", "webhook", "http", "http", "http", "http")},
		{Name: "queue", About: "the order is accepted once a broker holds it; payment, inventory and shipping work from queues",
			Links: wire("poll", "queue", "http", "http", "queue", "queue")},
		{Name: "pubsub", About: "every service acts on the events of others, and publishes its own: nobody asks anybody",
			Links: wire("sse", "topic", "topic", "topic", "topic", "topic")},
		{Name: "stream", About: "the order is accepted once it is stored; a durable job calls the chain, and the client follows by Server-Sent Events",
			Links: wire("sse", "http", "http", "http", "http", "http")},
		{Name: "websocket", About: "as stream, and the client follows over a WebSocket",
			Links: wire("websocket", "http", "http", "http", "http", "http")},
		{Name: "hybrid", About: "the order is accepted once it is in an outbox; payment works from a queue, inventory and shipping on events",
			Links: outbox(wire("sse", "queue", "http", "http", "topic", "topic"), "payment")},
		{Name: "sync-small-pools", About: "sync with 8 worker slots everywhere: the whole queue moves to the edge",
			Links: wire("wait", "http", "http", "http", "http", "http"),
			Slots: map[string]int{"order": 8, "payment": 8, "fraud": 8, "risk": 8, "inventory": 8, "shipping": 8}},
	}
	return append(rows, callers()...)
}

// outbox puts an outbox before one callee of the order service.
func outbox(links []bench.Link, callee string) []bench.Link {
	for i, l := range links {
		links[i].Outbox = l.From == "order" && l.To == callee
	}
	return links
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
