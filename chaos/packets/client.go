package packets

import (
	"context"
	"fmt"

	"faultline/chaos/internal/control"
)

// A Client steers the packets of the links at an address.
type Client struct {
	// Addr is the Admin address of the links.
	Addr string
}

// Drop has a share of a place's packets dropped.
func (c Client) Drop(ctx context.Context, place string, share float64) error {
	return c.post(ctx, "drop", command{Place: place, Share: share}, nil)
}

// Pass has no packet of a place dropped any more, and returns what was.
func (c Client) Pass(ctx context.Context, place string) (n Counts, err error) {
	return n, c.post(ctx, "pass", command{Place: place}, &n)
}

// Shape has the packets that leave a place, towards whoever dials, delayed.
func (c Client) Shape(ctx context.Context, place string, s Shape) error {
	return c.post(ctx, "shape", command{Place: place, Shape: s}, nil)
}

// Unshape has no packet delayed any more, and returns how many were.
func (c Client) Unshape(ctx context.Context, place string) (n Counts, err error) {
	return n, c.post(ctx, "unshape", command{Place: place}, &n)
}

// Kernel asks what the kernel can do, by trying.
func (c Client) Kernel(ctx context.Context) (k Kernel, err error) {
	if err := control.Get(ctx, c.Addr, root+"kernel", &k); err != nil {
		return k, fmt.Errorf("asking what the kernel can do to packets: %w", err)
	}
	return k, nil
}

func (c Client) post(ctx context.Context, what string, cmd command, out any) error {
	if err := control.Ask(ctx, c.Addr, root+what, cmd, out); err != nil {
		return fmt.Errorf("having the links %s packets of %s: %w", what, cmd.Place, err)
	}
	return nil
}
