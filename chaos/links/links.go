// Package links runs the proxies that every connection of a topology goes through: one process, one TCP
// proxy a place. A place is where somebody dials somebody, such as "order->payment" or "order->broker".
//
// Read it in the order a byte flows: port (an address held for life), place (accepts, refuses), session
// (one connection and its upstream), pipe (one direction), queue (what a delay holds back). The faults: strike (one in effect),
// struck (how a place comes by it), latency, throttle (bandwidth and slow start), lost (blackhole and half-open); on single
// HTTP requests requests, with head, framing and cut. Beside them admin (the control API), client (its other end) and state (what it tells).
//
// # What a link does
//
// Bytes are copied, and parsed only while a fault strikes single HTTP requests. What faults do is in docs/faults.md. A latency holds each
// chunk until its arrival plus the latency, in order, at most 4 MB a direction; then the sender feels back-pressure. Its cure flushes
// nothing: chunks under way keep their release times, and later ones of that connection follow them. The ends of a
// connection travel with its bytes: EOF arrives as EOF (half-close included), a reset as a reset. A connect
// is not delayed: the link itself accepts it; the first bytes are. If the upstream refuses, or does not answer the
// dial within a second, the client's connection is reset. A place that refuses has no listener at all, so clients see "connection
// refused", yet it keeps its port, which no other program is given meanwhile.
//
// # The control API
//
// JSON over HTTP on the admin address. Commands answer 204, or 400 (malformed), 404 (no such place),
// 409 (cannot be done now), 500, with {"error": "…"}. Each may be repeated.
//
//	POST /upstream  {"place":"order->payment","address":"127.0.0.1:4711"}  where new connections lead
//	POST /accept    {"place":"order->payment"}                             listen (needs an upstream)
//	POST /refuse    {"place":"order->payment"}                             stop listening, reset all connections
//	POST /strike    {"place":"order->payment","seed":7,                    put a fault (bench.Fault) into effect
//	                 "fault":{"name":"late","kind":"latency","delay":200000000}}
//	POST /cure      {"place":"order->payment","fault":{"name":"late"}}     end it
//	POST /idle      {"place":"order->payment","idle_ns":1000000000}        close connections silent for that long
//	GET  /state     → State
//	GET  /ready     → 204
//
// Places begin refusing. Counters are totals since the start.
package links

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"faultline/bench"
	"faultline/chaos/packets"
)

// Config is what the links' process is started with.
type Config struct {
	// Places are the names of the places, each once.
	Places []string `json:"places"`
	// Packets has them take commands about packets (see chaos/packets): only where the network is nobody else's.
	Packets bool `json:"packets,omitempty"`
	// Listen is where the API (Admin) and the places listen; what is empty listens on any port of 127.0.0.1.
	Listen bench.Addresses `json:"-"`
}

// Serve runs a proxy for every place, and the control API, until ctx is done; then it resets what is open.
// It calls ready once, with the addresses of the API (Admin, and Main alike) and of every place.
func Serve(ctx context.Context, cfg Config, ready func(bench.Addresses)) error {
	places, err := newPlaces(cfg)
	if err != nil {
		return err
	}
	defer func() {
		for _, p := range places {
			p.close()
		}
	}()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", cmp.Or(cfg.Listen.Admin, anyPort))
	if err != nil {
		return fmt.Errorf("opening the links' control address: %w", err)
	}
	api := http.Server{Handler: admin(places)}
	if cfg.Packets {
		api.Handler = packets.Beside(api.Handler, ports(places))
	}
	ended := make(chan error, 1)
	go func() { ended <- api.Serve(listener) }()

	addresses := bench.Addresses{Main: listener.Addr().String(), Admin: listener.Addr().String(), Places: map[string]string{}}
	for name, p := range places {
		addresses.Places[name] = p.port.address
	}
	ready(addresses)
	select {
	case <-ctx.Done():
		return stop(ctx, &api, ended)
	case err := <-ended:
		return fmt.Errorf("serving the links' control API: %w", err)
	}
}

// ports are those that the places listen at.
func ports(places map[string]*place) map[string]uint16 {
	numbers := map[string]uint16{}
	for name, p := range places {
		if at, err := netip.ParseAddrPort(p.port.address); err == nil {
			numbers[name] = at.Port()
		}
	}
	return numbers
}

const anyPort = "127.0.0.1:0"

func newPlaces(cfg Config) (map[string]*place, error) {
	places := map[string]*place{}
	var errs []error
	for _, name := range cfg.Places {
		if places[name] != nil {
			errs = append(errs, fmt.Errorf("place %s is there twice: name it once", name))
			continue
		}
		port, err := holdPort(cmp.Or(cfg.Listen.Places[name], anyPort))
		if err != nil {
			errs = append(errs, fmt.Errorf("place %s: %w", name, err))
			continue
		}
		places[name] = newPlace(name, port)
	}
	if len(errs) > 0 {
		for _, p := range places {
			p.close()
		}
		return nil, errors.Join(errs...)
	}
	return places, nil
}

// stop waits for commands under way, so that none opens a place again.
func stop(ctx context.Context, api *http.Server, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := api.Shutdown(ctx); err != nil {
		api.Close()
	}
	<-ended
	return nil
}
