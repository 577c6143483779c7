package bench

import (
	"context"
	"time"
)

// Confined is what a container engine can do to an instance beside signals. The instances of a runtime without an engine are not.
type Confined interface {
	// Limit bounds what it may use from now on, dead or alive; what is 0 is as it was started with. It fails where the
	// kernel can't take back memory that is in use.
	Limit(ctx context.Context, l Limits) error
	// Disconnect takes it off its network, Connect puts it back there with the address that it had. Both may be repeated.
	Disconnect(ctx context.Context) error
	Connect(ctx context.Context) error
	// Exec runs a command inside and returns what it says; an exit code other than 0 is an error that quotes it.
	Exec(ctx context.Context, command ...string) (string, error)
	// Constraint is what its bounds have done to it so far.
	Constraint(ctx context.Context) (Constraint, error)
}

// A Constraint is what the bounds of an instance have done to it.
type Constraint struct {
	// Throttled is for how long, in its present life, its processes had work and were not let run; 0 once that is over.
	Throttled time.Duration
	// OutOfMemory says that its last life was ended by the kernel, because it used more memory than it may.
	OutOfMemory bool
}
