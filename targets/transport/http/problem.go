package http

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"faultline/targets/flow"
)

// A Problem is an error as RFC 9457 has it (application/problem+json).
type Problem struct {
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail"`
	Field   string `json:"field,omitempty"`   // the field of the request that is wrong
	Service string `json:"service,omitempty"` // the service that failed
}

// WriteProblem answers with a problem; its title is the status's.
func WriteProblem(w http.ResponseWriter, p Problem) {
	p.Title = http.StatusText(p.Status)
	body, err := json.Marshal(p)
	if err != nil {
		http.Error(w, p.Title, p.Status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	w.Write(body)
}

// WriteFailure answers with what a handler returned as an error.
func WriteFailure(w http.ResponseWriter, err error) {
	var f *flow.Failure
	if !errors.As(err, &f) {
		f = &flow.Failure{Code: http.StatusInternalServerError, Detail: err.Error()}
	}
	WriteProblem(w, Problem{Status: f.Code, Detail: f.Detail, Service: f.Service})
}

// WriteJSON answers with a value.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body))) // whole also when it is flushed early
	w.WriteHeader(status)
	w.Write(body)
}

// readProblem turns another service's problem into a failure. One that names no service is the callee's own.
func readProblem(status int, body []byte) error {
	var p Problem
	if json.Unmarshal(body, &p) != nil {
		p.Detail = http.StatusText(status)
	}
	if status < http.StatusBadGateway {
		status = http.StatusBadGateway
	}
	return &flow.Failure{Service: p.Service, Code: status, Detail: p.Detail}
}
