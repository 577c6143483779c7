package packets

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// root is the path below which the commands are.
const root = "/packets/"

// A command is the body of every POST.
type command struct {
	Place string  `json:"place"`
	Share float64 `json:"share,omitempty"`
	Shape
}

// Beside serves the commands, and hands everything else to others. ports are those of the places, on this network.
func Beside(others http.Handler, ports map[string]uint16) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", others)
	var one sync.Mutex // at a time: what a command replaces must not change meanwhile
	on := func(path string, do func(uint16, command) (Counts, error)) {
		mux.HandleFunc("POST "+root+path, func(w http.ResponseWriter, r *http.Request) {
			one.Lock()
			defer one.Unlock()
			carryOut(w, r, ports, do)
		})
	}
	on("drop", func(port uint16, c command) (Counts, error) { return Counts{}, drop(port, c.Share) })
	on("pass", func(port uint16, _ command) (Counts, error) { return pass(port) })
	on("shape", func(port uint16, c command) (Counts, error) { return Counts{}, shape(port, c.Shape) })
	on("unshape", func(uint16, command) (Counts, error) { return unshape() })
	mux.HandleFunc("GET "+root+"kernel", func(w http.ResponseWriter, _ *http.Request) {
		one.Lock()
		defer one.Unlock()
		json.NewEncoder(w).Encode(Kernel{Filter: reason(tryFilter()), Netem: reason(tryNetem())})
	})
	return mux
}

func reason(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func carryOut(w http.ResponseWriter, r *http.Request, ports map[string]uint16, do func(uint16, command) (Counts, error)) {
	var c command
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&c)
	port := ports[c.Place]
	switch {
	case err != nil:
	case port == 0:
		err = fmt.Errorf("there is no place %q", c.Place)
	case !(c.Share >= 0 && c.Share <= 1) || c.Delay < 0 || !(c.Reorder >= 0 && c.Reorder <= 1):
		err = errors.New("share and reorder: give 0 to 1; delay_ns: give 0 or more")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	counts, err := do(port, c)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	json.NewEncoder(w).Encode(counts)
}
