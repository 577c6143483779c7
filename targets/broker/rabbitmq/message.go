package rabbitmq

import (
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"

	"faultline/targets/broker"
)

// Headers of ours. RabbitMQ adds some that begin with brokerPrefix.
const (
	orderHeader   = "order"
	attemptHeader = "attempt"
	reasonHeader  = "reason"  // of a dead letter
	sinceHeader   = "dead-at" // likewise: nanoseconds since 1970
	brokerPrefix  = "x-"
)

// encode makes a message, persistent unless its queue is transient. All headers of a message are strings: also moments, in nanoseconds, for
// which AMQP's own timestamp is too coarse.
func encode(q broker.Queue, m broker.Message, attempt int) amqp.Publishing {
	mode := amqp.Persistent
	if q.Transient {
		mode = amqp.Transient
	}
	headers := amqp.Table{}
	for k, v := range m.Headers {
		headers[k] = v
	}
	headers[orderHeader] = m.Order
	headers[attemptHeader] = int64(attempt)
	return amqp.Publishing{DeliveryMode: mode, MessageId: m.ID, Headers: headers, Body: m.Body}
}

func decode(d amqp.Delivery) (m broker.Message, attempt int) {
	m = broker.Message{ID: d.MessageId, Order: text(d.Headers, orderHeader), Body: d.Body, Headers: map[string]string{}}
	for k, v := range d.Headers {
		s, ok := v.(string)
		if ok && k != orderHeader && !strings.HasPrefix(k, brokerPrefix) {
			m.Headers[k] = s
		}
	}
	n, _ := d.Headers[attemptHeader].(int64)
	return m, max(1, int(n))
}

func text(t amqp.Table, key string) string {
	s, _ := t[key].(string)
	return s
}
