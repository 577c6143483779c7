package engine

import (
	"context"
	"errors"
	"net/http"

	"faultline/targets/flow"
)

// failure tells an error of this service as its caller sees it; a callee's failure stays the callee's.
func (e *Engine) failure(err error) error {
	var f *flow.Failure
	switch {
	case errors.As(err, &f):
		return err
	case errors.Is(err, errFull):
		return &flow.Failure{Service: e.Step.Service, Code: http.StatusServiceUnavailable, Detail: "all worker slots are busy and the queue is full"}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &flow.Failure{Service: e.Step.Service, Code: http.StatusGatewayTimeout, Detail: "did not answer in time"}
	}
	return &flow.Failure{Service: e.Step.Service, Code: http.StatusInternalServerError, Detail: err.Error()}
}
