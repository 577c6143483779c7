package bench

// Parts are the moving parts of an architecture: what must run and be operated besides the services, which are the same in all.
type Parts struct {
	Brokers int `json:"brokers"`
	// Queues are those that the architecture needs on the broker, each with its dead-letter queue.
	Queues int `json:"queues"`
	// Tables are services with a durable table of unfinished work (jobs, an outbox, steps that wait for a reply): those that
	// ask somebody without waiting, and the one that answers a client before the order is done.
	Tables int `json:"tables"`
	// Callbacks are links whose reply is a request of its own, so that the caller has an endpoint to serve and to secure.
	Callbacks int `json:"callbacks"`
}

// Sum is how many parts there are; each counts as one.
func (p Parts) Sum() int { return p.Brokers + p.Queues + p.Tables + p.Callbacks }

// parts counts from how the links talk, and from the queues that they need.
func parts(transports []Transport, t TrialHeader) Parts {
	talks := map[string]Transport{}
	for _, t := range transports {
		talks[t.Name] = t
	}
	p := Parts{Queues: len(t.Queues)}
	tables := map[string]bool{}
	for _, l := range t.Architecture.Links {
		t, known := talks[l.Transport]
		switch {
		case l.From == Client && l.Transport != Wait:
			tables[l.To] = true
		case known && !t.Blocking:
			tables[l.From] = true
			if t.Broker {
				p.Brokers = 1
			} else {
				p.Callbacks++
			}
		}
	}
	p.Tables = len(tables)
	return p
}
