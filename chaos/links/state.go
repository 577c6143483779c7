package links

// State is what the links' process tells of itself.
type State struct {
	Places map[string]PlaceState `json:"places"`
}

// PlaceState is one place now. Counters are totals since the process began.
type PlaceState struct {
	Address   string `json:"address"`
	Upstream  string `json:"upstream,omitempty"`
	Accepting bool   `json:"accepting"`
	Open      int    `json:"open"` // connections open now
	// Connections were accepted; of Failed the upstream refused or did not answer.
	Connections int64 `json:"connections"`
	Failed      int64 `json:"failed"`
	BytesUp     int64 `json:"bytes_up"`   // read from clients
	BytesDown   int64 `json:"bytes_down"` // read from the upstream
	// Faults are what each fault has done, the last of each name, also when it is cured.
	Faults map[string]Counts `json:"faults,omitempty"`
}

func (p *place) state() PlaceState {
	p.mu.Lock()
	defer p.mu.Unlock()
	faults := map[string]Counts{}
	for name, s := range p.struck {
		faults[name] = s.counts()
	}
	return PlaceState{
		Address:     p.port.address,
		Upstream:    p.upstream,
		Accepting:   p.listener != nil,
		Open:        len(p.sessions),
		Connections: p.connections.Load(),
		Failed:      p.failed.Load(),
		BytesUp:     p.bytesUp.Load(),
		BytesDown:   p.bytesDown.Load(),
		Faults:      faults,
	}
}
