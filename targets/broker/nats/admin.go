package nats

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// pathRefuse is where the broker is told to store no message any more.
const pathRefuse = "/refuse"

// A refusal is the body of that command.
type refusal struct {
	On bool `json:"on"`
}

// admin serves the broker's commands for the harness, on an address that no fault touches:
//
//	POST /refuse  {"on":true} has no message stored any more; false takes them again. 204
func admin(s *server.Server, address string) (addr string, stop func(), err error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("opening the broker's admin address: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathRefuse, func(w http.ResponseWriter, r *http.Request) {
		var c refusal
		err := json.NewDecoder(r.Body).Decode(&c)
		if err == nil {
			err = s.GlobalAccount().UpdateJetStreamLimits(limits(c.On))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	api := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = api.Serve(l) // until stop
	}()
	return l.Addr().String(), func() { api.Close(); <-ended }, nil
}

// limits are those of the account: none, or one that is always exceeded.
func limits(exceeded bool) map[string]server.JetStreamAccountLimits {
	most := int64(-1)
	if exceeded {
		most = 0
	}
	return map[string]server.JetStreamAccountLimits{"": {MaxMemory: most, MaxStore: most, MaxStreams: -1, MaxConsumers: -1,
		MaxAckPending: -1, MemoryMaxStreamBytes: -1, StoreMaxStreamBytes: -1}}
}
