package webhook

import (
	"encoding/json"
	"fmt"
	"net/http"

	"faultline/targets/flow"
	httplink "faultline/targets/transport/http"
)

// maxAsk bounds a request between services, in bytes.
const maxAsk = 1 << 20

// Accept answers requests with 202 once accept has made them durable. Only the given callers are called back.
func Accept(callers map[string]bool, accept func(flow.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, problem := readBody(w, req, maxAsk)
		if problem != nil {
			httplink.WriteProblem(w, *problem)
			return
		}
		r, problem := readAsk(raw, callers)
		if problem != nil {
			httplink.WriteProblem(w, *problem)
			return
		}
		if trace := req.Header.Get("traceparent"); trace != "" {
			r.Trace = trace
		}
		if err := accept(r); err != nil {
			httplink.WriteFailure(w, err)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
}

// readAsk reads a request, or says what is wrong with it.
func readAsk(raw []byte, callers map[string]bool) (r flow.Request, p *httplink.Problem) {
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, &httplink.Problem{Status: http.StatusBadRequest, Field: "body", Detail: fmt.Sprintf("is not a request in JSON: %v", err)}
	}
	if caller, ok := Caller(r.ReplyTo); !ok || !callers[caller] {
		return r, &httplink.Problem{Status: http.StatusUnprocessableEntity, Field: "reply_to", Detail: "reply_to must name a caller of this service"}
	}
	if r.Order.ID == "" || r.Undo {
		return r, &httplink.Problem{Status: http.StatusUnprocessableEntity, Field: "order", Detail: "must be an order to work on"}
	}
	return r, nil
}
