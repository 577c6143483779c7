package rabbitmq

import (
	"context"
	"fmt"

	"faultline/bench"
)

// Leftovers takes every message and gives all back, so call it when nothing flows any more. A message that a
// consumer holds is not among them: stop the consumers first.
func (v *viewer) Leftovers(ctx context.Context) ([]bench.Leftover, error) {
	var all []bench.Leftover
	err := v.look(ctx, func() error {
		all = nil
		for _, q := range v.queues {
			for _, w := range waiting(q) {
				left, err := v.peek(ctx, w, bench.Leftover{Where: q, Reason: "not acked"})
				if err != nil {
					return err
				}
				all = append(all, left...)
			}
			left, err := v.peek(ctx, q+deadSuffix, bench.Leftover{Where: q, Dead: true})
			if err != nil {
				return err
			}
			all = append(all, left...)
		}
		return nil
	})
	return all, err
}

// peek reads a queue on a channel of its own, whose end gives the messages back.
func (v *viewer) peek(ctx context.Context, queue string, like bench.Leftover) (left []bench.Leftover, err error) {
	ch, err := v.conn.Channel()
	if err != nil {
		return nil, fmt.Errorf("opening a channel: %w", err)
	}
	defer ch.Close()
	for {
		d, ok, err := ch.Get(queue, false)
		if missing(err) || err == nil && !ok {
			return left, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return left, fmt.Errorf("reading queue %s: %w", queue, err)
		}
		l := like
		l.Order = text(d.Headers, orderHeader)
		if l.Dead {
			l.Reason = text(d.Headers, reasonHeader)
		}
		left = append(left, l)
	}
}
