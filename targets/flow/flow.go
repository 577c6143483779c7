// Package flow is what services say to each other, whatever carries it: a request to do or undo one's part
// of an order, the reply, and how a part that could not be done is reported.
package flow

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"faultline/targets/order"
)

// A Request asks a service to do its part for one order, or to undo it.
type Request struct {
	Order order.Order `json:"order"`
	Undo  bool        `json:"undo,omitempty"`
	// Try is which of its client's tries the order is at, from 0: one that failed may be placed again.
	Try int `json:"try,omitempty"`
	// ReplyTo is where the reply goes when the caller does not wait for it: a queue, or a webhook.
	ReplyTo string `json:"reply_to,omitempty"`
	// Trace is the W3C traceparent of the caller's span.
	Trace string `json:"trace,omitempty"`
}

// An Outcome is how a service's part ended. A decline is an answer, not an error.
type Outcome string

// Outcomes of a part.
const (
	Done       Outcome = "done"
	Declined   Outcome = "declined"     // by the fraud check
	OutOfStock Outcome = "out_of_stock" // by the inventory
	Undone     Outcome = "undone"       // it was undone, or told to be before it was done
)

// A Reply is a service's answer to a request.
type Reply struct {
	Service  string  `json:"service"` // who answers
	Order    string  `json:"order"`
	Outcome  Outcome `json:"outcome"`
	Tracking string  `json:"tracking,omitempty"`
	Try      int     `json:"try,omitempty"` // of the request
	// Ended is when its part was done, or not done for good.
	Ended time.Time `json:"ended,omitzero"`
}

// An Answer is what a caller gets at once: the reply, or the word that it comes later.
type Answer struct {
	Reply Reply
	Later bool
}

// A Handler does a service's part. A transport serves it.
type Handler func(ctx context.Context, r Request) (Answer, error)

// An Ask carries a request along one link. An error means that the reply is not known:
// the request may or may not have been done, unless it is ErrNotSent.
type Ask func(ctx context.Context, r Request) (Answer, error)

// A Receiver takes replies that come later. An error brings the reply back.
type Receiver func(ctx context.Context, r Reply) error

// ErrNotSent says that a request never left the caller.
var ErrNotSent = errors.New("request was not sent")

// ErrPanic says that a service's own work panicked: it will again, until its code is mended.
var ErrPanic = errors.New("the work panicked")

// A Failure is a part that could not be done, and who could not do it.
type Failure struct {
	Service string // the service that failed, or could not be reached
	Code    int    // HTTP status: 502, 503 or 504
	Detail  string
}

// Error names the service that failed and why.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %s (%d)", f.Service, f.Detail, f.Code) }

// NewTrace begins a W3C trace.
func NewTrace() string { return "00-" + random(16) + "-" + random(8) + "-01" }

// Span continues a trace with a span of its own; a trace that is not one begins anew.
func Span(trace string) string {
	parts := strings.Split(trace, "-")
	if len(parts) != 4 || len(parts[1]) != 32 {
		return NewTrace()
	}
	return "00-" + parts[1] + "-" + random(8) + "-01"
}

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand
	return hex.EncodeToString(b)
}
