// Package chaos breaks a running topology, one place at a time, and cures it again.
//
// Read it in this order: network (a bench.Runtime around another, which puts a proxy into every place),
// service (an instance whose places follow its life), ready and revive; inject (a bench.Injector) with one
// file a family of faults: command (what a service does itself when it is told), forge, kill, hang, link, crash, kills, coldstart
// (these three share campaign), broker (with strikes); probe and ping (is it really broken?); the catalogue: faults (which a plan can name),
// kinds (what each kind strikes and must be told, and how it is carried out), with parameters, sites and fits. The proxies are in chaos/links.
//
// # What services must answer
//
// On Admin: GET /ready (200 once it works); POST /crash {"point":…,"notify":url or ""} (armed once: when it passes the point it
// kills itself, or, with notify, POSTs there and waits for the answer; an empty point disarms); and these, which {} ends:
// POST /slow {"delay_ns":…,"spread":…,"factor":…,"fades_ns":…} (its own work takes longer), POST /poison {"share":…} (its work
// panics for that share of orders), POST /fail {"share":…} (its work fails for that share of requests), POST /slots {"slots":…}
// (it has so many worker slots), POST /leak {"rate":…,"limit":…} (it takes so many bytes a second), POST /consume
// {"hands":…,"delay_ns":…} (it takes messages so many at a time, each after a wait). On Main: GET /ping, taking no slot.
// What a broker must do, if it is to be broken by more than signals, is Commander.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"faultline/bench"
	"faultline/chaos/links"
)

// A Protocol is what is spoken through a place; it decides how the place is probed.
type Protocol string

// The protocols that can be probed.
const (
	HTTP Protocol = "http" // also the zero value
	NATS Protocol = "nats"
	AMQP Protocol = "amqp"
)

// A Place is where Dialer dials Target; a proxy sits in it. A broker has two for every service that uses
// it: "order->broker" to publish and "broker->order" to consume, both dialled by order, both with Target "broker".
type Place struct {
	Name           string
	Dialer, Target string // names of services; bench.Client dials too
	Protocol       Protocol
	// Queue is the queue that Dialer consumes by this place, and Topics are those that it is bound to, if there is one that is.
	Queue  string
	Topics []string
}

// A Network is a runtime whose services reach each other through fault-injecting proxies.
// It implements bench.Runtime and bench.Injector.
type Network struct {
	// Broker commands the broker; nil where there is none, or it is not ours.
	Broker Commander

	inner     bench.Runtime
	places    []Place
	seed      uint64
	links     bench.Instance
	control   links.Client
	addresses map[string]string

	mu       sync.Mutex
	services map[string]*service
}

// Wrap starts the links' process in rt (as service "links") and returns rt with a proxy in every place. The seed
// decides the moments of random faults. With packets, the links may drop and delay those of their network: ask for it where a plan
// has such a fault (see Packets), and the network is nobody else's.
func Wrap(ctx context.Context, rt bench.Runtime, places []Place, seed uint64, packets bool) (*Network, error) {
	cfg := links.Config{Packets: packets}
	for _, p := range places {
		if p.Name == "" || p.Dialer == "" || p.Target == "" {
			return nil, fmt.Errorf("place %+v is incomplete: give name, dialer and target", p)
		}
		cfg.Places = append(cfg.Places, p.Name)
	}
	instance, err := rt.Start(ctx, bench.Service{Name: "links", Role: "links", Config: cfg, Places: cfg.Places, Packets: packets})
	if err != nil {
		return nil, fmt.Errorf("starting the links: %w", err)
	}
	n := &Network{
		inner: rt, places: slices.Clone(places), seed: seed, links: instance,
		control:   links.Client{Addr: instance.Addresses().Admin},
		addresses: maps.Clone(instance.Addresses().Places),
		services:  map[string]*service{},
	}
	for _, p := range places {
		if n.addresses[p.Name] == "" {
			return nil, errors.Join(fmt.Errorf("the links have no listener for %s", p.Name), n.Stop(ctx))
		}
	}
	return n, nil
}

// Start starts a service whose dials lead through the proxies, and opens the places that lead to it. Dials
// to places are filled in, also those of its places that s.Dials does not name; others stay as they are.
func (n *Network) Start(ctx context.Context, svc bench.Service) (bench.Instance, error) {
	dials := map[string]string{}
	maps.Copy(dials, svc.Dials)
	for _, p := range n.places {
		if _, named := dials[p.Name]; named || p.Dialer == svc.Name {
			dials[p.Name] = n.links.Addresses().Within(n.addresses[p.Name])
		}
	}
	svc.Dials = dials
	inner, err := n.inner.Start(ctx, svc)
	if err != nil {
		return nil, err
	}
	s := &service{Instance: inner, network: n, name: svc.Name, role: svc.Role}
	s.watch()
	n.mu.Lock()
	n.services[svc.Name] = s
	n.mu.Unlock()
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the way to %s: %w", svc.Name, err), s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// Address is where to dial a place, such as "client->order"; "" if there is no such place.
func (n *Network) Address(place string) string { return n.addresses[place] }

// Links is the proxies' process: its Usage is what the links cost, and if it exits nothing works any more.
func (n *Network) Links() bench.Instance { return n.links }

// State tells what went through every place so far.
func (n *Network) State(ctx context.Context) (links.State, error) { return n.control.State(ctx) }

// Stop ends the links. Stop the services first.
func (n *Network) Stop(ctx context.Context) error {
	if err := n.links.Stop(ctx); err != nil {
		return fmt.Errorf("stopping the links: %w", err)
	}
	return nil
}

// leadingTo are the places whose target is the service.
func (n *Network) leadingTo(service string) []Place {
	var to []Place
	for _, p := range n.places {
		if p.Target == service {
			to = append(to, p)
		}
	}
	return to
}

func (n *Network) place(name string) (Place, error) {
	var have []string
	for _, p := range n.places {
		if p.Name == name {
			return p, nil
		}
		have = append(have, p.Name)
	}
	return Place{}, fmt.Errorf("there is no place %q: name one of %s", name, strings.Join(have, ", "))
}

func (n *Network) service(name string) (*service, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if s := n.services[name]; s != nil {
		return s, nil
	}
	have := slices.Sorted(maps.Keys(n.services))
	return nil, fmt.Errorf("no service %q was started: name one of %s", name, strings.Join(have, ", "))
}
