package nats

import (
	"strings"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"faultline/targets/broker"
)

// Headers of ours; NATS keeps those that begin with natsPrefix for itself.
const (
	orderHeader  = "order"
	reasonHeader = "reason"
	natsPrefix   = "Nats-"
)

// encode makes a message for a queue. The broker drops a second message of the same ID for a while.
func encode(queue string, m broker.Message) *natsgo.Msg {
	msg := natsgo.NewMsg(queue)
	msg.Data = m.Body
	for k, v := range m.Headers {
		msg.Header.Set(k, v)
	}
	msg.Header.Set(orderHeader, m.Order)
	if m.ID != "" {
		msg.Header.Set(jetstream.MsgIDHeader, m.ID)
	}
	return msg
}

func decode(h natsgo.Header, body []byte) broker.Message {
	m := broker.Message{ID: h.Get(jetstream.MsgIDHeader), Order: h.Get(orderHeader), Body: body, Headers: map[string]string{}}
	for k := range h {
		if k != orderHeader && !strings.HasPrefix(k, natsPrefix) {
			m.Headers[k] = h.Get(k)
		}
	}
	return m
}
