package targets

import (
	"crypto/rand"
	"slices"
	"time"

	"faultline/bench"
	"faultline/targets/engine"
	"faultline/targets/order"
	"faultline/targets/service"
	"faultline/targets/transport/queue"
	"faultline/targets/transport/topic"
	"faultline/targets/transport/webhook"
)

// A Topology is what an architecture needs running, derived from it.
type Topology struct {
	// Services are those of the order flow; the addresses in Dials are still empty.
	Services []bench.Service
	// Broker is the broker to start, nil if none is needed or it runs already.
	Broker *bench.Service
	// Places are where somebody dials somebody: place → the service that it leads to.
	Places map[string]string
	// Queues are the names of the queues on the broker.
	Queues []string
	// architecture says who subscribes to what.
	architecture bench.Architecture
	prefix       string
}

// Subscription is the queue in which a service finds its events, and the topics that it is bound to; none if it hears none.
func (t Topology) Subscription(name string) (queue string, topics []string) {
	for _, event := range topic.Wire(t.architecture, name).Subscribes() {
		topics = append(topics, t.prefix+event)
	}
	if topics == nil {
		return "", nil
	}
	return t.prefix + topic.Queue(name), topics
}

// minReach is how long an order is tried again at least, whatever the faults of a plan.
const minReach = 30 * time.Second

// reachFaults is how many times the longest fault of a plan retries must reach.
const reachFaults = 3

// jobWorkers is how many jobs a service works on at a time, beside those that hold one of its slots.
const jobWorkers = 256

// NewTopology derives what one architecture of a plan needs.
func NewTopology(p bench.Plan, a bench.Architecture, broker service.BrokerConfig) Topology {
	t := Topology{architecture: a, prefix: broker.Prefix, Places: map[string]string{bench.Client + "->order": "order"}}
	secret := rand.Text()
	reach := max(minReach, reachFaults*p.Windows.Fault)
	for _, name := range a.Services() {
		s := bench.Service{Name: name, Role: RoleService, Dials: map[string]string{}, Limits: p.Flow.Limits[name]}
		t.addPlaces(a, &s)
		slots := p.Flow.Slots[name]
		if n, ok := a.Slots[name]; ok {
			slots = n
		}
		s.Config = service.Config{
			Name: name, Architecture: a, Workers: jobWorkers, Broker: broker, Attempts: queue.Attempts(reach), Secret: secret,
			Declines: order.Declines{Seed: p.Seed, Share: p.Flow.Declined},
			Settings: engine.Settings{Slots: slots, Queue: p.Flow.Queue, Work: p.Flow.Work[name], CPU: slices.Contains(p.Flow.CPU, name), Spread: p.Flow.Spread,
				Seed: p.Seed, Timeout: p.Flow.Timeouts[name], Patience: patience(p, a), Needs: needs(p, a, name), Rest: rests(p, a, name), Reach: reach, KeepLate: p.Flow.KeepLate},
		}
		t.Services = append(t.Services, s)
	}
	t.addBroker(a, broker)
	return t
}

// patience is how long the order service works for a client that waits: like a call of its own, unless the client's
// link has no time-out.
func patience(p bench.Plan, a bench.Architecture) time.Duration {
	if own := a.Link(bench.Client, "order").Timeout; own != nil && *own == 0 {
		return 0
	}
	return p.Flow.Timeouts["order"]
}

// addPlaces gives a service a place for every link it calls or calls back, and two for the broker if any of its links uses one:
// to publish and to consume go over connections of their own.
func (t *Topology) addPlaces(a bench.Architecture, s *bench.Service) {
	dial := func(place, target string) {
		s.Dials[place] = ""
		t.Places[place] = target
	}
	for _, l := range a.Links {
		switch {
		case viaBroker(l) && (l.From == s.Name || l.To == s.Name):
			dial(s.Name+"->"+service.Broker, service.Broker)
			dial(service.Broker+"->"+s.Name, service.Broker)
		case l.From == s.Name:
			dial(l.Name(), l.To)
		case l.To == s.Name && l.Transport == webhook.Transport:
			dial(service.CallbackPlace(l), l.From)
		}
	}
}

func (t *Topology) addBroker(a bench.Architecture, c service.BrokerConfig) {
	if !NeedsBroker(a) {
		return
	}
	for _, q := range service.Queues(a) {
		t.Queues = append(t.Queues, c.Prefix+q.Name)
	}
	if !c.External {
		t.Broker = &bench.Service{Name: service.Broker, Role: c.Kind}
	}
}

// NeedsBroker reports whether a link of an architecture passes through a broker.
func NeedsBroker(a bench.Architecture) bool {
	for _, l := range a.Links {
		if viaBroker(l) {
			return true
		}
	}
	return false
}

func viaBroker(l bench.Link) bool {
	for _, t := range Transports() {
		if t.Name == l.Transport {
			return t.Broker
		}
	}
	return false
}
