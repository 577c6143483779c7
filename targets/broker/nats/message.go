package nats

import (
	"strings"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"faultline/targets/broker"
)

// Headers of ours; NATS keeps those that begin with natsPrefix for itself.
const (
	orderHeader    = "order"
	idHeader       = "id"
	reasonHeader   = "reason"   // of a dead letter
	attemptsHeader = "attempts" // likewise
	natsPrefix     = "Nats-"
)

// encode makes a message for a subject. The broker drops a second one of the same ID on the same subject for a while.
func encode(subject string, m broker.Message) *natsgo.Msg {
	msg := natsgo.NewMsg(subject)
	msg.Data = m.Body
	for k, v := range m.Headers {
		msg.Header.Set(k, v)
	}
	msg.Header.Set(orderHeader, m.Order)
	if m.ID != "" {
		msg.Header.Set(idHeader, m.ID)
		msg.Header.Set(jetstream.MsgIDHeader, subject+"/"+m.ID) // a stream may have several subjects
	}
	return msg
}

func decode(h natsgo.Header, body []byte) broker.Message {
	m := broker.Message{ID: h.Get(idHeader), Order: h.Get(orderHeader), Body: body, Headers: map[string]string{}}
	for k := range h {
		if k != orderHeader && k != idHeader && !strings.HasPrefix(k, natsPrefix) {
			m.Headers[k] = h.Get(k)
		}
	}
	return m
}
