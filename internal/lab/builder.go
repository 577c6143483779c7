package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"faultline/bench"
	"faultline/chaos"
	"faultline/targets"
	"faultline/targets/broker/rabbitmq"
	"faultline/targets/service"
)

// A builder brings one topology up, and takes it down.
type builder struct {
	plan     bench.Plan
	broker   service.BrokerConfig
	runtime  runtime
	topology targets.Topology
	network  *chaos.Network
	view     bench.BrokerView
	address  func() string // where the broker listens; nil if there is none
}

func (b *builder) build(ctx context.Context) (*bench.System, error) {
	network, err := chaos.Wrap(ctx, withExternal{b.runtime, b.broker}, b.places(), b.plan.Seed, asksKernel(b.plan))
	if err != nil {
		return nil, err
	}
	b.network = network
	if err := b.startBroker(ctx); err != nil {
		return nil, err
	}
	services, err := b.startServices(ctx)
	if err != nil {
		return nil, err
	}
	return &bench.System{Injector: network, Client: network.Address(bench.Client + "->order"),
		Services: services, Links: network.Links(), Broker: b.view, Queues: b.topology.Queues}, nil
}

// places are the topology's, as chaos wants them.
func (b *builder) places() []chaos.Place {
	var places []chaos.Place
	for name, target := range b.topology.Places {
		from, to, _ := strings.Cut(name, "->")
		place := chaos.Place{Name: name, Dialer: from, Target: target, Protocol: chaos.HTTP}
		if target == service.Broker {
			place.Protocol = chaos.NATS
			if b.broker.Kind == "rabbitmq" {
				place.Protocol = chaos.AMQP
			}
			if from == service.Broker {
				place.Dialer = to // it is the service that dials, to consume
				place.Queue, place.Topics = b.topology.Subscription(to)
			}
		}
		places = append(places, place)
	}
	return places
}

// startBroker starts the broker, or points at the one that runs, and waits until it takes connections.
func (b *builder) startBroker(ctx context.Context) error {
	if len(b.topology.Queues) == 0 {
		return nil
	}
	s := bench.Service{Name: service.Broker, Role: roleExternal}
	if b.topology.Broker != nil {
		s = *b.topology.Broker
	}
	instance, err := b.network.Start(ctx, s)
	if err != nil {
		return err
	}
	b.address = func() string { return instance.Addresses().Main }
	if b.broker.Kind == "rabbitmq" { // NATS takes connections as soon as it has started
		if err := rabbitmq.Await(ctx, b.broker.URL, b.address()); err != nil {
			return err
		}
	}
	b.network.Broker = commander(b.broker, b.plan.Runtime, instance, filepath.Join(b.runtime.Dir(), s.Name))
	b.view, err = view(b.broker, instance.Addresses, b.topology.Queues)
	return err
}

// startServices starts all services at once, and waits until each takes part in the flow.
func (b *builder) startServices(ctx context.Context) (map[string]bench.Instance, error) {
	instances := make([]bench.Instance, len(b.topology.Services))
	group, ctx := errgroup.WithContext(ctx)
	for i, s := range b.topology.Services {
		group.Go(func() error {
			instance, err := b.network.Start(ctx, s)
			if err != nil {
				return err
			}
			instances[i] = instance
			return awaitReady(ctx, s.Name, instance)
		})
	}
	err := group.Wait()
	services := map[string]bench.Instance{}
	for i, s := range b.topology.Services {
		services[s.Name] = instances[i]
	}
	return services, err
}

// awaitReady polls a service until it takes part in the flow.
func awaitReady(ctx context.Context, name string, instance bench.Instance) error {
	client := http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	for {
		resp, err := client.Get("http://" + instance.Addresses().Admin + "/ready")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode/100 == 2 {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s to be ready: %w", name, ctx.Err())
		case <-instance.Exited():
			return fmt.Errorf("waiting for %s to be ready: it ended; see its log", name)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// close ends every process, and leaves nothing of ours on a broker that is not ours.
func (b *builder) close() error {
	err := b.runtime.Close()
	if b.view == nil {
		return err // no broker, or none that was reached
	}
	err = errors.Join(err, b.view.Close())
	if b.broker.External {
		ctx, cancel := context.WithTimeout(context.Background(), deleteTimeout)
		defer cancel()
		err = errors.Join(err, rabbitmq.Delete(ctx, b.broker.URL, "", b.topology.Queues...))
	}
	return err
}

const deleteTimeout = 10 * time.Second
