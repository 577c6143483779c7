package lab

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"faultline/bench"
	"faultline/targets/broker/rabbitmq"
	"faultline/targets/service"
)

// roleExternal is the role of a broker that somebody else started.
const roleExternal = "external"

// withExternal is a runtime that also "starts" a broker that runs already.
type withExternal struct {
	runtime
	broker service.BrokerConfig
}

// Start starts a service, unless it is external.
func (r withExternal) Start(ctx context.Context, s bench.Service) (bench.Instance, error) {
	if s.Role != roleExternal {
		return r.runtime.Start(ctx, s)
	}
	address, err := addressOf(r.broker.URL)
	if err != nil {
		return nil, err
	}
	return external{address, make(chan struct{})}, nil
}

// addressOf is where the broker of an AMQP URL listens.
func addressOf(amqp string) (string, error) {
	u, err := url.Parse(amqp)
	if err != nil {
		return "", err
	}
	if u.Port() != "" {
		return u.Host, nil
	}
	port := "5672"
	if u.Scheme == "amqps" {
		port = "5671"
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// externalTimeout is how long a broker that should run already may refuse.
const externalTimeout = 5 * time.Second

// awaitExternal waits until a broker that should run already takes connections.
func awaitExternal(ctx context.Context, c service.BrokerConfig) error {
	ctx, cancel := context.WithTimeout(ctx, externalTimeout)
	defer cancel()
	address, err := addressOf(c.URL)
	if err != nil {
		return err
	}
	return rabbitmq.Await(ctx, c.URL, address)
}

var errExternal = errors.New("the broker was not started by this program: use --broker rabbitmq or nats for faults that kill it")

// An external instance can be used, and nothing else.
type external struct {
	address string
	never   chan struct{}
}

// Addresses are where it answers.
func (e external) Addresses() bench.Addresses {
	return bench.Addresses{Main: e.address, Admin: e.address}
}

// Signal is refused.
func (e external) Signal(context.Context, bench.Signal) error { return errExternal }

// Restart is refused.
func (e external) Restart(context.Context) error { return errExternal }

// Exited is never closed: nobody here would know.
func (e external) Exited() <-chan struct{} { return e.never }

// Usage is not known.
func (e external) Usage() (bench.Usage, error) { return bench.Usage{}, errors.ErrUnsupported }

// Stop leaves it running.
func (e external) Stop(context.Context) error { return nil }
