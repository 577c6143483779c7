// Package http carries requests as blocking calls: the caller waits for the reply, holding its worker slot.
//
//	POST /steps   {"order":{…},"undo":false}   Request-Timeout: 7950   traceparent: 00-…
//	200           {"service":"payment","order":"ord_…","outcome":"done"}
//	502, 503, 504 application/problem+json naming the service that failed
package http

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"faultline/bench"
	"faultline/targets/flow"
)

// Path is where a service takes requests from other services.
const Path = "/steps"

const (
	maxRequest  = 1 << 20 // bytes of a request between services
	maxIdle     = 1024    // kept connections to one callee: as many as a caller has slots
	idleTimeout = 30 * time.Second
	dialTimeout = time.Second
)

// Dial returns the way to ask a service at an address. It connects when first used.
func Dial(callee, addr string) flow.Ask {
	client := NewClient()
	url := "http://" + addr + Path
	return func(ctx context.Context, r flow.Request) (flow.Answer, error) {
		reply, err := ask(ctx, client, url, r)
		if err != nil {
			return flow.Answer{}, Failure(callee, err)
		}
		return flow.Answer{Reply: reply}, nil
	}
}

// NewClient makes a client for one callee.
func NewClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     idleTimeout,
	}}
}

func ask(ctx context.Context, client *http.Client, url string, r flow.Request) (reply flow.Reply, err error) {
	body, err := json.Marshal(r)
	if err != nil {
		return reply, err
	}
	raw, err := Post(ctx, client, url, body, http.Header{"Traceparent": {r.Trace}})
	if err != nil {
		return reply, err
	}
	return reply, json.Unmarshal(raw, &reply)
}

// Post sends a JSON body once, with what is left of the deadline, and returns the body of an answer in 200 to 299.
// Any other answer is a *flow.Failure.
func Post(ctx context.Context, client *http.Client, url string, body []byte, header http.Header) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.GetBody = nil // the client must not send it twice by itself
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	if deadline, ok := ctx.Deadline(); ok {
		req.Header.Set(bench.TimeoutHeader, strconv.FormatInt(time.Until(deadline).Milliseconds(), 10))
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	if err == nil && resp.StatusCode/100 != 2 {
		err = readProblem(resp.StatusCode, raw)
	}
	return raw, err
}

// Failure names the callee in an error that did not come from further down.
func Failure(callee string, err error) error {
	var f *flow.Failure
	if errors.As(err, &f) {
		if f.Service == "" {
			f.Service = callee
		}
		return f
	}
	var timeout net.Error
	code, detail := http.StatusBadGateway, "connection failed: "+err.Error()
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		code, detail = http.StatusGatewayTimeout, "did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		detail = "connection refused"
	}
	return &flow.Failure{Service: callee, Code: code, Detail: detail}
}

// Serve answers requests with a service's handler.
func Serve(h flow.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var r flow.Request
		if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, maxRequest)).Decode(&r); err != nil {
			WriteProblem(w, Problem{Status: http.StatusBadRequest, Detail: fmt.Sprintf("reading the request: %v", err)})
			return
		}
		if trace := req.Header.Get("traceparent"); trace != "" {
			r.Trace = trace
		}
		r.ReplyTo = ""
		ctx, cancel := Deadline(req)
		defer cancel()
		answer, err := h(ctx, r)
		if err != nil {
			WriteFailure(w, err)
			return
		}
		WriteJSON(w, http.StatusOK, answer.Reply)
	})
}

// Deadline is a request's context, with what its caller left of the deadline.
func Deadline(req *http.Request) (context.Context, context.CancelFunc) {
	ms, err := strconv.ParseInt(req.Header.Get(bench.TimeoutHeader), 10, 64)
	if err != nil || ms <= 0 {
		return context.WithCancel(req.Context())
	}
	return context.WithTimeout(req.Context(), time.Duration(ms)*time.Millisecond)
}
