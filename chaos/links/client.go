package links

import (
	"context"
	"fmt"
	"time"

	"faultline/bench"
	"faultline/chaos/internal/control"
)

// A Client steers the links' process over its control API. Its methods may be called from several
// goroutines and repeated: doing a thing twice is doing it once.
type Client struct {
	// Addr is the Admin address that Serve told.
	Addr string
}

// SetUpstream leads new connections of a place to address; it does not make the place accept.
func (c Client) SetUpstream(ctx context.Context, place, address string) error {
	return c.post(ctx, pathUpstream, command{Place: place, Address: address})
}

// Accept opens a place; it needs an upstream.
func (c Client) Accept(ctx context.Context, place string) error {
	return c.post(ctx, pathAccept, command{Place: place})
}

// Refuse closes a place: connects are refused and open connections have been reset when it returns.
func (c Client) Refuse(ctx context.Context, place string) error {
	return c.post(ctx, pathRefuse, command{Place: place})
}

// Strike puts a fault on a link, or on single HTTP requests, into effect; it replaces one of the same name. The seed decides
// what is random about it.
func (c Client) Strike(ctx context.Context, place string, f bench.Fault, seed uint64) error {
	return c.post(ctx, pathStrike, command{Place: place, Fault: f, Seed: seed})
}

// Cure ends the fault of a name; what it has done stays in the State.
func (c Client) Cure(ctx context.Context, place, name string) error {
	return c.post(ctx, pathCure, command{Place: place, Fault: bench.Fault{Name: name}})
}

// CloseIdle closes, with EOF on both sides, the connections that carried no byte for that long.
func (c Client) CloseIdle(ctx context.Context, place string, silent time.Duration) error {
	return c.post(ctx, pathIdle, command{Place: place, Idle: silent})
}

// State returns every place as it is now.
func (c Client) State(ctx context.Context) (State, error) {
	var s State
	if err := control.Get(ctx, c.Addr, pathState, &s); err != nil {
		return State{}, fmt.Errorf("asking the links for their state: %w", err)
	}
	return s, nil
}

func (c Client) post(ctx context.Context, path string, cmd command) error {
	if err := control.Post(ctx, c.Addr, path, cmd); err != nil {
		return fmt.Errorf("telling the links %s %s: %w", path[1:], cmd.Place, err)
	}
	return nil
}
