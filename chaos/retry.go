package chaos

import (
	"context"
	"time"
)

// retries is how often what must succeed is tried.
const retries = 4

// retry tries until do returns nil, pausing longer each time, or ctx is done; it returns the last error.
func retry(ctx context.Context, do func(context.Context) error) error {
	var err error
	for try := range retries {
		if try > 0 && !pause(ctx, time.Duration(try)*50*time.Millisecond) {
			return err
		}
		if err = do(ctx); err == nil {
			return nil
		}
	}
	return err
}

// pause is false if ctx was done before d had passed.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
