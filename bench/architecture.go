package bench

import "fmt"

// A Transport is how a link carries a request and its reply.
type Transport struct {
	Name, About string
	// Broker is whether messages pass through a broker.
	Broker bool
	// Blocking is whether the caller waits for the reply, holding its worker slot.
	Blocking bool
}

// A Link is one dependency between two services, and how it talks: caller From, callee To.
type Link struct {
	From      string `json:"from" yaml:"from"`
	To        string `json:"to" yaml:"to"`
	Transport string `json:"transport" yaml:"transport"`
}

// Name returns the link as caller->callee, the way plans, faults and reports write it.
func (l Link) Name() string { return l.From + "->" + l.To }

// Client is the caller of the first link; it is not a service of the topology.
const Client = "client"

// How a client learns what became of its order: the transports of client->order.
const (
	Wait = "wait" // 201, the outcome is the answer
	Poll = "poll" // 202, then GET until the order is settled
)

// An Architecture is one way of wiring the order flow: plain data.
type Architecture struct {
	Name  string `json:"name" yaml:"name"`
	About string `json:"about" yaml:"about"`
	Links []Link `json:"links" yaml:"links"`
	// Slots overrides the number of worker slots of services by name.
	Slots map[string]int `json:"slots,omitempty" yaml:"slots,omitempty"`
}

// Transport returns the transport of the link from one service to another, or "" if there is none.
func (a Architecture) Transport(from, to string) string {
	for _, l := range a.Links {
		if l.From == from && l.To == to {
			return l.Transport
		}
	}
	return ""
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

// ClientLink returns how the client learns the outcome: Wait or Poll.
func (a Architecture) ClientLink() string {
	for _, l := range a.Links {
		if l.From == Client {
			return l.Transport
		}
	}
	return ""
}

// Check returns what is wrong with the wiring, one problem an error.
// flow holds the links that the order flow needs; how they are carried is the architecture's choice.
func (a Architecture) Check(flow []Link, transports []Transport) []error {
	var errs []error
	seen := map[string]bool{}
	for _, l := range a.Links {
		if seen[l.Name()] {
			errs = append(errs, fmt.Errorf("architecture %s: link %s is there twice: remove one", a.Name, l.Name()))
		}
		seen[l.Name()] = true
		if !contains(flow, l.Name()) {
			errs = append(errs, fmt.Errorf("architecture %s: link %s is not part of the order flow: remove it", a.Name, l.Name()))
			continue
		}
		names := []string{Wait, Poll}
		if l.From != Client {
			names = names[:0]
			for _, t := range transports {
				names = append(names, t.Name)
			}
		}
		if err := oneOf(fmt.Sprintf("architecture %s: transport of %s", a.Name, l.Name()), l.Transport, names); err != nil {
			errs = append(errs, err)
		}
	}
	for _, need := range flow {
		if !seen[need.Name()] {
			errs = append(errs, fmt.Errorf("architecture %s: link %s is missing: name its transport", a.Name, need.Name()))
		}
	}
	return errs
}

func contains(links []Link, name string) bool {
	for _, l := range links {
		if l.Name() == name {
			return true
		}
	}
	return false
}
