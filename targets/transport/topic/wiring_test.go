package topic

import (
	"slices"
	"strings"
	"testing"

	"faultline/bench"
)

// wired is an architecture with these transports of order->payment, payment->fraud, fraud->risk, order->inventory and
// order->shipping, named by their first letters.
func wired(letters string) bench.Architecture {
	names := map[byte]string{'t': Name, 'h': "http", 'q': "queue"}
	links := []bench.Link{{From: "order", To: "payment"}, {From: "payment", To: "fraud"}, {From: "fraud", To: "risk"},
		{From: "order", To: "inventory"}, {From: "order", To: "shipping"}}
	for i := range links {
		links[i].Transport = names[letters[i]]
	}
	return bench.Architecture{Links: append([]bench.Link{{From: bench.Client, To: "order", Transport: bench.Poll}}, links...)}
}

// TestWire: who hears which event, and who is started by whom.
func TestWire(t *testing.T) {
	for _, c := range []struct {
		links, service string
		hears          string // what it subscribes to
		tells          string // by which event it starts others
	}{
		{"ttttt", "order", "payment.completed payment.declined stock.reserved stock.rejected order.shipped", "inventory: payment:order.created shipping:order.confirmed"},
		{"ttttt", "payment", "fraud.passed fraud.declined order.cancelled stock.rejected", "fraud:"},
		{"ttttt", "fraud", "risk.scored", "risk:"},
		{"ttttt", "risk", "order.created", ""},
		{"ttttt", "inventory", "order.cancelled payment.completed", ""},
		{"ttttt", "shipping", "order.confirmed", ""},
		{"qhhtt", "order", "stock.reserved stock.rejected order.shipped", "inventory:order.paid shipping:order.confirmed"}, // hybrid
		{"qhhtt", "payment", "", ""},
		{"qhhtt", "inventory", "order.cancelled order.paid", ""},
		{"thhhh", "payment", "order.cancelled order.created", ""},
		{"thhhh", "order", "payment.completed payment.declined", "payment:order.created"},
		{"thttt", "payment", "order.cancelled stock.rejected order.created", ""},
		{"thttt", "fraud", "risk.scored", "risk:fraud.requested"},
		{"thttt", "risk", "fraud.requested", ""},
		{"htthh", "order", "", ""},
		{"htthh", "payment", "fraud.passed fraud.declined", "fraud:payment.requested"},
		{"htthh", "risk", "payment.requested", ""},
		{"hthhh", "payment", "fraud.passed fraud.declined", "fraud:payment.requested"},
		{"hthhh", "fraud", "payment.requested", ""},
	} {
		w := Wire(wired(c.links), c.service)
		var tells []string
		for callee, event := range w.Tells {
			tells = append(tells, callee+":"+event)
		}
		slices.Sort(tells)
		if got := strings.Join(w.Subscribes(), " "); got != c.hears {
			t.Errorf("%s: %s hears %q, want %q", c.links, c.service, got, c.hears)
		}
		if got := strings.Join(tells, " "); got != c.tells {
			t.Errorf("%s: %s tells %q, want %q", c.links, c.service, got, c.tells)
		}
	}
}

// TestEveryEventIsPublished: in whatever mix of transports, each event that somebody hears has one service that
// publishes it, and each service that a topic leads to is started by something.
func TestEveryEventIsPublished(t *testing.T) {
	services := []string{"order", "payment", "fraud", "risk", "inventory", "shipping"}
	for n := range 243 {
		var links strings.Builder
		for rest := n; links.Len() < 5; rest /= 3 {
			links.WriteByte("thq"[rest%3])
		}
		a := wired(links.String())
		published := map[string][]string{}
		for _, s := range services {
			w := Wire(a, s)
			if w.Reached {
				for _, event := range outcomes[s] {
					published[event] = append(published[event], s)
				}
				if w.Start == "" && len(w.Outcomes) == 0 {
					t.Errorf("%s: nothing starts %s", links.String(), s)
				}
			}
			for _, event := range w.Tells {
				if event != "" {
					published[event] = append(published[event], s)
				}
			}
		}
		published[cancelled] = []string{"order"}
		for _, s := range services {
			for _, event := range Wire(a, s).Subscribes() {
				if len(published[event]) != 1 {
					t.Errorf("%s: %s hears %s, which is published by %v", links.String(), s, event, published[event])
				}
			}
		}
	}
}
