package bench

import "time"

// A Plan is the whole input of an experiment: architectures × faults × load × trials.
type Plan struct {
	Architectures []Architecture `json:"architectures" yaml:"architectures"`
	Faults        []Fault        `json:"faults" yaml:"faults"`
	Load          Load           `json:"load" yaml:"load"`
	Windows       PlanWindows    `json:"windows" yaml:"windows"`
	SLO           SLO            `json:"slo" yaml:"slo"`
	Flow          Flow           `json:"flow" yaml:"flow"`
	Trials        int            `json:"trials" yaml:"trials"`
	Until         Until          `json:"until,omitzero" yaml:"until,omitempty"`
	Seed          uint64         `json:"seed" yaml:"seed"`
	Runtime       string         `json:"runtime" yaml:"runtime"`
	Broker        string         `json:"broker" yaml:"broker"` // nats, rabbitmq or an amqp:// URL
	RabbitMQ      RabbitMQ       `json:"rabbitmq,omitzero" yaml:"rabbitmq"`
	// Share has the trials of an architecture follow each other on one system, while it is at rest between them.
	Share bool `json:"share,omitempty" yaml:"share"`
	// Gates are what the run must show to pass (ParseGate).
	Gates []string `json:"gates,omitempty" yaml:"gates,omitempty"`
}

// RabbitMQ says which RabbitMQ runs, where the broker is one.
type RabbitMQ struct {
	Image string `json:"image,omitempty" yaml:"image"` // of its container; "": one that is there, or the official one
	// Queues are ClassicQueues or QuorumQueues; "": classic ones.
	Queues string `json:"queues,omitempty" yaml:"queues"`
}

// The types of RabbitMQ's durable queues.
const (
	ClassicQueues = "classic"
	QuorumQueues  = "quorum" // a replicated log that is synced to the disk before it confirms
)

// Load is the open-loop load on client->order.
type Load struct {
	Rate     float64       `json:"rate" yaml:"rate"`         // orders per second
	Arrivals string        `json:"arrivals" yaml:"arrivals"` // constant or poisson
	Timeout  time.Duration `json:"timeout" yaml:"timeout"`   // the client's patience for an answer
	// Memory is the limit, in bytes, at which the driver stops sending: workers are unlimited.
	Memory int64 `json:"memory" yaml:"memory"`
}

// PlanWindows are the lengths of a trial's phases.
type PlanWindows struct {
	WarmUp   time.Duration `json:"warm_up" yaml:"warm_up"`
	Baseline time.Duration `json:"baseline" yaml:"baseline"`
	Fault    time.Duration `json:"fault" yaml:"fault"`
	Recovery time.Duration `json:"recovery" yaml:"recovery"`
	Drain    time.Duration `json:"drain" yaml:"drain"` // at most
	// Cut is how long no load is sent after the recovery, and Restored how long it is sent again after that; 0: there is no
	// cut. Only experiments that ask for metastability have one.
	Cut      time.Duration `json:"cut,omitempty" yaml:"cut,omitempty"`
	Restored time.Duration `json:"restored,omitempty" yaml:"restored,omitempty"`
}

// Phases returns the moments at which the phases of a trial begin.
func (w PlanWindows) Phases() Phases {
	p := Phases{Baseline: w.WarmUp}
	p.Fault = p.Baseline + w.Baseline
	p.Recovery = p.Fault + w.Fault
	p.Drain = p.Recovery + w.Recovery
	if w.Cut > 0 {
		p.Cut = LoadCut{From: p.Drain, To: p.Drain + w.Cut}
		p.Drain = p.Cut.To + w.Restored
	}
	p.End = p.Drain + w.Drain
	return p
}

// SLO holds the limits beyond which an order or a call counts as late.
type SLO struct {
	Ack  time.Duration `json:"ack" yaml:"ack"`
	Done time.Duration `json:"done" yaml:"done"`
	// Recovered is how long an SLI must stay in the control band to count as recovered.
	Recovered time.Duration `json:"recovered" yaml:"recovered"`
}

// Flow configures the order flow: the same for every architecture of a plan.
type Flow struct {
	Slots    map[string]int           `json:"slots" yaml:"slots"`       // worker slots by service
	Work     map[string]time.Duration `json:"work" yaml:"work"`         // mean service time by service
	CPU      []string                 `json:"cpu,omitempty" yaml:"cpu"` // services whose service time is processor time, not sleep
	Spread   float64                  `json:"spread" yaml:"spread"`     // coefficient of variation of service times
	Timeouts map[string]time.Duration `json:"timeouts" yaml:"timeouts"` // of a call, by caller
	Queue    int                      `json:"queue" yaml:"queue"`       // requests that may wait for a slot
	Declined float64                  `json:"declined" yaml:"declined"` // share declined by fraud, and of skus out of stock
	// KeepLate has services go on with what nobody waits for any more: a request whose caller has left keeps its place in the
	// queue, and is worked on.
	KeepLate bool              `json:"keep_late,omitempty" yaml:"keep_late"`
	Limits   map[string]Limits `json:"limits,omitempty" yaml:"limits"` // of a service's container, by service
}
