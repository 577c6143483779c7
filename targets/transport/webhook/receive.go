package webhook

import (
	"encoding/json"
	"fmt"
	"net/http"

	"faultline/targets/flow"
	httplink "faultline/targets/transport/http"
)

// maxEvent bounds a callback, in bytes.
const maxEvent = 64 << 10

// Receive answers the callbacks of a service with 200 once take has made the reply durable. With unsigned it takes them
// from anybody: a broken promise.
func Receive(callee, secret string, unsigned bool, take flow.Receiver) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, problem := readBody(w, req, maxEvent)
		if problem != nil {
			httplink.WriteProblem(w, *problem)
			return
		}
		if !unsigned && !Verify(secret, raw, req.Header.Get(SignatureHeader)) {
			httplink.WriteProblem(w, httplink.Problem{Status: http.StatusUnauthorized, Field: SignatureHeader, Detail: "is missing or wrong"})
			return
		}
		reply, problem := readEvent(raw, callee)
		if problem != nil {
			httplink.WriteProblem(w, *problem)
			return
		}
		if err := take(req.Context(), reply); err != nil {
			httplink.WriteFailure(w, err)
		}
	})
}

// readEvent reads a callback, or says what is wrong with it.
func readEvent(raw []byte, callee string) (flow.Reply, *httplink.Problem) {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return flow.Reply{}, &httplink.Problem{Status: http.StatusBadRequest, Field: "body", Detail: fmt.Sprintf("is not an event in JSON: %v", err)}
	}
	reply, ok := e.reply(callee)
	if !ok {
		return reply, &httplink.Problem{Status: http.StatusUnprocessableEntity, Field: "event",
			Detail: fmt.Sprintf("must be an event of %s, with an order_id", callee)}
	}
	return reply, nil
}
