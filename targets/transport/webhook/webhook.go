// Package webhook carries requests that are accepted at once and answered by a call in the other direction.
//
//	POST /asks               the caller asks: {"order":{…},"reply_to":"webhook:order"}
//	202                      the callee holds the request durably, and works on it
//	POST /webhooks/payments  the callee calls back: {"event":"payment.completed","order_id":"ord_…",…}
//	                         X-Webhook-Signature: sha256=<hex HMAC-SHA256 of the body>
//	200                      the caller holds the reply durably; until then it is called again
//
// To undo a part is a plain request: who asks for it waits for the answer.
//
// In the order that data flows: webhook (the caller asks), accept (the callee takes it in), callback (the callee calls
// back), receive (the caller takes the reply), and on the side signature and body.
package webhook

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"faultline/targets/flow"
	httplink "faultline/targets/transport/http"
)

// Transport is the name of this transport in an architecture.
const Transport = "webhook"

// AskPath is where a service takes requests whose callers it calls back.
const AskPath = "/asks"

// replyPrefix marks a caller that is called back, in a request's ReplyTo.
const replyPrefix = Transport + ":"

// Caller is the service that a request's ReplyTo names; ok is false if it is no webhook.
func Caller(replyTo string) (service string, ok bool) { return strings.CutPrefix(replyTo, replyPrefix) }

// Dial returns the way for a caller to ask a service at an address: the answer comes later, but for an undo.
func Dial(caller, callee, addr string) flow.Ask {
	client := httplink.NewClient()
	undo := httplink.Dial(callee, addr)
	url := "http://" + addr + AskPath
	return func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		if r.Undo {
			return undo(ctx, r)
		}
		r.ReplyTo = replyPrefix + caller
		body, err := json.Marshal(r)
		if err != nil {
			return flow.Answer{}, err
		}
		if _, err := httplink.Post(ctx, client, url, body, http.Header{"Traceparent": {r.Trace}}); err != nil {
			return flow.Answer{}, httplink.Failure(callee, err)
		}
		return flow.Answer{Later: true}, nil
	}
}
