package bench

// Metrics that every service exposes in Prometheus' format on its admin address, and their outcomes.
const (
	MetricRequests  = "faultline_requests_total"
	MetricLatency   = "faultline_request_duration_seconds"
	MetricSlot      = "faultline_slot_wait_seconds"
	MetricWork      = "faultline_work_seconds"
	MetricCalls     = "faultline_call_duration_seconds"
	MetricContinued = "faultline_continuation_seconds"
	MetricSpent     = "faultline_spent_seconds_total"
	MetricInFlight  = "faultline_in_flight"
	MetricQueue     = "faultline_queue_depth"
	MetricSlots     = "faultline_slots"
	MetricBroken    = "faultline_broken_work_total"
	MetricDelivery  = "faultline_delivery_seconds"

	MetricRedelivered = "faultline_redeliveries_total"
	MetricPublished   = "faultline_published_total"

	OutcomeOK       = "ok"
	OutcomeDeclined = "declined" // an answer, not an error
	OutcomeFailed   = "failed"
	OutcomeShed     = "shed" // turned away: the queue was full, or the callee said so
	OutcomeLate     = "late" // its time-out passed

	// What became of a message that was given to the broker; failed: it may be there.
	OutcomeRefused = "refused" // it is surely not there

	// What the time of requests and continuations is spent on.
	SpentSlot   = "slot"   // waiting for a worker slot
	SpentWork   = "work"   // service times
	SpentStore  = "store"  // transactions of the durable store
	SpentOthers = "others" // waiting for a callee
	SpentReply  = "reply"  // in a callee's place: until the broker took a reply
)
