package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"faultline/bench"
)

const (
	// hangLimit is how long a probe waits for a service that may hang.
	hangLimit = 300 * time.Millisecond
	// latencyLimit is how long a probe waits beyond a latency that connecting and the answer may take each: greater ones are drawn.
	latencyLimit = 2 * time.Second
)

// Probe asks through the fault's link, or through one that leads to the service it strikes, on a new connection. Value is
// the seconds until the answer (of Latency a whole round trip), or until the limit if none came, as Detail
// then says. What a new connection can't tell from outside, such as a share of requests, is not probed: ok is false.
func (n *Network) Probe(ctx context.Context, f bench.Fault) (e bench.Event, ok bool) {
	k, _ := kindOf(f.Kind)
	if k.probe == nil {
		return bench.Event{}, false
	}
	return k.probe(n, ctx, f)
}

// A prober is how a fault is probed: see Network.Probe.
type prober func(n *Network, ctx context.Context, f bench.Fault) (bench.Event, bool)

// byLink asks through the link that a fault breaks.
func byLink(ask asker, limit time.Duration) prober {
	return func(n *Network, ctx context.Context, f bench.Fault) (bench.Event, bool) {
		p, err := n.place(f.Place)
		if err != nil {
			return bench.Event{}, false
		}
		return n.probe(ctx, f, p, 2*f.Delay+limit, ask), true
	}
}

// byTarget asks through a link that leads to whose process a fault stops.
func byTarget(ask asker) prober {
	return func(n *Network, ctx context.Context, f bench.Fault) (bench.Event, bool) {
		to := n.leadingTo(f.Struck())
		if len(to) == 0 {
			return bench.Event{}, false
		}
		return n.probe(ctx, f, to[0], hangLimit, ask), true
	}
}

// probePartition asks through the first link that is cut.
func (n *Network) probePartition(ctx context.Context, f bench.Fault) (bench.Event, bool) {
	cut := n.between(f.Place)
	if len(cut) == 0 {
		return bench.Event{}, false
	}
	return n.probe(ctx, f, cut[0], hangLimit, reach), true
}

func (n *Network) probe(ctx context.Context, f bench.Fault, p Place, limit time.Duration, ask asker) bench.Event {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	took, err := ask(ctx, p.Protocol, n.addresses[p.Name])
	e := bench.Event{Kind: bench.EventProbe, Place: f.Place, Detail: "by " + p.Name, Value: took.Seconds()}
	switch {
	case err == nil:
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Refused = true
		e.Detail += ": refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Reset = true
		e.Detail += ": reset"
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		e.Value = limit.Seconds()
		e.Detail += fmt.Sprintf(": no answer within %v", limit)
	default:
		e.Value = time.Since(began).Seconds()
		e.Detail += ": " + err.Error()
	}
	return e
}
