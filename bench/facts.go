package bench

import (
	"fmt"
	"time"
)

// SchemaVersion is the version of the facts on disk; docs/facts.md describes it.
const SchemaVersion = 3

// Never marks a moment that did not come: an order not sent, not answered or not done.
const Never = time.Duration(-1)

// A RunHeader says what was run, on what, and how to run it again (run.json).
type RunHeader struct {
	Schema  int       `json:"schema"`
	Started time.Time `json:"started"`
	Command string    `json:"command"` // repeats the run
	Version string    `json:"version"`
	Commit  string    `json:"commit,omitempty"`
	Machine Machine   `json:"machine"` // on which it is driven; empty until a driver elsewhere says so
	Plan    Plan      `json:"plan"`
	// Transports are how the links of the plan may talk: what a name in an architecture stands for.
	Transports []Transport `json:"transports,omitempty"`
	// Driver is there if this was not driven by the program that was asked for it.
	Driver *Driver `json:"driver,omitempty"`
	// Rounds are there after the first round of a plan with an Until.
	Rounds *Rounds `json:"rounds,omitempty"`
}

// A Driver is where a run was driven, if elsewhere. All times of its facts are of the one clock there.
type Driver struct {
	Engine string `json:"engine"` // the container engine whose machine it was
	// Ahead is how far the clock there was ahead of the one here, and Within how wrong that may be.
	Ahead  time.Duration `json:"ahead"`
	Within time.Duration `json:"within"`
}

// String says where it was, and what its clock showed.
func (d Driver) String() string {
	ahead := ms(d.Ahead) + " ahead of"
	if d.Ahead < 0 {
		ahead = ms(-d.Ahead) + " behind"
	}
	return fmt.Sprintf("%s, in a container there, by its clock: %s the clock here (± %s)", d.Engine, ahead, ms(d.Within))
}

// A Machine is where a run was made.
type Machine struct {
	OS          string `json:"os"`
	Arch        string `json:"arch"`
	CPU         string `json:"cpu"`
	CPUs        int    `json:"cpus"`
	MemoryBytes int64  `json:"memory_bytes"`
	Go          string `json:"go"`
}

// Phases are the parts of a trial, as durations since its start.
// Warm-up is [0, Baseline), baseline [Baseline, Fault), the fault window [Fault, Recovery),
// recovery [Recovery, Drain); orders are planned until Drain, and settled until at most End.
type Phases struct {
	Baseline time.Duration `json:"baseline"`
	Fault    time.Duration `json:"fault"`
	Recovery time.Duration `json:"recovery"`
	Drain    time.Duration `json:"drain"`
	// Cut is the span in which no load is sent, between recovery and a last part that is again as before; zero: there is none.
	Cut LoadCut       `json:"cut,omitzero"`
	End time.Duration `json:"end"`
}

// A TrialHeader identifies one architecture under one fault once (trial.json).
type TrialHeader struct {
	Schema       int          `json:"schema"`
	Index        int          `json:"index"` // from 0, in the order they were run
	Architecture Architecture `json:"architecture"`
	Fault        Fault        `json:"fault"`
	Repeat       int          `json:"repeat"` // from 1
	// Round is how many trials the system had before, where trials share one.
	Round   int       `json:"round,omitempty"`
	Seed    uint64    `json:"seed"`
	Base    time.Time `json:"base"` // the trial's clock: t = 0
	Phases  Phases    `json:"phases"`
	Runtime string    `json:"runtime"`
	Engine  string    `json:"engine,omitempty"` // of containers, and how they are reached; empty: none
	Broker  string    `json:"broker,omitempty"` // what carried queues, with its version; empty: none
	Queues  []string  `json:"queues,omitempty"` // that the architecture needs on the broker
	// Ready is how long the topology took from start to ready.
	Ready time.Duration `json:"ready"`
}

// An Order is what the client saw of one order. Moments are on the trial's clock, or Never.
type Order struct {
	Seq      int           // index into the schedule
	Planned  time.Duration // when it should have been sent
	Sent     time.Duration // when it was
	Acked    time.Duration // answered, or given up
	Done     time.Duration // when the client learned it was confirmed
	Settled  time.Duration // when the client learned its end, good or bad
	ID       string        // as the service named it, "" if it never said
	Status   Word          // last status the client saw
	Error    Word          // transport error, "" if none
	Polls    int32         // reads it took
	Attempts int16         // requests it took to be answered, or given up
	Code     int16         // HTTP status of the answer, 0 if none
	Told     Told
}

// An EventKind says what happened at a moment of a trial.
type EventKind string

// Events of a trial.
const (
	EventPhase   EventKind = "phase"    // a phase began
	EventInject  EventKind = "inject"   // a fault was injected at Place; T is when it was in effect, at the share Value of its strength
	EventHeal    EventKind = "heal"     // and cured; T is when the cure was in effect
	EventKilled  EventKind = "killed"   // a process died (by a fault or by itself)
	EventStarted EventKind = "started"  // a process was started again and answers
	EventProbe   EventKind = "probe"    // Place was probed from outside: Value in seconds, or Refused
	EventWarning EventKind = "warning"  // something the reader must know
	EventFailed  EventKind = "failed"   // the harness could not do what it should: the trial is invalid
	EventStopped EventKind = "stopped"  // interrupted by the user
	EventGuard   EventKind = "guard"    // the memory guard stopped sending
	EventClock   EventKind = "clock"    // the wall clock stepped by Value seconds
	EventBooks   EventKind = "books"    // the books in which every order's end is written were read, whole
	EventStruck  EventKind = "struck"   // at the cure, as measured at Place: Value of Of requests, chunks, connections, packets, or seconds without a processor
	EventHit     EventKind = "hit"      // a fault that strikes at moments did: Value connections were reset, or messages taken back
	EventForged  EventKind = "forged"   // Value forged callbacks were answered as Detail says
	EventFinish  EventKind = "finished" // all was written; a trial without it was cut off
)

// An Event is something that happened in a trial (events.jsonl).
type Event struct {
	T       time.Duration `json:"t"`
	Kind    EventKind     `json:"kind"`
	Place   string        `json:"place,omitempty"`
	Fault   string        `json:"fault,omitempty"` // whose injection, cure or probe it is
	Detail  string        `json:"detail,omitempty"`
	Value   float64       `json:"value,omitempty"`
	Refused bool          `json:"refused,omitempty"`
	Reset   bool          `json:"reset,omitempty"`
	Of      float64       `json:"of,omitempty"`
}

// A Histogram counts durations by bucket of Buckets: index → count.
type Histogram map[int]int64

// A Sample is what one service did between two scrapes (services.jsonl).
type Sample struct {
	From     time.Duration            `json:"from"`
	To       time.Duration            `json:"to"`
	Service  string                   `json:"service"`
	Requests map[string]int64         `json:"requests,omitempty"` // by outcome: ok, declined, failed, shed, late
	Latency  Histogram                `json:"latency,omitempty"`  // arrival to reply
	Slot     Histogram                `json:"slot,omitempty"`     // waiting for a worker slot
	Work     Histogram                `json:"work,omitempty"`     // own work
	Calls    map[string]CallsByCallee `json:"calls,omitempty"`    // downstream calls, by callee
	SlotSum  float64                  `json:"slot_sum,omitempty"` // seconds waited for slots
	WorkSum  float64                  `json:"work_sum,omitempty"` // seconds of own work
	Sum      float64                  `json:"sum,omitempty"`      // seconds of latency
	// Continued is seconds of continuations that ended: of steps whose reply came later, and attempts at jobs.
	Continued float64 `json:"continued,omitempty"`
	// Spent is what Sum and Continued were spent on.
	Spent    Spent   `json:"spent,omitzero"`
	InFlight int     `json:"in_flight"`         // slots in use at To
	Queue    int     `json:"queue"`             // requests waiting for a slot at To
	Slots    int     `json:"slots,omitempty"`   // worker slots at To
	Broken   int64   `json:"broken,omitempty"`  // pieces of own work that failed because a fault made them
	CPU      float64 `json:"cpu,omitempty"`     // seconds of processor time used
	Memory   int64   `json:"memory,omitempty"`  // resident bytes at To
	Restart  bool    `json:"restart,omitempty"` // counters began again at zero in between
	Down     bool    `json:"down,omitempty"`    // could not be scraped
	// Delivery is how long messages were in its hands, from when one was delivered until it was ended; Redelivered are those that had
	// been delivered before.
	Delivery    Histogram `json:"delivery,omitempty"`
	Redelivered int64     `json:"redelivered,omitempty"`
	// Published are the messages that it gave to the broker: ok, refused, failed.
	Published map[string]int64 `json:"published,omitempty"`
}

// CallsByCallee is what a service saw of one of its callees between two scrapes.
type CallsByCallee struct {
	Outcomes map[string]int64 `json:"outcomes,omitempty"` // ok, declined, failed, shed, late
	Latency  Histogram        `json:"latency,omitempty"`
	Sum      float64          `json:"sum,omitempty"` // seconds
}

// A QueueSample is a broker queue's depth (queues.jsonl).
type QueueSample struct {
	T     time.Duration `json:"t"`
	Queue string        `json:"queue"`
	Ready int           `json:"ready"` // waiting, retries included
	Taken int           `json:"taken"` // delivered and not acknowledged
	Dead  int           `json:"dead"`  // in its dead-letter queue
}

// An Entry is a line of a service's journal: one side effect, written in the same
// transaction as the effect (journal.csv).
type Entry struct {
	T       time.Duration `json:"t"`
	Service string        `json:"service"`
	Order   string        `json:"order"`  // order id
	Effect  string        `json:"effect"` // charge, check, score, reservation, shipment, done
	N       int           `json:"n"`      // +1, or −1 for a refund or release
}

// A Leftover is work for an order that still waits when the drain has ended (leftovers.jsonl).
type Leftover struct {
	Order  string `json:"order"`
	Where  string `json:"where"` // queue name, or service and job kind
	Dead   bool   `json:"dead"`  // in a dead-letter queue
	Reason string `json:"reason,omitempty"`
}

// A Record is an order as the order service knows it when the drain has ended (records.csv).
// It ties the id to the client's Idempotency-Key for orders whose answer was lost.
type Record struct {
	Order  string `json:"order"`
	Key    string `json:"key"`
	Status string `json:"status"`
}

// A HarnessSample is what the harness itself used (harness.jsonl).
type HarnessSample struct {
	T          time.Duration `json:"t"`
	CPU        float64       `json:"cpu"`          // driver and observers: seconds of processor time since t = 0
	LinksCPU   float64       `json:"links_cpu"`    // the links' proxies, likewise
	Heap       uint64        `json:"heap"`         // bytes
	GCPauseMax float64       `json:"gc_pause_max"` // seconds, largest since the last sample
	InFlight   int           `json:"in_flight"`    // orders sent and not answered
}

// Facts are everything a trial saw; every figure is computed from them.
type Facts struct {
	Dir       string // where they were read from
	Trial     TrialHeader
	Orders    []Order // by Seq; all that were planned
	Events    []Event
	Samples   []Sample
	Queues    []QueueSample
	Broker    []BrokerSample
	Book      *Book // nil: no line was in any
	Leftovers []Leftover
	Harness   []HarnessSample
	ReadBacks []ReadBack
}
