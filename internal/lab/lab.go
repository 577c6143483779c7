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
	"faultline/targets/docker"
	"faultline/targets/process"
	"faultline/targets/service"
)

// readyTimeout is how long a system may take from start to ready; RabbitMQ is most of it.
const readyTimeout = 2 * time.Minute

// A lab starts systems, and keeps what it has found for that.
type lab struct{ engine *engine }

// New returns the lab of this program: everything it knows, and how to start it.
func New() bench.Lab {
	l := lab{&engine{}}
	return bench.Lab{
		Catalogue: bench.Catalogue{
			Flow: targets.Flow(), Transports: targets.Transports(), Architectures: targets.Architectures(),
			Faults: chaos.All, Runtimes: runtimes(), Brokers: []string{"nats", "rabbitmq"},
			Broker:   map[string]string{Docker: "rabbitmq"},
			Policies: targets.Policies(),
			Stands:   func(f bench.Fault, p bench.Plan) error { return chaos.Stands(f, p.Runtime == Docker, p.Broker) },
			Fits:     func(f bench.Fault, a bench.Architecture) error { return chaos.Fits(f, a, targets.NeedsBroker(a)) },
		},
		Check: l.check, Start: l.start, Elsewhere: l.elsewhere,
	}
}

// Roles are all parts of this program that run as child processes.
func Roles() map[string]process.Role {
	roles := targets.Roles()
	roles[docker.RoleProbe], roles[docker.RoleSweep], roles[docker.RoleDrive] = docker.Probe, docker.Sweep, drive
	roles["links"] = func(ctx context.Context, s process.Spec, listening func(bench.Addresses)) error {
		var c links.Config
		if err := json.Unmarshal(s.Config, &c); err != nil {
			return fmt.Errorf("reading the configuration: %w", err)
		}
		c.Listen = s.Listen
		return links.Serve(ctx, c, listening)
	}
	return roles
}

// check looks for the engine and the broker that a plan needs, so that nothing runs before their absence is told.
func (l lab) check(ctx context.Context, p bench.Plan) error {
	if p.Runtime == Docker {
		if _, _, err := l.engine.open(ctx, p); err != nil {
			return fmt.Errorf("--runtime docker: %w", err)
		}
		if err := l.checkKernel(ctx, p); err != nil {
			return err
		}
	}
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
func (l lab) start(ctx context.Context, p bench.Plan, a bench.Architecture, logs string) (*bench.System, error) {
	_, system, err := l.launch(ctx, p, a, logs)
	return system, err
}

// launch is start, and tells who built the system.
func (l lab) launch(ctx context.Context, p bench.Plan, a bench.Architecture, logs string) (*builder, *bench.System, error) {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	broker, err := brokerOf(p)
	if err != nil {
		return nil, nil, err
	}
	runtime, engine, err := l.runtime(ctx, p, logs)
	if err != nil {
		return nil, nil, err
	}
	b := &builder{plan: p, broker: broker, runtime: runtime, topology: targets.NewTopology(p, a, broker)}
	system, err := b.build(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, b.close())
	}
	system.Engine, system.Close = engine, b.close
	system.Ready = time.Since(begun)
	return b, system, nil
}

// brokerOf says which broker a plan wants. A broker that is not ours gets queues with a prefix of this trial's own.
func brokerOf(p bench.Plan) (service.BrokerConfig, error) {
	quorum := p.RabbitMQ.Queues == bench.QuorumQueues
	if !strings.Contains(p.Broker, "://") {
		c := service.BrokerConfig{Kind: p.Broker, Quorum: quorum}
		if p.Broker == "rabbitmq" {
			c.URL = "amqp://guest:guest@127.0.0.1:5672/"
		}
		if p.Broker == "rabbitmq" && p.Runtime == Process {
			return c, rabbitmq.Installed()
		}
		return c, nil
	}
	if _, err := url.Parse(p.Broker); err != nil {
		return service.BrokerConfig{}, fmt.Errorf("broker: %w", err)
	}
	prefix := fmt.Sprintf("faultline-%x-", time.Now().UnixNano())
	return service.BrokerConfig{Kind: "rabbitmq", URL: p.Broker, External: true, Prefix: prefix, Quorum: quorum}, nil
}

// view opens the look into the broker past every fault; addresses tell where it listens now.
func view(c service.BrokerConfig, addresses func() bench.Addresses, queues []string) (bench.BrokerView, error) {
	main, admin := func() string { return addresses().Main }, func() string { return addresses().Admin }
	if c.Kind == "nats" {
		return nats.View(main)
	}
	return rabbitmq.View(c.URL, main, admin, queues...)
}

// commander is how a broker of ours is broken, which keeps its state in a directory; nil if it can't be commanded.
func commander(c service.BrokerConfig, runtime string, broker bench.Instance, dir string) chaos.Commander {
	switch {
	case c.Kind == "nats":
		return nats.Control{Addresses: broker.Addresses}
	case c.External || runtime != "process": // erl_call does not reach into a container
		return nil
	}
	return rabbitmq.Control{Dir: dir}
}
