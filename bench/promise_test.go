package bench

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckBrokenElsewhere(t *testing.T) {
	a := Architecture{Name: "mine", Links: []Link{{From: "order", To: "shipping", Transport: "queue", Broken: []string{NoOutbox}}}}
	errs := a.Check(a.Links, []Transport{{Name: "queue", Broker: true}})
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), `order->shipping.broken: "no-outbox" means nothing here, only on order->payment`) {
		t.Errorf("got %v", errs)
	}
}

func TestCheckBroken(t *testing.T) {
	for _, c := range []struct {
		transport string
		broken    []string
		want      []string // one a problem, in order
	}{
		{"queue", nil, nil},
		{"queue", []string{Unconfirmed, AutoAck, Transient, NotIdempotent, NoDeadLetter, NoOutbox}, nil},
		{"http", []string{NotIdempotent}, nil},
		{"http", []string{AutoAck}, []string{`architecture mine: order->payment.broken: "auto-ack" means nothing over http, only over queue`}},
		{"queue", []string{"auto-ak"}, []string{`order->payment.broken: "auto-ak" is not known (did you mean "auto-ack"?); allowed: unconfirmed, auto-ack`}},
		{"queue", []string{Transient, Transient}, []string{`"transient" is there twice`}},
		{"http", []string{"x", Transient}, []string{`"x" is not known`, `"transient" means nothing over http`}},
		{"qeue", []string{"x"}, []string{`transport of order->payment: "qeue" is not known`}},
	} {
		a := Architecture{Name: "mine", Links: []Link{{From: "order", To: "payment", Transport: c.transport, Broken: c.broken}}}
		errs := a.Check(a.Links, []Transport{{Name: "http"}, {Name: "queue", Broker: true}})
		if len(errs) != len(c.want) {
			t.Errorf("%s, broken %v: %v; want %d problems", c.transport, c.broken, errors.Join(errs...), len(c.want))
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(errs[i].Error(), want) {
				t.Errorf("%s, broken %v: %v; want %s", c.transport, c.broken, errs[i], want)
			}
		}
	}
}
