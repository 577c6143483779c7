package order

import "time"

// A Change is one step of an order's history, as those who follow it are told.
type Change struct {
	Status   Status    `json:"status"`
	At       time.Time `json:"at"`
	Tracking string    `json:"tracking,omitempty"`
}

// Move sets the order's status at a moment, which becomes part of its history.
func (o *Order) Move(to Status, tracking string, at time.Time) {
	o.Status, o.Updated = to, at
	if tracking != "" {
		o.Tracking = tracking
	}
	o.History = append(o.History, Change{Status: to, At: at, Tracking: tracking})
}

// Over reports whether nothing follows any more: the order is shipped, or has failed.
func (s Status) Over() bool { return rank[s] >= rank[Shipped] }
