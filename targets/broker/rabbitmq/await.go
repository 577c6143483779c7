package rabbitmq

import (
	"context"
	"fmt"
)

// Await returns when the broker takes connections, or with the last error when ctx is done. Serve cannot tell by
// itself: it is ready some seconds before RabbitMQ is.
func Await(ctx context.Context, url, addr string) error {
	e, err := newEndpoint(url, addr, "await")
	if err != nil {
		return err
	}
	for {
		conn, err := e.dial()
		if err == nil {
			return conn.Close()
		}
		if ctx.Err() != nil {
			return fmt.Errorf("waiting for the broker: %w", err)
		}
		pause(ctx, redialWait)
	}
}
