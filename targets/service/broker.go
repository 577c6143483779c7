package service

import (
	"fmt"

	"faultline/bench"
	"faultline/targets/broker"
	"faultline/targets/broker/nats"
	"faultline/targets/broker/rabbitmq"
)

// Broker is the name of the broker in a topology: order->broker and broker->order are its places.
const Broker = bench.BrokerName

// A BrokerConfig says which broker carries queues and how to log in.
type BrokerConfig struct {
	Kind string `json:"kind"` // nats or rabbitmq
	// URL holds user, password and virtual host for rabbitmq, and where it runs if it is External:
	// started by somebody else.
	URL      string `json:"url,omitempty"`
	External bool   `json:"external,omitempty"`
	Prefix   string `json:"prefix,omitempty"` // before every queue's name, where a broker is shared
	Quorum   bool   `json:"quorum,omitempty"` // queues of RabbitMQ are quorum queues, not classic ones
}

// openBroker connects by two places: one to publish, one to consume.
func openBroker(c BrokerConfig, publish, consume string) (broker.Broker, error) {
	switch c.Kind {
	case "nats":
		return nats.Open(publish, consume)
	case "rabbitmq":
		return rabbitmq.Open(c.URL, publish, consume)
	}
	return nil, fmt.Errorf("broker %q is not known: use nats or rabbitmq", c.Kind)
}
