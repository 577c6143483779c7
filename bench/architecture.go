package bench

import (
	"fmt"
	"slices"
)

// A Transport is how a link carries a request and its reply.
type Transport struct {
	Name  string `json:"name"`
	About string `json:"about"`
	// Broker is whether messages pass through a broker.
	Broker bool `json:"broker,omitempty"`
	// Blocking is whether the caller waits for the reply, holding its worker slot.
	Blocking bool `json:"blocking,omitempty"`
}

// A Link is one dependency between two services, and how it talks: caller From, callee To.
type Link struct {
	From      string `json:"from" yaml:"from"`
	To        string `json:"to" yaml:"to"`
	Transport string `json:"transport" yaml:"transport"`
	// Outbox has the caller store what it sends with its own state, in one transaction; a relay publishes it until the
	// broker has confirmed it.
	Outbox bool `json:"outbox,omitempty" yaml:"outbox,omitempty"`
	// Resilience is what the caller does about a callee that is slow or fails.
	Resilience `yaml:",inline"`
	// Broken names the promises that this link does not keep.
	Broken []string `json:"broken,omitempty" yaml:"broken,omitempty"`
}

// Name returns the link as caller->callee, the way plans, faults and reports write it.
func (l Link) Name() string { return l.From + "->" + l.To }

// Client is the caller of the first link; it is not a service of the topology.
const Client = "client"

// How a client learns what became of its order: the transports of client->order.
const (
	Wait = "wait" // 201, the outcome is the answer
	Poll = "poll" // 202, then GET until the order is settled

	SSE       = "sse"       // 202, then a stream of Server-Sent Events
	WebSocket = "websocket" // 202, then the same over a WebSocket
)

// ClientLinks are the transports that client->order may have.
var ClientLinks = []string{Wait, Poll, SSE, WebSocket}

// An Architecture is one way of wiring the order flow: plain data.
type Architecture struct {
	Name  string `json:"name" yaml:"name"`
	About string `json:"about" yaml:"about"`
	Links []Link `json:"links" yaml:"links"`
	// Slots overrides the number of worker slots of services by name.
	Slots map[string]int `json:"slots,omitempty" yaml:"slots,omitempty"`
	// Cut is set where the architecture is one of Catalogue.Cuts: the last in the chain on the synchronous side.
	Cut string `json:"cut,omitempty" yaml:"-"`
}

// Link returns the link from one service to another, the zero link if there is none.
func (a Architecture) Link(from, to string) Link {
	for _, l := range a.Links {
		if l.From == from && l.To == to {
			return l
		}
	}
	return Link{}
}

// Callees returns whom a service calls, in the order of the links.
func (a Architecture) Callees(from string) []string {
	var to []string
	for _, l := range a.Links {
		if l.From == from {
			to = append(to, l.To)
		}
	}
	return to
}

// Services returns every service that a link ends at, in the order of the links.
func (a Architecture) Services() []string {
	var names []string
	seen := map[string]bool{Client: true}
	for _, l := range a.Links {
		if !seen[l.To] {
			seen[l.To] = true
			names = append(names, l.To)
		}
	}
	return names
}

// shipping is asked once an order is done, and is never part of that.
const shipping = "shipping"

// doing are the services whose parts an order needs to be done. That is a matter of the flow, not of how it is wired: links and
// their transports do not tell it.
func (a Architecture) doing() []string {
	return slices.DeleteFunc(a.Services(), func(s string) bool { return s == shipping })
}

// ClientLink returns how the client learns the outcome: one of ClientLinks.
func (a Architecture) ClientLink() string { return a.clientLink().Transport }

// clientLink is the client's own; the zero Link if there is none.
func (a Architecture) clientLink() Link {
	for _, l := range a.Links {
		if l.From == Client {
			return l
		}
	}
	return Link{}
}

// Check returns what is wrong with the wiring, one problem an error.
// flow holds the links that the order flow needs; how they are carried is the architecture's choice.
func (a Architecture) Check(flow []Link, transports []Transport) []error {
	var errs []error
	seen := map[string]bool{}
	for i, l := range a.Links {
		place := fmt.Sprintf("links[%d]", i)
		if seen[l.Name()] {
			errs = append(errs, at(place, fmt.Errorf("architecture %s: link %s is there twice: remove one", a.Name, l.Name()))...)
		}
		seen[l.Name()] = true
		if !contains(flow, l.Name()) {
			errs = append(errs, at(place+".to", a.stranger(l))...)
			continue
		}
		names := ClientLinks
		if l.From != Client {
			names = nil
			for _, t := range transports {
				names = append(names, t.Name)
			}
		}
		name := fmt.Sprintf("architecture %s: %s", a.Name, l.Name())
		errs = append(errs, at(place, l.check(name)...)...)
		errs = append(errs, at(place, l.means(name)...)...)
		if err := oneOf(fmt.Sprintf("architecture %s: transport of %s", a.Name, l.Name()), l.Transport, names); err != nil {
			errs = append(errs, Problem{place + ".transport", err})
			continue
		}
		errs = append(errs, at(place, l.checkBroken(name)...)...)
		errs = append(errs, at(place+".outbox", a.checkOutbox(l, flow, transports))...)
	}
	for _, need := range flow {
		if !seen[need.Name()] {
			errs = append(errs, at("links", fmt.Errorf("architecture %s: link %s is missing: name its transport", a.Name, need.Name()))...)
		}
	}
	return errs
}

// checkOutbox says why a link can't have an outbox: it stands between accepting orders and handing them to a broker.
func (a Architecture) checkOutbox(l Link, flow []Link, transports []Transport) error {
	viaBroker := slices.ContainsFunc(transports, func(t Transport) bool { return t.Name == l.Transport && t.Broker })
	first := slices.IndexFunc(flow, func(f Link) bool { return f.From != Client })
	switch {
	case !l.Outbox:
		return nil
	case !viaBroker:
		return fmt.Errorf("architecture %s: %s.outbox: no broker carries %s: remove it, or change the transport", a.Name, l.Name(), l.Transport)
	case flow[first].Name() != l.Name():
		return fmt.Errorf("architecture %s: %s.outbox: an accepted order is handed on over %s: remove it here", a.Name, l.Name(), flow[first].Name())
	case l.Breaks(NoOutbox):
		return fmt.Errorf("architecture %s: %s.outbox: it is broken by %s: remove one", a.Name, l.Name(), NoOutbox)
	case a.ClientLink() == Wait:
		return fmt.Errorf("architecture %s: %s.outbox: it means nothing to a client that waits for the outcome: remove it, or change %s->%s",
			a.Name, l.Name(), Client, l.From)
	}
	return nil
}

// stranger says why a link that is not part of the order flow can't be.
func (a Architecture) stranger(l Link) error {
	if a.reaches(l.To, l.From, map[string]bool{}) {
		return fmt.Errorf("architecture %s: link %s closes a cycle, and is not part of the order flow: remove it", a.Name, l.Name())
	}
	return fmt.Errorf("architecture %s: link %s is not part of the order flow: remove it", a.Name, l.Name())
}

// reaches reports whether links lead from one service to another, those already seen left out.
func (a Architecture) reaches(from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	seen[from] = true
	return slices.ContainsFunc(a.Callees(from), func(next string) bool { return !seen[next] && a.reaches(next, to, seen) })
}

func contains(links []Link, name string) bool {
	for _, l := range links {
		if l.Name() == name {
			return true
		}
	}
	return false
}
