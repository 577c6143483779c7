package bench

import "slices"

// A Policy is what callers do about failure, to be put on any architecture: what metastability depends on.
type Policy struct {
	Name  string `json:"name"`
	About string `json:"about"`
	// Client is what the client does; NewKeys is whether it mints a key for each attempt, so that each is new work.
	Client  Resilience `json:"client"`
	NewKeys bool       `json:"new_keys,omitempty"`
	// Services is what the services do to those that they call by http; nil: what the architecture says.
	Services *Resilience `json:"services,omitempty"`
}

// On is an architecture whose callers follow the policy.
func (p Policy) On(a Architecture) Architecture {
	a.Links = slices.Clone(a.Links)
	for i, l := range a.Links {
		switch {
		case l.From == Client:
			l.Resilience, l.Broken = p.Client, slices.DeleteFunc(slices.Clone(l.Broken), func(b string) bool { return b == NewKey })
			if p.NewKeys {
				l.Broken = append(l.Broken, NewKey)
			}
		case p.Services != nil && l.Transport == "http":
			l.Resilience = *p.Services
		}
		a.Links[i] = l
	}
	return a
}

// attempts are how many a client makes at an order, at most on average.
func (p Policy) attempts() float64 {
	r := p.Client.Retry
	switch {
	case r == nil:
		return 1
	case r.Budget > 0:
		return 1 + min(r.Budget, float64(r.Attempts))
	}
	return 1 + float64(r.Attempts)
}
