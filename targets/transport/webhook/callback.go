package webhook

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"faultline/targets/flow"
	"faultline/targets/order"
	httplink "faultline/targets/transport/http"
)

// callTimeout is how long one attempt at a callback may take.
const callTimeout = 3 * time.Second

const currency = "USD"

// Path is where a caller takes the callbacks of a service.
func Path(callee string) string {
	if callee == "payment" {
		callee = "payments"
	}
	return "/webhooks/" + callee
}

// An event is the body of a callback. Its name is service.completed, or service.outcome where that is not "done".
type event struct {
	Event     string      `json:"event"`
	Order     string      `json:"order_id"`
	Amount    order.Cents `json:"amount"`
	Currency  string      `json:"currency"`
	Completed time.Time   `json:"completed_at"`
	Tracking  string      `json:"tracking,omitempty"`
	Try       int         `json:"try,omitempty"` // of the request
}

// completed is what an event calls flow.Done.
const completed = "completed"

func newEvent(r flow.Request, reply flow.Reply) event {
	word := string(reply.Outcome)
	if reply.Outcome == flow.Done {
		word = completed
	}
	return event{Event: reply.Service + "." + word, Order: reply.Order, Amount: r.Order.Total, Currency: currency,
		Completed: reply.Ended, Tracking: reply.Tracking, Try: r.Try}
}

// reply is what an event of a service says; ok is false if it is none of its events.
func (e event) reply(service string) (r flow.Reply, ok bool) {
	word, ok := strings.CutPrefix(e.Event, service+".")
	r = flow.Reply{Service: service, Order: e.Order, Outcome: flow.Outcome(word), Tracking: e.Tracking, Ended: e.Completed, Try: e.Try}
	switch r.Outcome {
	case completed:
		r.Outcome = flow.Done
	case flow.Declined, flow.OutOfStock, flow.Undone:
	default:
		ok = false
	}
	return r, ok && e.Order != ""
}

// A Callback brings a reply to the caller of a request. An error means that the caller may not have it.
type Callback func(ctx context.Context, r flow.Request, reply flow.Reply) error

// Call returns the way for a service to call back a caller at an address.
func Call(service, caller, addr, secret string) Callback {
	client := httplink.NewClient()
	url := "http://" + addr + Path(service)
	return func(ctx context.Context, r flow.Request, reply flow.Reply) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		body, err := json.Marshal(newEvent(r, reply))
		if err != nil {
			return err
		}
		header := http.Header{SignatureHeader: {Sign(secret, body)}, "Traceparent": {flow.Span(r.Trace)}}
		if _, err := httplink.Post(ctx, client, url, body, header); err != nil {
			return httplink.Failure(caller, err)
		}
		return nil
	}
}
