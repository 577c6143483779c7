package chaos

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"faultline/bench"
)

// kinds are what Inject knows besides the control.
const kinds = "slow, poison, forge, kill, hang, latency, crash, kills"

// overBroker is whether a transport carries its messages through a broker: such a link is not dialled by its caller.
func overBroker(transport string) bool { return transport == "queue" || transport == "topic" }

// Fits returns every reason why a fault cannot strike an architecture, each with what would.
func Fits(f bench.Fault, a bench.Architecture, hasBroker bool) error {
	var errs []error
	problem := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("fault %s on %s: %w", f.Name, a.Name, fmt.Errorf(format, args...)))
	}
	services := a.Services()
	if hasBroker {
		services = append(services, Broker)
	}
	strikes := func(what, name string) {
		switch {
		case slices.Contains(services, name):
		case name == Broker:
			problem("it has no broker: choose an architecture with a queue or topic link, or break %s", strings.Join(services, ", "))
		default:
			problem("its %s %q is no service there: name one of %s", what, name, strings.Join(services, ", "))
		}
	}
	switch f.Kind {
	case bench.NoFault:
		return nil
	case bench.Latency:
		if places := linkPlaces(a, hasBroker); !slices.Contains(places, f.Place) {
			problem("nobody dials %q there: name one of %s", f.Place, strings.Join(places, ", "))
		}
	case bench.Slow, bench.Poison, bench.Forge, bench.Crash, bench.Kill, bench.Hang, bench.Kills:
		strikes("place", f.Place)
	default:
		problem("kind %q is unknown: use one of %s", f.Kind, kinds)
	}
	if f.Place == Broker && (f.Kind == bench.Slow || f.Kind == bench.Poison || f.Kind == bench.Crash) {
		problem("a broker takes no such command: kill, hang or delay it, or make it the victim of a crash elsewhere")
	}
	if f.Kind == bench.Forge && !callsBack(a.Link(f.Place, "payment").Transport) {
		problem("payment does not call %s back there: choose an architecture with order->payment by webhook", f.Place)
	}
	if front := a.Callees(bench.Client); f.Kind == bench.Poison && slices.Contains(front, f.Place) {
		problem("%s only accepts orders and has no work to fail at: name another service", f.Place)
	}
	if f.Kind == bench.Crash && f.Victim != "" {
		strikes("victim", f.Victim)
	}
	for _, p := range figures(f) {
		problem("%s", p)
	}
	return errors.Join(errs...)
}

// figures lists what a kind of fault needs to be told and was not.
func figures(f bench.Fault) []string {
	var missing []string
	if (f.Kind == bench.Slow || f.Kind == bench.Latency) && f.Delay <= 0 {
		missing = append(missing, "it has no delay: give one, such as 200ms")
	}
	if (f.Kind == bench.Crash || f.Kind == bench.Kills) && f.Times < 1 {
		missing = append(missing, "it strikes 0 times: give times, 1 or more")
	}
	if f.Kind == bench.Poison && !(f.Share > 0 && f.Share <= 1) {
		missing = append(missing, fmt.Sprintf("its share is %g: give one above 0, at most 1", f.Share))
	}
	if f.Kind == bench.Crash && f.Point == "" {
		missing = append(missing, "it has no crash point: name one, such as payment:after-charge")
	}
	return missing
}

// callsBack is whether a transport's replies go over a connection of the callee's own.
func callsBack(transport string) bool { return transport == "webhook" }

// linkPlaces are the connections of an architecture: a link whose callee calls back is one each way; a link over
// the broker is one to it at each end, and one for each end's consuming.
func linkPlaces(a bench.Architecture, hasBroker bool) []string {
	var places []string
	add := func(name string) {
		if !slices.Contains(places, name) {
			places = append(places, name)
		}
	}
	for _, l := range a.Links {
		if !hasBroker || !overBroker(l.Transport) {
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
