package links

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"faultline/bench"
)

// A command is the body of every POST; each path reads the fields it needs.
type command struct {
	Place   string        `json:"place"`
	Address string        `json:"address,omitempty"`
	Idle    time.Duration `json:"idle_ns,omitempty"`
	Fault   bench.Fault   `json:"fault,omitzero"`
	Seed    uint64        `json:"seed,omitempty"`
}

// The paths of the control API.
const (
	pathUpstream = "/upstream"
	pathAccept   = "/accept"
	pathRefuse   = "/refuse"
	pathIdle     = "/idle"
	pathStrike   = "/strike"
	pathCure     = "/cure"
	pathState    = "/state"
	pathReady    = "/ready"
)

// admin is the control API over the places.
func admin(places map[string]*place) http.Handler {
	mux := http.NewServeMux()
	on := func(path string, do func(*place, command) (int, error)) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			carryOut(w, r, places, do)
		})
	}
	on(pathUpstream, func(p *place, c command) (int, error) { return http.StatusBadRequest, p.lead(c.Address) })
	on(pathAccept, func(p *place, _ command) (int, error) { return http.StatusConflict, p.accept() })
	on(pathRefuse, func(p *place, _ command) (int, error) { p.refuse(); return 0, nil })
	on(pathStrike, func(p *place, c command) (int, error) { return http.StatusBadRequest, p.strike(c.Fault, c.Seed) })
	on(pathCure, func(p *place, c command) (int, error) { return http.StatusConflict, p.cure(c.Fault.Name) })
	on(pathIdle, func(p *place, c command) (int, error) { p.closeIdle(c.Idle); return 0, nil })
	mux.HandleFunc("GET "+pathReady, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET "+pathState, func(w http.ResponseWriter, _ *http.Request) {
		s := State{Places: map[string]PlaceState{}}
		for name, p := range places {
			s.Places[name] = p.state()
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(s)
	})
	return mux
}

func carryOut(w http.ResponseWriter, r *http.Request, places map[string]*place, do func(*place, command) (int, error)) {
	var c command
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&c); err != nil {
		refuseCommand(w, http.StatusBadRequest, fmt.Errorf("reading the command: %w", err))
		return
	}
	p := places[c.Place]
	if p == nil {
		refuseCommand(w, http.StatusNotFound, fmt.Errorf("there is no place %q: GET %s lists them", c.Place, pathState))
		return
	}
	if status, err := do(p, c); err != nil {
		refuseCommand(w, status, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func refuseCommand(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}
