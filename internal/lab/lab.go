// Package lab puts the parts together: the order flow, a runtime, the faults around it, as the experiment wants them.
// The command and the benchmarks share it.
package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"faultline/bench"
	"faultline/chaos"
	"faultline/chaos/links"
	"faultline/targets"
	"faultline/targets/broker/nats"
	"faultline/targets/broker/rabbitmq"
	"faultline/targets/process"
	"faultline/targets/service"
)

// readyTimeout is how long a system may take from start to ready; RabbitMQ is most of it.
const readyTimeout = 2 * time.Minute

// New returns the lab of this program: everything it knows, and how to start it.
func New() bench.Lab {
	return bench.Lab{
		Catalogue: bench.Catalogue{
			Flow: targets.Flow(), Transports: targets.Transports(), Architectures: targets.Architectures(),
			Faults: chaos.All, Runtimes: []string{"process"}, Brokers: []string{"nats", "rabbitmq"},
			Fits: func(f bench.Fault, a bench.Architecture) error { return chaos.Fits(f, a, targets.NeedsBroker(a)) },
		},
		Check: check, Start: start,
	}
}

// Roles are all parts of this program that run as child processes.
func Roles() map[string]process.Role {
	roles := targets.Roles()
	roles["links"] = func(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
		var c links.Config
		if err := json.Unmarshal(s.Config, &c); err != nil {
			return fmt.Errorf("reading the configuration: %w", err)
		}
		return links.Serve(ctx, c, listening)
	}
	return roles
}

// check looks for the broker that a plan's architectures need, so that nothing runs before its absence is told.
func check(ctx context.Context, p bench.Plan) error {
	if !slices.ContainsFunc(p.Architectures, targets.NeedsBroker) {
		return nil
	}
	c, err := brokerOf(p)
	if err == nil && c.External {
		err = awaitExternal(ctx, c)
	}
	if err != nil {
		return fmt.Errorf("--broker: %w", err)
	}
	return nil
}

// start brings one architecture up, behind proxies: the broker first, then all services at once.
func start(ctx context.Context, p bench.Plan, a bench.Architecture, logs string) (*bench.System, error) {
	_, system, err := launch(ctx, p, a, logs)
	return system, err
}

// launch is start, and tells who built the system.
func launch(ctx context.Context, p bench.Plan, a bench.Architecture, logs string) (*builder, *bench.System, error) {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	broker, err := brokerOf(p)
	if err != nil {
		return nil, nil, err
	}
	runtime, err := process.New(logs)
	if err != nil {
		return nil, nil, err
	}
	b := &builder{plan: p, broker: broker, runtime: runtime, topology: targets.NewTopology(p, a, broker)}
	system, err := b.build(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, b.close())
	}
	system.Close = b.close
	system.Ready = time.Since(begun)
	return b, system, nil
}

// brokerOf says which broker a plan wants. A broker that is not ours gets queues with a prefix of this trial's own.
func brokerOf(p bench.Plan) (service.BrokerConfig, error) {
	if !strings.Contains(p.Broker, "://") {
		c := service.BrokerConfig{Kind: p.Broker}
		if p.Broker == "rabbitmq" {
			c.URL = "amqp://guest:guest@127.0.0.1:5672/"
			return c, rabbitmq.Installed()
		}
		return c, nil
	}
	if _, err := url.Parse(p.Broker); err != nil {
		return service.BrokerConfig{}, fmt.Errorf("broker: %w", err)
	}
	prefix := fmt.Sprintf("faultline-%x-", time.Now().UnixNano())
	return service.BrokerConfig{Kind: "rabbitmq", URL: p.Broker, External: true, Prefix: prefix}, nil
}

// view opens the look into the broker past every fault; address tells where it listens now.
func view(c service.BrokerConfig, address func() string, queues []string) (bench.BrokerView, error) {
	if c.Kind == "nats" {
		return nats.View(address)
	}
	return rabbitmq.View(c.URL, address, queues...)
}
