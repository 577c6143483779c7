package bench

import "time"

// Results are the figures of a run, computed from its facts: what every report renders.
type Results struct {
	Dir     string        `json:"dir"`
	Run     RunHeader     `json:"run"`
	Trials  []Summary     `json:"trials"` // in the order they were run
	Verdict Verdict       `json:"verdict"`
	Took    time.Duration `json:"took"` // first trial's start to last trial's end
	// Matrix is place × service: a row for each fault and architecture.
	Matrix []MatrixRow `json:"matrix,omitempty"`
	// Fronts are there if the run is of cuts: one a fault.
	Fronts []Front `json:"fronts,omitempty"`
	// Capacities are those that were searched for apart, of architectures of the run.
	Capacities []CapacityFound `json:"capacities,omitempty"`
	// Widths say how near medians are known, if the plan has an Until.
	Widths []Width `json:"widths,omitempty"`
	// Gates are the plan's, judged.
	Gates []GateResult `json:"gates,omitempty"`
}

// A Verdict is the run in one sentence, computed from the figures, with its price.
type Verdict struct {
	Sentence string `json:"sentence"`
	// Price is what the better style costs; empty when there is no winner.
	Price string `json:"price,omitempty"`
	// Winner is the first architecture of the plan of those that kept their answers, "" when nothing may be said.
	Winner string `json:"winner,omitempty"`
	// Comparisons are the figures behind it, one a fault and measure.
	Comparisons []Comparison `json:"comparisons,omitempty"`
}

// A Comparison sets one measure of two or more architectures under one fault side by side.
type Comparison struct {
	Fault   string             `json:"fault"`
	Measure string             `json:"measure"` // such as "p99 answer"
	Unit    string             `json:"unit"`    // "s", "orders", "/s", "share"
	Lower   bool               `json:"lower"`   // lower is better
	Values  map[string]Compare `json:"values"`  // by architecture
	// Ratio is the worse value over the better one; 0 when it can't be formed.
	Ratio float64 `json:"ratio"`
	// Best is the architecture with the better value where Ratio is above 3, or "".
	Best string `json:"best,omitempty"`
}

// A Compare is one architecture's value: the median over its trials, with the least and the greatest.
type Compare struct {
	Value    float64 `json:"value"` // seconds, a count or a share; negative: infinite
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	N        int     `json:"n"`        // trials
	Invalid  int     `json:"invalid"`  // trials left out because they were invalid
	Infinite bool    `json:"infinite"` // orders never done reach this quantile
}

// A Summary holds the figures of one trial (summary.json).
type Summary struct {
	Schema int         `json:"schema"`
	Dir    string      `json:"dir"` // of the trial's facts
	Trial  TrialHeader `json:"trial"`
	// Invalid lists why the trial tested nothing; empty means valid. An invalid trial has no winner and no p99.
	Invalid     []string `json:"invalid,omitempty"`
	Interrupted bool     `json:"interrupted,omitempty"`
	// Checks are all validity checks with what was seen, passed or not.
	Checks   []Check   `json:"checks"`
	Warnings []string  `json:"warnings,omitempty"`
	Windows  Windows   `json:"windows"`
	Audit    Audit     `json:"audit"`
	Recovery Recovery  `json:"recovery"`
	Drain    DrainTime `json:"drain"`
	Blast    *Blast    `json:"blast,omitempty"`
	Spread   Spread    `json:"spread,omitzero"`
	Parts    Parts     `json:"parts,omitzero"`
	// Services are the propagation figures: one row a service, and Client for the edge.
	Services []ServiceWindows `json:"services"`
	Series   Series           `json:"series"`
	Events   []Event          `json:"events"`
	Cost     Cost             `json:"cost"`
	Harness  HarnessCost      `json:"harness"`
	Broker   *BrokerUse       `json:"broker,omitempty"` // nil: there is none, or it tells nothing
	// Percentiles of the fault window for the percentile plot: q → seconds, negative is infinite.
	AckCurve  []Point `json:"ack_curve"`
	DoneCurve []Point `json:"done_curve"`
}

// A Check is one validity check.
type Check struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Saw    string `json:"saw"`
}

// Windows are the edge's figures by phase, over the orders planned in it.
type Windows struct {
	Baseline Window `json:"baseline"`
	Fault    Window `json:"fault"`
	Recovery Window `json:"recovery"`
	All      Window `json:"all"` // baseline to drain
}

// A Window holds the edge's figures over the orders planned in one span of a trial.
type Window struct {
	From       time.Duration `json:"from"`
	To         time.Duration `json:"to"`
	Offered    int           `json:"offered"`
	Ack        Quantiles     `json:"ack"`        // every outcome, with its full wait
	Done       Quantiles     `json:"done"`       // orders that were not declined; never done is infinite
	Throughput float64       `json:"throughput"` // orders done per second in the span, by t_done
	Goodput    float64       `json:"goodput"`    // done within the SLO, per second
	Errors     float64       `json:"errors"`     // share of answers: failed or none
	LateAcks   float64       `json:"late_acks"`  // share of answers failed or later than the SLO
	LateDone   float64       `json:"late_done"`  // share never done or done later than the SLO
	Staleness  Staleness     `json:"staleness"`
}

// Quantiles summarise a latency. A quantile that falls on an order that never came is negative.
type Quantiles struct {
	N     int           `json:"n"`
	Never int           `json:"never"` // of N, how many never came
	P50   time.Duration `json:"p50"`
	P90   time.Duration `json:"p90"`
	P99   time.Duration `json:"p99"`
	Max   time.Duration `json:"max"` // largest that came
}

// Recovery is how long after the fault's end the SLIs stayed in the baseline's band again.
type Recovery struct {
	// Ack and Done are after the end of the window; Never if not seen.
	Ack  time.Duration `json:"ack"`
	Done time.Duration `json:"done"`
	// Watched is how long after the end of the window there was load to judge by.
	Watched time.Duration `json:"watched"`
	// Verdict is "recovered", "not seen to recover in 8s", or "" for a control.
	Verdict string `json:"verdict,omitempty"`
}

// DrainTime sets a backlog's measured drain beside the predicted one.
type DrainTime struct {
	// Backlog is orders accepted (or waiting for their answer) and not settled at the end of the window.
	Backlog int `json:"backlog"`
	// Measured is from the end of the window until the backlog was at the reference's level; Never if it was not.
	Measured time.Duration `json:"measured"`
	// Predicted is B / (μ − λ(1 + retries)), B no more than the queue before the slowest service lets in; Never if that can't
	// end. Mu is orders per second that the slowest service can do, Retries how many more requests than orders clients sent.
	Predicted time.Duration `json:"predicted"`
	Mu        float64       `json:"mu"`
	Lambda    float64       `json:"lambda"`
	Retries   float64       `json:"retries,omitempty"`
}

// ServiceWindows are one service's figures by phase.
type ServiceWindows struct {
	Service  string        `json:"service"`
	SLO      time.Duration `json:"slo"` // a call later than this is bad
	Baseline ServiceWindow `json:"baseline"`
	Fault    ServiceWindow `json:"fault"`
	Recovery ServiceWindow `json:"recovery"`
	// Control is the fault window's span in the control, where there is one.
	Control *ServiceWindow `json:"control,omitempty"`
	// Propagation is P(this service | fault): max(0, (bad(F) − bad(C)) / (1 − bad(C))), C the control, or the baseline.
	Propagation float64 `json:"propagation"`
}

// A ServiceWindow holds one service's figures in one phase.
type ServiceWindow struct {
	Calls    int64         `json:"calls"`
	Bad      float64       `json:"bad"` // share of calls that failed or were late
	P50      time.Duration `json:"p50"`
	P99      time.Duration `json:"p99"`
	Queue    int           `json:"queue"`     // most requests seen waiting for a slot
	InFlight int           `json:"in_flight"` // most slots seen in use
	// Mean is seconds a call, its continuations included, of those that ended in the phase; Spent is what they went on.
	// The two are measured apart, and agree within 2 %.
	Mean  float64 `json:"mean"`
	Spent Spent   `json:"spent,omitzero"`
	// Starved: it had no calls; Down: it could not be asked for all of the phase or part of it.
	Starved bool `json:"starved,omitempty"`
	Down    bool `json:"down,omitempty"`
}

// Series are a trial over time, one value a bin. Bins start at 0; NaN-free: a bin without orders is negative.
type Series struct {
	Bin       time.Duration `json:"bin"`
	AckP99    []float64     `json:"ack_p99"`   // seconds, orders planned in the bin
	DoneP99   []float64     `json:"done_p99"`  // seconds; never done: +infinity is written as -2
	Offered   []float64     `json:"offered"`   // per second
	Completed []float64     `json:"completed"` // per second, by t_done
	Errors    []float64     `json:"errors"`    // share of answers to orders planned in the bin
	Backlog   []float64     `json:"backlog"`   // orders sent and not settled, at the bin's end
	InFlight  []float64     `json:"in_flight"` // orders sent and not answered, at the bin's end
	// Bad is, by service, the share of calls failed or late; its bins are those of the scrapes (one second).
	Bad    map[string][]float64 `json:"bad"`
	BadBin time.Duration        `json:"bad_bin"`
}

// InfiniteBin stands for infinity in Series, which JSON cannot write; EmptyBin for a bin without orders.
const (
	EmptyBin    = -1.0
	InfiniteBin = -2.0
)

// A Point is one point of a percentile curve.
type Point struct {
	Q       float64 `json:"q"`       // 0 to 1
	Seconds float64 `json:"seconds"` // InfiniteBin: never
}

// A Class is what became of an order: MEASURES' partition, first match wins.
type Class string

// The classes of the audit, in the order they are matched.
const (
	Phantom    Class = "phantom"
	Duplicated Class = "duplicated"
	Zombie     Class = "zombie"
	Parked     Class = "parked"
	Unfinished Class = "unfinished"
	HalfDone   Class = "half-done"
	OK         Class = "ok"
	Recovered  Class = "recovered"
	Lost       Class = "lost"
	Vanished   Class = "vanished"
	Refused    Class = "refused"
	Declined   Class = "declined"
	Unsent     Class = "unsent"
	Unknown    Class = "unknown" // the trial ended before its books could be read
)

// Classes are all classes in the order they are matched.
var Classes = []Class{Phantom, Duplicated, Zombie, Parked, Unfinished, HalfDone, OK, Recovered, Lost, Vanished, Refused, Declined, Unsent, Unknown}

// Violations are the classes that break a promise.
var Violations = []Class{Phantom, Duplicated, Zombie, HalfDone, Lost}

// An Audit says what became of every offered order.
type Audit struct {
	Offered int           `json:"offered"`
	Classes map[Class]int `json:"classes"`
	// Witnesses are the violations: at most 20 a class.
	Witnesses []Witness `json:"witnesses,omitempty"`
	// Shipped counts done orders by how often they were shipped: 0, 1, more.
	Shipped [3]int `json:"shipped"`
}

// A Witness is one violation with the journal lines that show it.
type Witness struct {
	Class   Class   `json:"class"`
	Order   string  `json:"order"`
	Seq     int     `json:"seq"` // -1 for a phantom
	Told    Told    `json:"told"`
	Status  string  `json:"status"`
	Journal []Entry `json:"journal"`
}

// HarnessCost is what measuring cost.
type HarnessCost struct {
	CPU        float64       `json:"cpu"`       // driver and observers, share of one core
	LinksCPU   float64       `json:"links_cpu"` // the proxies, share of one core
	Late       Quantiles     `json:"late"`      // planned to sent
	LateP999   time.Duration `json:"late_p999"`
	GCPauseMax time.Duration `json:"gc_pause_max"`
	HeapMax    uint64        `json:"heap_max"`
	PollsMax   int           `json:"polls_max"`  // most reads for one order
	Resolution time.Duration `json:"resolution"` // of completion times: the longest gap between reads near the end
}
