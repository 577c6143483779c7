package service

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"faultline/targets/transport/queue"
)

// adminRoutes serve the harness on an address that no fault touches:
//
//	GET  /ready      204 once it takes part in the flow, 503 before
//	GET  /metrics    Prometheus' format
//	GET  /journal    its side effects, one JSON object a line
//	GET  /records    every order with its idempotency key, likewise (order service)
//	GET  /leftovers  jobs that are not done, likewise
//	POST /pause      begins nothing any more: the books stand still once what is under way has ended
//	POST /forget     empties its books for another trial; 409 while work is under way
//	POST /slow       {"delay_ns":200000000,"spread":0.5,"factor":3,"fades_ns":4000000000} adds service time; {} ends it
//	POST /fail       {"share":0.2} makes the work fail for that share of requests; 0 ends it
//	POST /slots      {"slots":2} cuts the worker slots to so many; 0: as many as it began with
//	POST /leak       {"rate":50000000,"limit":200000000} takes so many bytes a second, up to a limit; {} gives all back
//	POST /consume    {"hands":2,"delay_ns":100000000} takes messages so many at a time, each after a wait; {} as before
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
	mux.HandleFunc("POST /forget", p.forget)
	mux.HandleFunc("POST /slow", command(p.engine.Slow))
	mux.HandleFunc("POST /fail", command(func(c struct{ Share float64 }) error { return p.engine.Fail(c.Share) }))
	mux.HandleFunc("POST /slots", command(p.resize))
	mux.HandleFunc("POST /leak", command(p.engine.Leak))
	mux.HandleFunc("POST /consume", command(p.pace))
	mux.HandleFunc("POST /poison", command(func(c struct{ Share float64 }) error { return p.engine.Poison(c.Share) }))
	mux.HandleFunc("POST /crash", command(p.engine.Arm))
	return mux
}

func (p *part) pause(w http.ResponseWriter, _ *http.Request) {
	p.engine.Pause()
	w.WriteHeader(http.StatusNoContent)
}

func (p *part) forget(w http.ResponseWriter, _ *http.Request) {
	if err := p.engine.Forget(); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// command carries out what a body says; what it can't be is the sender's error.
func command[T any](do func(T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var c T
		err := json.NewDecoder(req.Body).Decode(&c)
		if err == nil {
			err = do(c)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// resize gives the service so many worker slots; 0: as many as it began with.
func (p *part) resize(c struct{ Slots int }) error {
	if c.Slots < 0 || c.Slots > p.config.Settings.Slots {
		return fmt.Errorf("slots: must be from 0 to %d", p.config.Settings.Slots)
	}
	p.engine.Slots.Resize(cmp.Or(c.Slots, p.config.Settings.Slots))
	return nil
}

// pace has the service's consumers take messages more slowly.
func (p *part) pace(c queue.Pace) error {
	if p.peer == nil {
		return fmt.Errorf("%s consumes nothing", p.config.Name)
	}
	return p.peer.Slow(c)
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
