package bench

import (
	"errors"
	"strings"
	"testing"
)

// TestOutboxCheck: an outbox stands where accepted orders are handed to a broker, and nowhere else.
func TestOutboxCheck(t *testing.T) {
	for _, c := range []struct {
		client, payment, on string
		want                string // "" for no problem
		broken              []string
	}{
		{Poll, "queue", "order->payment", "", nil},
		{Poll, "http", "order->payment", "order->payment.outbox: no broker carries http", nil},
		{Poll, "queue", "payment->fraud", "payment->fraud.outbox: no broker carries http", nil},
		{Poll, "queue", "order->inventory", "order->inventory.outbox: an accepted order is handed on over order->payment", nil},
		{Poll, "queue", "client->order", "client->order.outbox: no broker carries poll", nil},
		{Wait, "queue", "order->payment", "order->payment.outbox: it means nothing to a client that waits", nil},
		{Poll, "queue", "order->payment", "order->payment.outbox: it is broken by no-outbox", []string{NoOutbox}},
	} {
		catalogue := someCatalogue()
		a := Architecture{Name: "own"}
		for _, l := range catalogue.Flow {
			l.Transport = "http"
			switch l.Name() {
			case "client->order":
				l.Transport = c.client
			case "order->payment":
				l.Transport = c.payment
			case "order->inventory":
				l.Transport = "queue"
			}
			if l.Outbox = l.Name() == c.on; l.Outbox {
				l.Broken = c.broken
			}
			a.Links = append([]Link{l}, a.Links...) // a user may write them in any order
		}
		err := errors.Join(a.Check(catalogue.Flow, catalogue.Transports)...)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
