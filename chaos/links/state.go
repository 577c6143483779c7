package links

import "time"

// State is what the links' process tells of itself.
type State struct {
	Places map[string]PlaceState `json:"places"`
}

// PlaceState is one place now. Counters are totals since the process began.
type PlaceState struct {
	Address   string        `json:"address"`
	Upstream  string        `json:"upstream,omitempty"`
	Accepting bool          `json:"accepting"`
	EachWay   time.Duration `json:"each_way_ns"` // delay of every byte in one direction
	Open      int           `json:"open"`        // connections open now
	// Connections were accepted; of Failed the upstream refused or did not answer.
	Connections int64 `json:"connections"`
	Failed      int64 `json:"failed"`
	BytesUp     int64 `json:"bytes_up"`   // read from clients
	BytesDown   int64 `json:"bytes_down"` // read from the upstream
}

func (p *place) state() PlaceState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return PlaceState{
		Address:     p.port.address,
		Upstream:    p.upstream,
		Accepting:   p.listener != nil,
		EachWay:     time.Duration(p.eachWay.Load()),
		Open:        len(p.sessions),
		Connections: p.connections.Load(),
		Failed:      p.failed.Load(),
		BytesUp:     p.bytesUp.Load(),
		BytesDown:   p.bytesDown.Load(),
	}
}
