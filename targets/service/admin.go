package service

import (
	"bufio"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"faultline/targets/engine"
)

// adminRoutes serve the harness on an address that no fault touches:
//
//	GET  /ready      204 once it takes part in the flow, 503 before
//	GET  /metrics    Prometheus' format
//	GET  /journal    its side effects, one JSON object a line
//	GET  /records    every order with its idempotency key, likewise (order service)
//	GET  /leftovers  jobs that are not done, likewise
//	POST /pause      begins nothing any more: the books stand still once what is under way has ended
//	POST /slow       {"delay_ns":200000000} adds service time; 0 ends it
//	POST /poison     {"share":0.05} makes the work panic for that share of orders, at every attempt; 0 mends it
//	POST /crash      {"point":"payment:after-charge","notify":"http://…"} arms a crash point; "" disarms
func (p *part) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		status := http.StatusNoContent
		if !p.ready.Load() {
			status = http.StatusServiceUnavailable
		}
		w.WriteHeader(status)
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(p.engine.Metrics.Registry, promhttp.HandlerOpts{DisableCompression: true}))
	mux.HandleFunc("GET /journal", lines(p.engine.Journal))
	mux.HandleFunc("GET /leftovers", lines(p.engine.Leftovers))
	mux.HandleFunc("GET /records", lines(p.engine.Records))
	mux.HandleFunc("POST /pause", p.pause)
	mux.HandleFunc("POST /slow", p.slow)
	mux.HandleFunc("POST /poison", p.poison)
	mux.HandleFunc("POST /crash", p.crash)
	return mux
}

func (p *part) pause(w http.ResponseWriter, _ *http.Request) {
	p.engine.Pause()
	w.WriteHeader(http.StatusNoContent)
}

func (p *part) slow(w http.ResponseWriter, req *http.Request) {
	var body struct {
		Delay time.Duration `json:"delay_ns"`
	}
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil || body.Delay < 0 {
		http.Error(w, "delay_ns: must be a whole number of nanoseconds, 0 or more", http.StatusBadRequest)
		return
	}
	p.engine.Slow(body.Delay)
	w.WriteHeader(http.StatusNoContent)
}

func (p *part) poison(w http.ResponseWriter, req *http.Request) {
	var body struct {
		Share float64 `json:"share"`
	}
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil || !(body.Share >= 0 && body.Share <= 1) {
		http.Error(w, "share: must be a number from 0 to 1", http.StatusBadRequest)
		return
	}
	p.engine.Poison(body.Share)
	w.WriteHeader(http.StatusNoContent)
}

func (p *part) crash(w http.ResponseWriter, req *http.Request) {
	var point engine.CrashPoint
	if err := json.NewDecoder(req.Body).Decode(&point); err != nil {
		http.Error(w, "body: must be a crash point", http.StatusBadRequest)
		return
	}
	if err := p.engine.Arm(point); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// lines serves what a reader yields, one JSON object a line.
func lines[T any](read func(yield func(T)) error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jsonl")
		out := bufio.NewWriter(w)
		defer out.Flush()
		encoder := json.NewEncoder(out)
		err := read(func(line T) { _ = encoder.Encode(line) })
		if err != nil {
			panic(http.ErrAbortHandler) // the reader must see that it is cut off
		}
	}
}
