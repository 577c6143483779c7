package engine

import "time"

// Settings are the numbers of a service.
type Settings struct {
	Slots  int           `json:"slots"`  // worker slots
	Queue  int           `json:"queue"`  // requests that may wait for one
	Work   time.Duration `json:"work"`   // mean service time
	CPU    bool          `json:"cpu"`    // it is processor time, not sleep
	Spread float64       `json:"spread"` // coefficient of variation of service times
	Seed   uint64        `json:"seed"`
	// Timeout is how long a call to another service may take where its link says nothing.
	Timeout time.Duration `json:"timeout"`
	// Patience is how long the order service works for a client that waits; 0: as long as the client does.
	Patience time.Duration `json:"patience"`
	// Needs is what an answer takes at least once a request has its slot, and Rest what it still takes once a callee has replied.
	// Who can't have that within its deadline leaves the queue, and callees are left so much less time.
	Needs time.Duration            `json:"needs,omitempty"`
	Rest  map[string]time.Duration `json:"rest,omitempty"` // by callee
	// KeepLate has it go on with requests whose caller has left.
	KeepLate bool `json:"keep_late,omitempty"`
	// Reach is how long an order is tried again before it is given up.
	Reach time.Duration `json:"reach"`
}
