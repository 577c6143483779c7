package chaos

import (
	"fmt"
	"slices"
	"strings"

	"faultline/bench"
)

// A terrain is what faults can strike in an architecture.
type terrain struct {
	bench.Architecture
	services []string // and the broker, if there is one
	broker   bool
}

func terrainOf(a bench.Architecture, hasBroker bool) terrain {
	t := terrain{Architecture: a, services: a.Services(), broker: hasBroker}
	if hasBroker {
		t.services = append(t.services, Broker)
	}
	return t
}

// A site is a sort of places.
type site struct {
	words string
	// misses says why a place is not of that sort, and which are.
	misses func(t terrain, place string) error
}

var (
	nothing       = site{"", isNothing}
	processes     = site{"a service, the broker", isProcess}
	services      = site{"a service", isService}
	workers       = site{"a service but order", isWorker}
	broker        = site{"the broker", isBroker}
	consumers     = site{"a service that takes messages", isConsumer}
	consumptions  = site{"broker-> a service", isConsumption}
	subscriptions = site{"broker-> a service that subscribes to events", isSubscription}
	calledBack    = site{"order, where payment calls back", isCalledBack}
	clients       = site{"client, where client->order is wait", isClient}
	connections   = site{"a link", isConnection}
	carryingHTTP  = site{"a link that talks HTTP", carriesHTTP}
	brokers       = site{"the broker, if it is RabbitMQ", hasAlarms}
	sides         = site{"two sets: order,payment|risk", areSides}
)

// A rule is what a kind asks of a whole fault.
type rule func(t terrain, f bench.Fault) error

// isNothing wants no place.
func isNothing(_ terrain, place string) error {
	if place != "" {
		return fmt.Errorf("it breaks nothing, so its place %q means nothing: remove it", place)
	}
	return nil
}

// isProcess wants what runs and can be stopped.
func isProcess(t terrain, place string) error { return t.runs("place", place) }

func (t terrain) runs(what, name string) error {
	switch {
	case slices.Contains(t.services, name):
		return nil
	case name == Broker:
		return fmt.Errorf("it has no broker: choose an architecture with a queue or topic link, or break %s", strings.Join(t.services, ", "))
	}
	return fmt.Errorf("its %s %q is no service there: name one of %s", what, name, strings.Join(t.services, ", "))
}

// isService wants one of the flow, which takes commands.
func isService(t terrain, place string) error {
	if err := isProcess(t, place); err != nil || place != Broker {
		return err
	}
	return fmt.Errorf("a broker takes no such command: kill, hang or delay it, or make it the victim of a crash elsewhere")
}

// isWorker wants a service whose own work can fail.
func isWorker(t terrain, place string) error {
	if err := isService(t, place); err != nil || !slices.Contains(t.Callees(bench.Client), place) {
		return err
	}
	return fmt.Errorf("%s only accepts orders and has no work to fail at: name another service", place)
}

// isBroker wants the broker itself.
func isBroker(t terrain, place string) error {
	switch {
	case !t.broker:
		return t.runs("place", Broker)
	case place != Broker:
		return fmt.Errorf("its place %q is no broker: name %s", place, Broker)
	}
	return nil
}

// isConsumer wants a service that takes messages.
func isConsumer(t terrain, place string) error {
	if err := isService(t, place); err != nil || slices.Contains(t.connections(), Broker+"->"+place) {
		return err
	}
	return fmt.Errorf("%s takes no messages there: %s", place, t.those(func(s string) bool { return slices.Contains(t.connections(), Broker+"->"+s) }))
}

// isConsumption wants a connection over which a service takes messages.
func isConsumption(t terrain, place string) error {
	if strings.HasPrefix(place, Broker+"->") && slices.Contains(t.connections(), place) {
		return nil
	}
	return fmt.Errorf("nobody consumes by %q there: %s", place, t.those(func(s string) bool { return slices.Contains(t.connections(), Broker+"->"+s) }, Broker+"->"))
}

// isSubscription wants a connection over which a service takes what it has subscribed to.
func isSubscription(t terrain, place string) error {
	subscribes := func(s string) bool {
		return slices.ContainsFunc(t.Links, func(l bench.Link) bool { return l.Transport == "topic" && (l.From == s || l.To == s) })
	}
	if service, ok := strings.CutPrefix(place, Broker+"->"); ok && subscribes(service) {
		return nil
	}
	return fmt.Errorf("no queue behind %q is bound to a topic there: %s", place, t.those(subscribes, Broker+"->"))
}

// those says what would do: the services of a sort, each behind a prefix, or an architecture that has one.
func (t terrain) those(sort func(string) bool, prefix ...string) string {
	var names []string
	for _, s := range t.Services() {
		if sort(s) {
			names = append(names, strings.Join(prefix, "")+s)
		}
	}
	if names == nil {
		return "choose an architecture with queue or topic links, such as pubsub"
	}
	return "name one of " + strings.Join(names, ", ")
}

// colder asks that a cold start is slower by something.
func colder(_ terrain, f bench.Fault) error {
	if f.Factor == 0 && f.Delay == 0 {
		return fmt.Errorf("its work would take as long as before: give factor, such as 5, or delay, such as 200ms")
	}
	return nil
}

// isCalledBack wants a service that payment calls back.
func isCalledBack(t terrain, place string) error {
	if err := isService(t, place); err != nil || callsBack(t.Link(place, "payment").Transport) {
		return err
	}
	return fmt.Errorf("payment does not call %s back there: choose an architecture with order->payment by webhook", place)
}

// isClient wants clients that wait for the outcome. One that is told at once that its order is accepted has nothing to lose patience over.
func isClient(t terrain, place string) error {
	switch {
	case place != bench.Client:
		return fmt.Errorf("it changes what clients do, not %q: name the place %s", place, bench.Client)
	case t.ClientLink() != bench.Wait:
		return fmt.Errorf("its clients are answered before the work: choose an architecture whose %s->order is %s", bench.Client, bench.Wait)
	}
	return nil
}

// isConnection wants a place that somebody dials.
func isConnection(t terrain, place string) error {
	if places := t.connections(); !slices.Contains(places, place) {
		return fmt.Errorf("nobody dials %q there: name one of %s", place, strings.Join(places, ", "))
	}
	return nil
}

// carriesHTTP wants a connection over which HTTP is spoken.
func carriesHTTP(t terrain, place string) error {
	err := isConnection(t, place)
	if err != nil || !strings.Contains(place, Broker) {
		return err
	}
	var spoken []string
	for _, name := range t.connections() {
		if !strings.Contains(name, Broker) {
			spoken = append(spoken, name)
		}
	}
	return fmt.Errorf("%s carries no HTTP, whose requests could be struck one by one: name one of %s", place, strings.Join(spoken, ", "))
}

// staysPositive asks that no draw of a latency, but few of the normal distribution, had to be cut off at 0: its mean would not
// be what was asked for.
func staysPositive(_ terrain, f bench.Fault) error {
	most := f.Delay
	if f.Distribution == bench.Normal {
		most = f.Delay / 3
	}
	switch {
	case f.Distribution != "" && f.Jitter == 0:
		return fmt.Errorf("its distribution %s has no jitter: give one, up to %v", f.Distribution, most)
	case f.Jitter > most:
		return fmt.Errorf("its jitter %v would have latencies below 0: give up to %v, or a longer delay", f.Jitter, most)
	}
	return nil
}

// hasAlarms wants the broker, and is for alarms of its own.
func hasAlarms(t terrain, place string) error {
	if place != Broker {
		return fmt.Errorf("only the %s has such an alarm: name it", Broker)
	}
	return isProcess(t, place)
}

// areSides wants two sets of services, or the client, between which somebody dials somebody.
func areSides(t terrain, place string) error {
	a, b := sidesOf(place)
	for _, name := range slices.Concat(a, b) {
		if name == bench.Client {
			continue
		}
		if err := t.runs("side", name); err != nil {
			return fmt.Errorf("%w; write two sides as order,payment|risk", err)
		}
		if slices.Contains(a, name) && slices.Contains(b, name) {
			return fmt.Errorf("%s is on both sides: leave it out of one", name)
		}
	}
	if places := t.connections(); !slices.ContainsFunc(places, func(p string) bool {
		dialer, target, _ := strings.Cut(p, "->")
		return crosses(dialer, target, place)
	}) {
		return fmt.Errorf("nothing passes between the sides of %q there: between them are none of %s", place, strings.Join(places, ", "))
	}
	return nil
}

// victimRuns asks that whom a crash kills, if not its own place, is there.
func victimRuns(t terrain, f bench.Fault) error {
	if f.Victim == "" {
		return nil
	}
	return t.runs("victim", f.Victim)
}

// connections are the places that are dialled: a link whose callee calls back is one each way; a link over
// the broker is one to it at each end, and one for each end's consuming.
func (t terrain) connections() []string {
	var places []string
	add := func(name string) {
		if !slices.Contains(places, name) {
			places = append(places, name)
		}
	}
	for _, l := range t.Links {
		if !t.broker || !overBroker(l.Transport) {
			add(l.Name())
			if callsBack(l.Transport) {
				add(l.To + "->" + l.From)
			}
			continue
		}
		for _, s := range []string{l.From, l.To} {
			add(s + "->" + Broker)
			add(Broker + "->" + s)
		}
	}
	return places
}

// callsBack is whether a transport's replies go over a connection of the callee's own.
func callsBack(transport string) bool { return transport == "webhook" }

// overBroker is whether a transport carries its messages through a broker: such a link is not dialled by its caller.
func overBroker(transport string) bool { return transport == "queue" || transport == "topic" }
