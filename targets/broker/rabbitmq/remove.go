package rabbitmq

import (
	"context"
	"fmt"
	"time"
)

// Delete removes queues with all that belongs to them and all that is in them, so that nothing of ours stays on
// a broker that others use. What does not exist is no error.
func Delete(ctx context.Context, url, addr string, queues ...string) error {
	e, err := newEndpoint(url, addr, "delete")
	if err != nil {
		return err
	}
	conn, err := e.dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseDeadline(time.Now().Add(time.Second)) }()
	ch, err := conn.Channel()
	if err != nil {
		return fmt.Errorf("opening a channel: %w", err)
	}
	for _, q := range queues {
		// The queue first: nothing expires into it any more.
		for _, name := range append(waiting(q), q+deadSuffix) {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("deleting queue %s: %w", name, err)
			}
			if _, err := ch.QueueDelete(name, false, false, false); err != nil {
				return fmt.Errorf("deleting queue %s: %w", name, err)
			}
		}
	}
	return nil
}
