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
	// latencyLimit is how long a probe waits beyond the latency that was injected.
	latencyLimit = 2 * time.Second
)

// Probe asks through the fault's link, or through one that leads to the service it strikes, on a new connection. Value is
// the seconds until the answer (of Latency a whole round trip), or until the limit if none came, as Detail
// then says. What was slowed can't be told from outside: ok is false.
func (n *Network) Probe(ctx context.Context, f bench.Fault) (e bench.Event, ok bool) {
	switch f.Kind {
	case bench.Latency:
		p, err := n.place(f.Place)
		if err != nil {
			return bench.Event{}, false
		}
		return n.probe(ctx, f, p, f.Delay+latencyLimit, answer), true
	case bench.Hang:
		return n.probeTarget(ctx, f, f.Place, answer)
	case bench.Kill, bench.Kills:
		return n.probeTarget(ctx, f, f.Place, connect)
	case bench.Crash:
		return n.probeTarget(ctx, f, f.Struck(), connect)
	}
	return bench.Event{}, false
}

func (n *Network) probeTarget(ctx context.Context, f bench.Fault, target string, ask asker) (bench.Event, bool) {
	to := n.leadingTo(target)
	if len(to) == 0 {
		return bench.Event{}, false
	}
	return n.probe(ctx, f, to[0], hangLimit, ask), true
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
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		e.Value = limit.Seconds()
		e.Detail += fmt.Sprintf(": no answer within %v", limit)
	default:
		e.Value = time.Since(began).Seconds()
		e.Detail += ": " + err.Error()
	}
	return e
}
