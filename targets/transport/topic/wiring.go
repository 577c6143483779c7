package topic

import (
	"slices"

	"faultline/bench"
)

// Name is the transport's name on a link.
const Name = "topic"

// Events that the order service publishes.
const (
	created   = "order.created"   // it is accepted
	paid      = "order.paid"      // told by the order service where payment itself publishes nothing
	confirmed = "order.confirmed" // it is paid and reserved
	cancelled = "order.cancelled" // it was given up: whoever did something for it takes that back
)

// outcomes are the events by which a service tells how its part ended: done, and refused where it can be.
var outcomes = map[string][]string{
	"payment":   {"payment.completed", "payment.declined"},
	"fraud":     {"fraud.passed", "fraud.declined"},
	"risk":      {"risk.scored"},
	"inventory": {"stock.reserved", "stock.rejected"},
	"shipping":  {"order.shipped"},
}

// A Wiring is one service's part in the choreography of an architecture: what it hears and what it tells.
type Wiring struct {
	Service string
	// Reached is whether a topic leads to the service: events start it, and it tells its outcome by one.
	Reached bool
	// Start is the event on which it does its part, "" if it starts when it is asked, or by the outcome of another.
	Start string
	// Outcomes are the events that tell it how the services ended which it needs.
	Outcomes []string
	// Undo are the events on which it takes its effect back.
	Undo []string
	// Tells says by which event of its own a service that it needs is started, "" if that one starts by itself, on the
	// event of another.
	Tells map[string]string
}

// Subscribes are all events that the service hears.
func (w Wiring) Subscribes() []string {
	events := slices.Concat(w.Outcomes, w.Undo)
	if w.Start != "" {
		events = append(events, w.Start)
	}
	return events
}

// Wire derives a service's part from an architecture's links. A service that needs the outcome of another over a topic
// is started by that outcome: it carries the order, and whatever had to be before it was.
func Wire(a bench.Architecture, service string) Wiring {
	w := Wiring{Service: service, Tells: map[string]string{}}
	for _, l := range a.Links {
		if l.Transport != Name {
			continue
		}
		if l.From == service {
			w.Outcomes = append(w.Outcomes, outcomes[l.To]...)
			w.Tells[l.To] = told(a, l)
		}
		if l.To == service {
			w.Reached = true
			w.Start = starts(a, service)
		}
	}
	if w.Reached && len(w.Outcomes) > 0 {
		w.Start = ""
	}
	if w.Reached && (service == "payment" || service == "inventory") {
		w.Undo = []string{cancelled}
		if next := Leads(a)[service]; next != "" {
			w.Undo = append(w.Undo, outcomes[next][1])
		}
	}
	return w
}

// starts is the event on which a service does its part that a topic leads to.
func starts(a bench.Architecture, service string) string {
	switch service {
	case "payment":
		return created
	case "inventory":
		if Leads(a)["payment"] != "" {
			return outcomes["payment"][0]
		}
		return paid
	case "shipping":
		return confirmed
	}
	caller := callerOf(a, service)
	if onTopic(a, callerOf(a, caller), caller) {
		return starts(a, caller) // at once: that one waits for the outcome
	}
	return requested(caller)
}

// requested is the event of a service that was asked by a request and needs another to go on.
func requested(service string) string { return service + ".requested" }

// told is the event by which the caller of a link starts the callee, "" if it is another's.
func told(a bench.Architecture, l bench.Link) string {
	event := starts(a, l.To)
	if slices.Contains(own(l.From), event) {
		return event
	}
	return ""
}

// own are the events by which a service can start others.
func own(service string) []string {
	if service == "order" {
		return []string{created, paid, confirmed}
	}
	return []string{requested(service)}
}

// Leads says which service starts by itself on the outcome of which, past the one that needs both.
func Leads(a bench.Architecture) map[string]string {
	if onTopic(a, "order", "payment") && onTopic(a, "order", "inventory") {
		return map[string]string{"payment": "inventory"}
	}
	return nil
}

// onTopic reports whether a link is carried by a topic.
func onTopic(a bench.Architecture, from, to string) bool { return a.Link(from, to).Transport == Name }

// callerOf is who needs a service.
func callerOf(a bench.Architecture, service string) string {
	for _, l := range a.Links {
		if l.To == service {
			return l.From
		}
	}
	return ""
}

// Queue is the queue in which a service finds its events.
func Queue(service string) string { return service + ".events" }
